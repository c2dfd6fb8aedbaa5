/** Whether the addresses that clients ask for are there, and are answered for. */
import { type Ip, writeIp } from '../model/ip.ts'
import type { Address } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'
import type { Machine } from './machine.ts'

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
    return held === link ? silent(address, held, seen, one.machine) : []
  })
}

function isOff(name: string, { desired }: Case): boolean {
  return desired.services.find(service => service.name === name)?.enabled === false
}

/** An address on one link that a network on another belongs to, where ARP is only answered for a link's own. */
function silent(address: Ip, link: string, seen: State, machine: Machine): readonly Finding[] {
  if (address.includes(':')) return []
  const network = [...seen.address.values()].find(row => row.link !== link && covers(row, address))
  if (network === undefined) return []
  const value = (name: string): number =>
    Number(machine.sysctl(`net.ipv4.conf.${name.replaceAll('.', '/')}.arp_ignore`) ?? 0)
  const most = Math.max(value('all'), value(network.link))
  if (most === 0) return []
  return [
    warning(
      address,
      `arp_ignore is ${most} on ${network.link}, so that nobody there learns of an address on ${link}`,
      `set net.ipv4.conf.${network.link}.arp_ignore and that of all to 0, or link = "${network.link}" for the VIP`,
    ),
  ]
}

/** True of a network that an address is in; a host route is none. */
function covers({ address, prefix }: Address, ip: Ip): boolean {
  if (address.includes(':') || prefix >= 32 || prefix === 0) return false
  return numberOf(address) >>> (32 - prefix) === numberOf(ip) >>> (32 - prefix)
}

function numberOf(ip: Ip): number {
  const bytes = Buffer.alloc(4)
  writeIp(ip, bytes, 0)
  return bytes.readUInt32BE()
}
