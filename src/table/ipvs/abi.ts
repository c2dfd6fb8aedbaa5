/** The numbers of include/uapi/linux/ip_vs.h, by its own names in our spelling. */

export const familyName = 'IPVS'
export const familyVersion = 1

/** IPVS_CMD_*. */
export const command = {
  newService: 1,
  setService: 2,
  delService: 3,
  getService: 4,
  newDest: 5,
  setDest: 6,
  delDest: 7,
  getDest: 8,
  newDaemon: 9,
  delDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
} as const

/** IPVS_CMD_ATTR_*. */
export const top = {
  service: 1,
  dest: 2,
  daemon: 3,
  timeoutTcp: 4,
  timeoutTcpFin: 5,
  timeoutUdp: 6,
} as const

/** IPVS_SVC_ATTR_*. */
export const svc = {
  af: 1,
  protocol: 2,
  addr: 3,
  port: 4,
  fwmark: 5,
  schedName: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  peName: 11,
} as const

/** IPVS_DEST_ATTR_*. */
export const dest = {
  addr: 1,
  port: 2,
  fwdMethod: 3,
  weight: 4,
  upper: 5,
  lower: 6,
  active: 7,
  inactive: 8,
  persistent: 9,
  addrFamily: 11,
  tunType: 13,
  tunPort: 14,
  tunFlags: 15,
} as const

/** IPVS_DAEMON_ATTR_*. */
export const daemon = {
  state: 1,
  interface: 2,
  syncId: 3,
  maxlen: 4,
  group: 5,
  group6: 6,
  port: 7,
  ttl: 8,
} as const

/** IP_VS_SVC_F_*. The scheduler flags are three bits from `schedulerShift` on. */
export const serviceFlag = { persistent: 0x1, onePacket: 0x4, scheduler: 0x38 } as const
export const schedulerShift = 3

/**
 * Our mark in the service flags.
 *
 * The kernel keeps bits 16..31 of the flags and gives them no meaning: they are stored as they come
 * and returned unchanged.
 */
export const ownerMark = 0x5b1b0000
export const ownerMask = 0xffff0000

/** The two families of linux/socket.h that IPVS knows. */
export const af = { ipv4: 2, ipv6: 10 } as const

/** IPPROTO_* of the protocols that IPVS balances. */
export const ipProtocol = { tcp: 6, udp: 17, sctp: 132 } as const

/** IP_VS_CONN_F_*: forwarding methods, by number. 4 (bypass) is never configured. */
export const forwards = ['nat', 'local', 'tunnel', 'direct'] as const

/** IP_VS_CONN_F_TUNNEL_TYPE_*, by number. */
export const tunnelTypes = ['ipip', 'gue', 'gre'] as const

/** IP_VS_TUNNEL_ENCAP_FLAG_*, by number. */
export const checksums = ['none', 'full', 'remote'] as const

/** IP_VS_STATE_*, by number less one. */
export const syncRoles = ['master', 'backup'] as const
