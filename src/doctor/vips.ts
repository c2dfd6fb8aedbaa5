/** Whether the addresses that clients ask for are there, and are answered for. */
import type { Ip } from '../model/ip.ts'
import type { State } from '../model/state.ts'
import { arpIgnoreOf, covers, isHidden } from './arp-ignore.ts'
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'

export function examineVips(one: Case): readonly Finding[] {
  const { desired, wanted } = one
  const seen = one.live?.seen
  if (seen === undefined) return []
  const links = new Map<Ip, string>()
  for (const row of seen.address.values()) links.set(row.address, row.link)
  const due = new Set<Ip>()
  for (const row of wanted.state.address.values()) due.add(row.address)
  return desired.vips.flatMap(({ address, link, services }) => {
    const held = links.get(address)
    if (link === undefined)
      return held !== undefined || services.every(name => isOff(name, one))
        ? []
        : [
            warning(
              address,
              `somebody else is to put it up for ${named(services)}, and it stands on no link here`,
              'without it packets to it are not taken in here: see who holds it',
            ),
          ]
    if (!due.has(address)) return []
    if (held === undefined)
      return [
        wrong(address, `it is not on ${link}, for ${named(services)}`, 'slb apply puts it up'),
      ]
    return held === link ? silent(address, held, seen, one) : []
  })
}

function isOff(name: string, { desired }: Case): boolean {
  return desired.services.find(service => service.name === name)?.enabled === false
}

/** An address on one link that a network on another belongs to, where ARP is only answered for a link's own. */
function silent(
  address: Ip,
  link: string,
  seen: State,
  { machine, wanted }: Case,
): readonly Finding[] {
  if (address.includes(':')) return []
  // Of those it is said in another room.
  if ([...wanted.state.arp.values()].some(row => row.address === address)) return []
  const network = [...seen.address.values()].find(row => row.link !== link && covers(row, address))
  if (network === undefined) return []
  const value = arpIgnoreOf(network.link, machine)
  if (!isHidden(value, { onLink: false, inNetwork: true })) return []
  return [
    warning(
      address,
      `arp_ignore is ${value} on ${network.link}, so that nobody there learns of an address on ${link}`,
      `set net.ipv4.conf.${network.link}.arp_ignore and that of all to 0, or link = "${network.link}" for the VIP`,
    ),
  ]
}
