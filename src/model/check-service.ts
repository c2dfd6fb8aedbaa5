/**
 * The services by which checks go through a VIP: a firewall mark of ours each, which leads to one
 * backend of one virtual service and to nobody else. They are rows like all others, but balance nothing.
 */
import { hostPrefix } from './ip.ts'
import { type Destination, fwmarkId, keyOf, type Service, type ServiceId } from './rows.ts'

/** The marks that slb keeps for itself, 0x5b000000 to 0x5bffffff: both ends belong to them. */
export const checkMarks = { first: 0x5b00_0000, last: 0x5bff_ffff } as const

const count = checkMarks.last - checkMarks.first + 1

/** True of a mark that only slb may use. */
export function isCheckMark(mark: number): boolean {
  return mark >= checkMarks.first && mark <= checkMarks.last
}

/** True of the services of this file: nobody's clients come by them. */
export function isCheckService({ protocol, fwmark }: ServiceId): boolean {
  return protocol === 'fwmark' && isCheckMark(fwmark)
}

/** Of a service without checks through its VIP: the same object for all of them. */
export const noCheckServices: ReadonlyMap<string, Service> = new Map()

/**
 * The service that leads to one destination as its virtual service does, however that is weighed.
 *
 * Each datagram is a connection of its own: checks over UDP come from another port each time, and
 * the kernel would remember each of them for minutes.
 */
export function checkServiceOf(
  { service, address, forward, tunnel }: Destination,
  mark: number,
): Service {
  const { family } = service
  const id = fwmarkId(mark, family)
  const way = { service: id, address, port: 0, forward, weight: 1, upper: 0, lower: 0 }
  return {
    id,
    scheduler: 'rr',
    schedulerFlags: 0,
    persistence: 0,
    netmask: hostPrefix(family),
    engine: '',
    onePacket: true,
    owned: true,
    destinations: [tunnel === undefined ? way : { ...way, tunnel }],
  }
}

/** The mark of a destination, as long as no other has it: that of its key, whatever else there is. */
export function checkMarkOf(destination: Destination): number {
  return usualMark(keyOf.destination(destination))
}

/** FNV-1a over the UTF-16 units, its upper bits folded into the lower. */
function usualMark(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return checkMarks.first + (((hash >>> 24) ^ hash) & (count - 1))
}

/**
 * The marks of those destinations that cannot have their usual one, by key. Of those that share one, the first by
 * key has it, and the others get the next that is nobody's usual one: the same for the same keys.
 */
export function movedMarks(
  keys: Iterable<string>,
  usual: (key: string) => number = usualMark,
): ReadonlyMap<string, number> {
  const byMark = new Map<number, string[]>()
  for (const key of new Set(keys)) {
    const mark = usual(key)
    const known = byMark.get(mark)
    if (known === undefined) byMark.set(mark, [key])
    else known.push(key)
  }
  const taken = new Set(byMark.keys())
  const losers = [...byMark.values()].flatMap(all => (all.length > 1 ? all.sort().slice(1) : []))
  const moved = new Map<string, number>()
  for (const key of losers.sort()) {
    let mark = usual(key)
    while (taken.has(mark)) mark = mark === checkMarks.last ? checkMarks.first : mark + 1
    taken.add(mark)
    moved.set(key, mark)
  }
  return moved
}
