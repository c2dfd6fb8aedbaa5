/** What holds when nobody says otherwise. */
import type { DesiredNode, GuardLimits } from './desired.ts'
import type { Timeouts } from './rows.ts'

/** Where journal and history are kept. */
export const defaultStateDirectory = '/var/lib/slb'

/** The link that VIPs live on: a dummy link of ours. */
export const defaultLink = 'slb0'

/** IPVS's own timeouts in seconds (ip_vs_proto_tcp.c, ip_vs_proto_udp.c). */
export const kernelTimeouts: Required<Timeouts> = { tcp: 900, tcpfin: 120, udp: 300 }

/** How much an apply may remove without consent. */
export const defaultLimits: GuardLimits = { maxRemove: { share: 0.3 } }

/**
 * How long the network is given after a withdrawal, in milliseconds, where nobody says: also where what is
 * wanted knows of no announcement any more, or never did.
 */
export const defaultSettle = 1000

/** How the daemon behaves. */
export const defaultNode: DesiredNode = {
  onStop: 'keep',
  stopTimeout: 30_000,
  drift: 'repair',
  driftInterval: 2000,
  settle: 250,
}
