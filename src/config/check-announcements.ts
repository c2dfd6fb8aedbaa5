/** Whether what VIPs ask to be told can be told: by this speaker, to these peers. */
import { isDeepStrictEqual } from 'node:util'
import type { Advert, Announcing, DesiredBgp } from '../model/announcing.ts'
import type { DesiredService, DesiredVip } from '../model/desired.ts'
import { survivors } from '../model/failover.ts'
import { familyOf, type Ip } from '../model/ip.ts'
import { networkOf } from '../model/network.ts'
import { type Fault, fault, type Spot, warning } from './fault.ts'
import { holderSpot } from './layers.ts'
import type { Place } from './merge-settings.ts'
import { lonely } from './resolve-bgp.ts'
import type { UsedVips } from './vip-use.ts'

/** A VIP that peers are told of. */
interface Announced {
  readonly address: Ip
  readonly bgp: Advert
  readonly when: Announcing['when']
  readonly at: Spot
}

/** Faults between `[bgp]` and the VIPs in use. */
export function checkAnnouncements(
  bgp: DesiredBgp | undefined,
  used: UsedVips,
  place: Place,
  faults: Fault[],
): void {
  const all: Announced[] = []
  for (const [address, { first }] of used) {
    const { bgp: advert, when } = first.announcing
    if (advert) all.push({ address, bgp: advert, when, at: holderSpot(first.holder) })
  }
  const [first] = all
  if (first === undefined) return
  if (bgp === undefined) {
    faults.push(
      fault(
        'missing-key',
        first.at,
        `${first.address} is announced by bgp, but there is no [bgp]`,
        { suggestion: 'write [bgp] with as = 65000, and [bgp.peer.tor] with address and as' },
      ),
    )
    return
  }
  const alone = lonely(bgp, { ...place(), key: true })
  if (alone) faults.push(alone)
  if (bgp.speaker === 'table') refuseAttributes(all, faults)
  if (bgp.speaker === 'gobgp') needNextHop(bgp, all, place, faults)
  agreeOnRoutes(all, faults)
  countPrefixes(bgp, all, place, faults)
}

/** A routing table of the kernel has no room for what BGP says of a route. */
function refuseAttributes(all: readonly Announced[], faults: Fault[]): void {
  for (const { address, bgp, at } of all) {
    const said = [
      ...(bgp.communities.length + bgp.largeCommunities.length > 0 ? ['communities'] : []),
      ...(bgp.med === undefined ? [] : ['med']),
      ...(bgp.localPref === undefined ? [] : ['local_pref']),
      ...(bgp.prepend === 0 ? [] : ['prepend']),
    ]
    if (said.length > 0)
      faults.push(
        fault(
          'unsupported-by-speaker',
          at,
          `${said.join(', ')} of ${address}: speaker = "table" only puts the route into a table, which has no room for that`,
          { suggestion: 'say it in the BIRD or FRR that takes the routes from there' },
        ),
      )
  }
}

/** In a session over IPv4 a gobgpd has no address of its own for IPv6 routes. */
function needNextHop(
  { nextHop }: DesiredBgp,
  all: readonly Announced[],
  place: Place,
  faults: Fault[],
): void {
  const first = all.find(({ address }) => familyOf(address) === 'ipv6')
  if (first === undefined || nextHop.ipv6 !== undefined) return
  faults.push(
    fault(
      'missing-key',
      { ...place(), key: true },
      `to announce ${first.address}, speaker = "gobgp" needs next_hop for IPv6`,
      {
        suggestion: 'write next_hop = { ipv6 = "2001:db8::2" }, an address of this machine',
        related: first.at,
      },
    ),
  )
}

/** Of VIPs within one prefix there is one route. */
function agreeOnRoutes(all: readonly Announced[], faults: Fault[]): void {
  const routes = new Map<string, Announced>()
  for (const one of all) {
    if (one.bgp.prefix === undefined) continue
    const route = `${networkOf(one.address, one.bgp.prefix)}/${one.bgp.prefix}`
    const other = routes.get(route)
    if (other === undefined) routes.set(route, one)
    else if (!isDeepStrictEqual([other.bgp, other.when], [one.bgp, one.when]))
      faults.push(
        fault(
          'vip-conflict',
          one.at,
          `${one.address} and ${other.address} are announced as one route, ${route}, and must say the same of it`,
          { related: other.at },
        ),
      )
  }
}

/** More routes than a peer is to be told of would be announced in part, and nobody could say which. */
function countPrefixes(
  { peers, peerNames }: DesiredBgp,
  all: readonly Announced[],
  place: Place,
  faults: Fault[],
): void {
  for (const peer of peers) {
    if (peer.maxPrefixes === 0) continue
    // VIPs within one prefix are one route.
    const count = new Set(
      all
        .filter(({ address }) => peer.families.includes(familyOf(address)))
        .map(({ address, bgp: { prefix } }) =>
          prefix === undefined ? address : `${networkOf(address, prefix)}/${prefix}`,
        ),
    ).size
    const name = peerNames.get(`peer ${peer.address}`) ?? ''
    if (count > peer.maxPrefixes)
      faults.push(
        fault(
          'out-of-range',
          place('peer', name, 'max_prefixes'),
          `peer ${name} is to be told of at most ${peer.maxPrefixes} routes, but ${count} are announced`,
        ),
      )
  }
}

/**
 * What flows lose when this machine goes and another takes over: that is said once for each service
 * whose operator turned off what would have kept them.
 */
export function checkFailover(
  services: readonly DesiredService[],
  vips: readonly DesiredVip[],
  sloppy: string | undefined,
  at: Spot,
  faults: Fault[],
): void {
  if (sloppy === undefined || sloppy === '1') return
  const names = services.filter(survivors(vips)).map(({ name }) => name)
  if (names.length === 0) return
  faults.push(
    warning(
      'no-sloppy-tcp',
      at,
      `with sloppy_tcp off, connections of ${names.join(', ')} end when another machine takes over their VIP: it knows nothing of them`,
      { suggestion: 'take sloppy_tcp out, and slb turns it on for services that need it' },
    ),
  )
}
