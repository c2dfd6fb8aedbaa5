/** How the network learns of a VIP: `announce` and what belongs to it. */
import { type Announcing, noAnnouncing } from '../model/announcing.ts'
import { familyOf, hostPrefix, type Ip } from '../model/ip.ts'
import { type Communities, parseCommunity, sortCommunities, wellKnown } from './communities.ts'
import type { VipConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { didYouMean, quote } from './text.ts'

/** The keys of a `[vip.NAME]` that say how it is announced; some of them may stand in a service. */
type Keys = Pick<
  VipConfig,
  | 'announce'
  | 'uplink'
  | 'prefix'
  | 'communities'
  | 'med'
  | 'local_pref'
  | 'prepend'
  | 'announce_when'
  | 'link'
>

/** Where one of these keys stands. */
type PlaceOf = (key: keyof Keys, ...rest: number[]) => Spot

const bgpKeys = ['prefix', 'communities', 'med', 'local_pref', 'prepend'] as const

/** What these keys come to; what stands there without a meaning is a fault. */
export function resolveAnnounce(keys: Keys, place: PlaceOf, faults: Fault[]): Announcing {
  const ways = waysOf(keys.announce)
  const arp = ways.includes('arp')
  const bgp = ways.includes('bgp')
  if (arp && keys.uplink === undefined)
    faults.push(
      fault('missing-key', place('announce'), 'announce = "arp" needs uplink', {
        suggestion: 'write uplink = "eth0", the link that the neighbours are on',
      }),
    )
  if (arp && keys.link === 'external')
    faults.push(
      fault(
        'conflict',
        place('announce'),
        'an external address is told to the neighbours by whoever puts it there',
        { suggestion: 'take "arp" out, or let slb put the address up' },
      ),
    )
  if (!arp && keys.uplink !== undefined) unused('uplink', '"arp"', place, faults)
  if (!bgp)
    for (const key of bgpKeys) if (keys[key] !== undefined) unused(key, '"bgp"', place, faults)
  if (!arp && !bgp) {
    if (keys.announce_when !== undefined) unused('announce_when', '"bgp"', place, faults)
    return noAnnouncing
  }
  const said = resolveCommunities(keys.communities ?? [], i => place('communities', i), faults)
  return {
    ...(arp && keys.uplink !== undefined && { uplink: keys.uplink }),
    ...(bgp && {
      bgp: {
        ...(keys.prefix !== undefined && { prefix: keys.prefix }),
        ...said,
        ...(keys.med !== undefined && { med: keys.med }),
        ...(keys.local_pref !== undefined && { localPref: keys.local_pref }),
        prepend: keys.prepend ?? 0,
      },
    }),
    when: keys.announce_when ?? 'any',
  }
}

/** `"arp"`, or a list. */
function waysOf(announce: Keys['announce']): readonly string[] {
  return typeof announce === 'string' ? [announce] : (announce ?? [])
}

function unused(key: keyof Keys, way: string, place: PlaceOf, faults: Fault[]): void {
  faults.push(
    fault(
      'unused-key',
      { ...place(key), key: true },
      `${key} has no meaning without announce = ${way}`,
    ),
  )
}

/** The list of communities, without those that are faulty. */
export function resolveCommunities(
  texts: readonly string[],
  place: (index: number) => Spot,
  faults: Fault[],
): Communities {
  const canonical: string[] = []
  for (const [index, text] of texts.entries()) {
    const parsed = parseCommunity(text)
    if ('canonical' in parsed) canonical.push(parsed.canonical)
    else
      faults.push(
        fault('bad-community', place(index), `${quote(text)}: ${parsed.wrong}`, {
          suggestion: didYouMean(text, Object.keys(wellKnown)),
        }),
      )
  }
  return sortCommunities(canonical)
}

/**
 * The link that an address lives on. IPv6 addresses that are announced to neighbours live where these
 * are: the kernel answers no neighbour solicitation for an address of another link (ndisc_recv_ns).
 */
export function linkFor(
  address: Ip,
  link: string | undefined,
  { uplink }: Announcing,
): string | undefined {
  return uplink !== undefined && familyOf(address) === 'ipv6' ? uplink : link
}

/** What of the announcement of one address cannot be. */
export function checkAddress(
  address: Ip,
  link: string | undefined,
  { uplink, bgp }: Announcing,
  place: PlaceOf,
  faults: Fault[],
): void {
  const family = familyOf(address)
  if (uplink !== undefined && family === 'ipv6' && link !== undefined && link !== uplink)
    faults.push(
      fault(
        'conflict',
        place('link'),
        `${address} is announced to the neighbours on ${uplink}, and an IPv6 address is only found on the link that it lives on`,
        { suggestion: `write link = "${uplink}", or take link out` },
      ),
    )
  if (bgp?.prefix !== undefined && bgp.prefix > hostPrefix(family))
    faults.push(
      fault(
        'out-of-range',
        place('prefix'),
        `a prefix of ${family === 'ipv4' ? 'IPv4' : 'IPv6'} has at most ${hostPrefix(family)} bits, not ${bgp.prefix}`,
      ),
    )
}
