/** The one order in which changes are made: whoever plans, prints or applies asks here. */
import type { Change } from '../model/change.ts'

/**
 * The stage of a change. What is in one stage does not depend on anything else in it, but by the
 * order of its rows; a stage is begun when the one before it has ended without a failure.
 *
 * Up: settings and links, each service with all its destinations, source NAT, and the address last:
 * it is the door, and behind it everything stands. Only then is the network told where that door is.
 * Then it is told what is no longer to be found here, then comes what ends new connections. Then down:
 * destinations and services before their addresses, so that clients meet a refusal from a host that
 * is there rather than silence from one that is not.
 */
export function stageOf(change: Change): number {
  if (change.op === 'drain' || isQuieting(change)) return stage.drain
  return (change.op === 'delete' ? down : up)[change.kind]
}

/** The stages that other rooms need by name. */
export const stage = { withdraw: 6, drain: 7, down: 8 } as const

const up = {
  sysctl: 0,
  timeouts: 0,
  sync: 0,
  link: 0,
  service: 1,
  destination: 1,
  snat: 2,
  address: 3,
  arp: 4,
  peer: 5,
  route: 5,
} as const

const down = {
  route: stage.withdraw,
  arp: stage.withdraw,
  destination: stage.down,
  service: stage.down,
  snat: 9,
  address: 10,
  link: 10,
  sync: 11,
  timeouts: 11,
  sysctl: 11,
  peer: 11,
} as const

/** True if a destination gets no new connections any more, but stays. */
function isQuieting(change: Change): boolean {
  return (
    change.kind === 'destination' &&
    change.op === 'update' &&
    change.row.weight === 0 &&
    (change.from?.weight ?? 0) > 0
  )
}
