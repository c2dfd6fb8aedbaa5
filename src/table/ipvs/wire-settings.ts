/** Timeouts and synchronisation daemons: rows to bytes and back (linux/ip_vs.h). */
import { familyOf, type Ip, readIp, writeIp } from '../../model/ip.ts'
import type { Sync, Timeouts } from '../../model/rows.ts'
import {
  attributeType,
  closeNest,
  type Frame,
  nextAttribute,
  openNest,
  payloadAt,
  payloadEnd,
  putSpace,
  putString,
  putU8,
  putU16,
  putU32,
  readString,
  readU8,
  readU16,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import { daemon, syncRoles, top } from './abi.ts'

/** The attributes of SET_CONFIG, in seconds. One that is left out keeps its value. */
export function putTimeouts(w: Writer, row: Timeouts): void {
  if (row.tcp !== undefined) putU32(w, top.timeoutTcp, row.tcp)
  if (row.tcpfin !== undefined) putU32(w, top.timeoutTcpFin, row.tcpfin)
  if (row.udp !== undefined) putU32(w, top.timeoutUdp, row.udp)
}

/** The timeouts in an answer to GET_CONFIG; a kernel without TCP or UDP leaves some out. */
export function readTimeouts(f: Frame, at: number, end: number): Timeouts {
  const row: { tcp?: number; tcpfin?: number; udp?: number } = {}
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a)) {
    const seconds = readU32(f, payloadAt(a))
    const type = attributeType(f, a)
    if (type === top.timeoutTcp) row.tcp = seconds
    else if (type === top.timeoutTcpFin) row.tcpfin = seconds
    else if (type === top.timeoutUdp) row.udp = seconds
  }
  return row
}

/** The nested attribute that names a daemon: there is one per role. */
export function putSyncRole(w: Writer, row: Sync): void {
  const nest = openNest(w, top.daemon)
  putU32(w, daemon.state, syncRoles.indexOf(row.role) + 1)
  closeNest(w, nest)
}

/** The nested attribute with all fields of a daemon. */
export function putSync(w: Writer, row: Sync): void {
  const nest = openNest(w, top.daemon)
  putU32(w, daemon.state, syncRoles.indexOf(row.role) + 1)
  putString(w, daemon.interface, row.interface)
  putU32(w, daemon.syncId, row.id)
  putU16(w, daemon.maxlen, row.maxlen)
  const v6 = familyOf(row.group) === 'ipv6'
  const group = putSpace(w, v6 ? daemon.group6 : daemon.group, v6 ? 16 : 4)
  writeIp(row.group, w.bytes, group)
  putU16(w, daemon.port, row.port)
  putU8(w, daemon.ttl, row.ttl)
  closeNest(w, nest)
}

/** The daemon in an answer to GET_DAEMON. */
export function readSync(f: Frame, at: number, end: number): Sync | undefined {
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === top.daemon) return readFields(f, payloadAt(a), payloadEnd(f, a))
  return undefined
}

function readFields(f: Frame, at: number, end: number): Sync {
  const row = {
    role: 'master' as Sync['role'],
    interface: '',
    id: 0,
    group: '0.0.0.0' as Ip,
    port: 0,
    ttl: 0,
    maxlen: 0,
  }
  for (let a = at; a + 4 <= end; a = nextAttribute(f, a)) {
    const value = payloadAt(a)
    switch (attributeType(f, a)) {
      case daemon.state:
        row.role = syncRoles[readU32(f, value) - 1] ?? 'master'
        break
      case daemon.interface:
        row.interface = readString(f, value, payloadEnd(f, a))
        break
      case daemon.syncId:
        row.id = readU32(f, value)
        break
      case daemon.maxlen:
        row.maxlen = readU16(f, value)
        break
      case daemon.group:
        row.group = readIp(f.bytes, value, 'ipv4')
        break
      case daemon.group6:
        row.group = readIp(f.bytes, value, 'ipv6')
        break
      case daemon.port:
        row.port = readU16(f, value)
        break
      case daemon.ttl:
        row.ttl = readU8(f, value)
        break
    }
  }
  return row
}
