/** Whether the neighbours that are told of a VIP get an answer when they ask for it themselves. */
import type { Arp } from '../model/announcement.ts'
import type { State } from '../model/state.ts'
import { arpIgnoreOf, covers, isHidden } from './arp-ignore.ts'
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'

/**
 * An announcement moves what neighbours know already; whoever does not know the address asks, and so does
 * everybody again after a while.
 */
export function examineNeighbours(one: Case): readonly Finding[] {
  const rows = [...one.wanted.state.arp.values()]
  const seen = one.live?.seen
  if (rows.length === 0 || seen === undefined) return []
  return [
    ...privilege(rows, one),
    ...rows.flatMap(row => [...uplinkOf(row, one), ...unanswered(row, one, seen)]),
  ]
}

function privilege(rows: readonly Arp[], { machine }: Case): readonly Finding[] {
  if (machine.maySend) return []
  return [
    wrong(
      'privileges',
      `this process lacks CAP_NET_RAW, and ${named(rows.map(({ address }) => address))} cannot be announced by ARP`,
      'run slb as root, or with that capability',
    ),
  ]
}

function uplinkOf({ link: name, address }: Arp, { machine }: Case): readonly Finding[] {
  const link = machine.links.get(name)
  if (link === undefined)
    return [
      wrong(
        address,
        `it is to be announced on ${name}, and there is no such link`,
        'create the link, or name the one that leads to the neighbours as uplink',
      ),
    ]
  if (link.up && link.carrier) return []
  const what = link.up ? 'has no carrier' : 'is down'
  return [
    warning(
      address,
      `it is announced on ${name}, which ${what}: no neighbour hears of it`,
      `see ip link show ${name}; it is announced as soon as the link comes up`,
    ),
  ]
}

function unanswered({ link, address }: Arp, { machine }: Case, seen: State): readonly Finding[] {
  if (address.includes(':')) return []
  const rows = [...seen.address.values()]
  const holders = rows.filter(row => row.address === address)
  if (holders.length === 0) return []
  const onLink = holders.some(row => row.link === link)
  const inNetwork = rows.some(row => row.link === link && covers(row, address))
  const value = arpIgnoreOf(link, machine)
  if (!isHidden(value, { onLink, inNetwork })) return []
  const advice = value === 8 || onLink ? '' : `, or link = "${link}" for the VIP`
  return [
    wrong(
      address,
      `it is announced on ${link}, but arp_ignore is ${value} there, so that neighbours who ask for it get no answer`,
      `set net.ipv4.conf.${link}.arp_ignore and that of all to 0${advice}`,
    ),
  ]
}
