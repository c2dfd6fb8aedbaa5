/** Whether what VIPs ask to be told can be told: by this speaker, to these peers. */
import { type Announcing, type DesiredBgp, noAnnouncing } from '../model/announcing.ts'
import type { DesiredService, DesiredVip } from '../model/desired.ts'
import { survivors } from '../model/failover.ts'
import { familyOf, type Ip } from '../model/ip.ts'
import { networkOf } from '../model/network.ts'
import { type Fault, fault, type Spot, warning } from './fault.ts'
import { holderSpot } from './layers.ts'
import type { Place } from './merge-settings.ts'
import { lonely } from './resolve-bgp.ts'
import type { UsedVips } from './vip-use.ts'

/** Faults between `[bgp]` and the VIPs in use. */
export function checkAnnouncements(
  bgp: DesiredBgp | undefined,
  vips: readonly DesiredVip[],
  used: UsedVips,
  place: Place,
  faults: Fault[],
): void {
  const announced = vips.filter(({ announcing }) => announcing.bgp !== undefined)
  const spotOf = (address: Ip): Spot => {
    const first = used.get(address)?.first
    return first === undefined ? place() : holderSpot(first.holder)
  }
  const [first] = announced
  if (first === undefined) return
  if (bgp === undefined) {
    faults.push(
      fault(
        'missing-key',
        spotOf(first.address),
        `${first.address} is announced by bgp, but there is no [bgp]`,
        {
          suggestion: 'write [bgp] with as = 65000, and [bgp.peer.tor] with address and as',
        },
      ),
    )
    return
  }
  const alone = lonely(bgp, { ...place(), key: true })
  if (alone) faults.push(alone)
  if (bgp.speaker === 'table') refuseAttributes(announced, spotOf, faults)
  agreeOnRoutes(announced, spotOf, faults)
  countPrefixes(bgp, announced, place, faults)
}

/** A routing table of the kernel has no room for what BGP says of a route. */
function refuseAttributes(
  vips: readonly DesiredVip[],
  spotOf: (address: Ip) => Spot,
  faults: Fault[],
): void {
  for (const { address, announcing } of vips) {
    const {
      communities = [],
      largeCommunities = [],
      med,
      localPref,
      prepend = 0,
    } = announcing.bgp ?? {}
    const said = [
      ...(communities.length + largeCommunities.length > 0 ? ['communities'] : []),
      ...(med === undefined ? [] : ['med']),
      ...(localPref === undefined ? [] : ['local_pref']),
      ...(prepend === 0 ? [] : ['prepend']),
    ]
    if (said.length > 0)
      faults.push(
        fault(
          'unsupported-by-speaker',
          spotOf(address),
          `${said.join(', ')} of ${address}: speaker = "table" only puts the route into a table, which has no room for that`,
          { suggestion: 'say it in the BIRD or FRR that takes the routes from there' },
        ),
      )
  }
}

/** Of VIPs within one prefix there is one route. */
function agreeOnRoutes(
  vips: readonly DesiredVip[],
  spotOf: (address: Ip) => Spot,
  faults: Fault[],
): void {
  const routes = new Map<string, DesiredVip>()
  for (const vip of vips) {
    if (vip.announcing.bgp?.prefix === undefined) continue
    const route = networkOf(vip.address, vip.announcing.bgp.prefix)
    const other = routes.get(route)
    if (other === undefined) routes.set(route, vip)
    else if (JSON.stringify(said(other)) !== JSON.stringify(said(vip)))
      faults.push(
        fault(
          'vip-conflict',
          spotOf(vip.address),
          `${vip.address} and ${other.address} are announced as one route, ${route}/${vip.announcing.bgp.prefix}, and must say the same of it`,
          { related: spotOf(other.address) },
        ),
      )
  }
}

function said({ announcing: { bgp, when } }: DesiredVip): Announcing {
  return bgp ? { bgp, when } : noAnnouncing
}

/** More routes than a peer is to be told of would be announced in part, and nobody could say which. */
function countPrefixes(
  { peers, peerNames }: DesiredBgp,
  vips: readonly DesiredVip[],
  place: Place,
  faults: Fault[],
): void {
  for (const peer of peers) {
    if (peer.maxPrefixes === 0) continue
    const count = vips.filter(({ address }) => peer.families.includes(familyOf(address))).length
    const name = peerNames.get(`peer ${peer.address}`) ?? ''
    if (count > peer.maxPrefixes)
      faults.push(
        fault(
          'out-of-range',
          place('peer', name, 'max_prefixes'),
          `peer ${name} is to be told of at most ${peer.maxPrefixes} routes, but ${count} VIPs are announced`,
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
