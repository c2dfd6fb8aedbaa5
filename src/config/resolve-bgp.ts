/** `[bgp]`: how routes to VIPs are told to the network. */
import { peerKey } from '../model/announcement.ts'
import type { DesiredBgp } from '../model/announcing.ts'
import { defaultSettle } from '../model/defaults.ts'
import { familyOf, type Ip } from '../model/ip.ts'
import type { BgpConfig } from './config.gen.ts'
import { durationWithin } from './duration-range.ts'
import { type Fault, fault, type Spot, warning } from './fault.ts'
import type { Place } from './merge-settings.ts'
import { resolveCommunities } from './resolve-announce.ts'
import {
  checkAs,
  checkTimes,
  hostAddress,
  type PeerBase,
  repeatedPeers,
  resolvePeer,
  seconds,
} from './resolve-peer.ts'

const defaults = { hold: 9, keepalive: 3, settle: defaultSettle, shutdown: 2000, table: 198 }

/** What only some speakers can do: the others refuse it, with the reason. */
const only: readonly {
  readonly keys: readonly (keyof BgpConfig)[]
  readonly speakers: readonly DesiredBgp['speaker'][]
  readonly why: string
}[] = [
  { keys: ['table'], speakers: ['table'], why: 'is for speaker = "table"' },
  { keys: ['gobgp'], speakers: ['gobgp'], why: 'is for speaker = "gobgp"' },
  {
    keys: ['peer', 'hold', 'keepalive', 'router_id', 'local_address', 'communities', 'local_pref'],
    speakers: ['embedded', 'gobgp'],
    why: 'is for the daemon of this host to say that takes the routes from the table',
  },
]

/** `place` tells where a key under `[bgp]` stands. */
export function resolveBgp(config: BgpConfig, place: Place, faults: Fault[]): DesiredBgp {
  const speaker = config.speaker ?? 'embedded'
  for (const { keys, speakers, why } of only)
    for (const key of keys)
      if (config[key] !== undefined && !speakers.includes(speaker))
        faults.push(
          fault(
            'unsupported-by-speaker',
            { ...place(key), key: true },
            `${key} ${why}, not for speaker = "${speaker}"`,
          ),
        )
  if (config.gobgp?.own && !gobgpAddress(config).startsWith('unix:'))
    faults.push(
      fault(
        'conflict',
        place('gobgp', 'address'),
        'the API of a gobgpd has no password: one that slb runs is only to be called by a unix socket',
        { suggestion: 'write address = "unix:/run/slb/gobgpd.sock"' },
      ),
    )
  const localAs = asOf(config, speaker, place, faults)
  const routerId = routerIdOf(config, place, faults)
  const localAddress =
    config.local_address === undefined
      ? undefined
      : hostAddress(config.local_address, place('local_address'), faults)
  const hold = seconds(config.hold, defaults.hold, place('hold'), 65_535, faults)
  const keepalive = seconds(
    config.keepalive,
    Math.min(defaults.keepalive, Math.max(1, Math.floor(hold / 3))),
    place('keepalive'),
    21_845,
    faults,
  )
  checkTimes(hold, keepalive, place(config.keepalive === undefined ? 'hold' : 'keepalive'), faults)
  const gobgp = {
    address: gobgpAddress(config),
    own: config.gobgp?.own ?? false,
  }
  const base: PeerBase = {
    ...(speaker === 'gobgp' ? { speaker, api: gobgp.address } : { speaker: 'embedded' }),
    localAs,
    ...(routerId && { routerId }),
    ...(localAddress && { localAddress }),
    // Of what is faulty here the peers are not to be blamed.
    hold: hold === 1 || hold === 2 ? defaults.hold : hold,
    keepalive,
  }
  const peers = Object.entries(config.peer ?? {}).flatMap(([name, one]) => {
    const at = (...path: (string | number)[]): Spot => place('peer', name, ...path)
    const peer = resolvePeer(name, one, base, at, faults)
    return peer ? [{ name, peer }] : []
  })
  repeatedPeers(peers, name => place('peer', name, 'address'), faults)
  return {
    speaker,
    peers: peers.map(({ peer }) => peer),
    peerNames: new Map(peers.map(({ name, peer }) => [peerKey(peer), name])),
    nextHop: nextHopsOf(config, place, faults),
    ...resolveCommunities(config.communities ?? [], i => place('communities', i), faults),
    localPref: config.local_pref ?? 100,
    table: config.table ?? defaults.table,
    gracefulShutdown: duration('graceful_shutdown', '5m', defaults.shutdown),
    settle: duration('settle', '10s', defaults.settle),
    gobgp,
  }

  function duration(key: 'graceful_shutdown' | 'settle', most: string, usual: number): number {
    const text = config[key]
    if (text === undefined) return usual
    return durationWithin(key, text, { least: '0s', most }, place(key), faults) ?? usual
  }
}

/** One of our own stands where the daemon may write. */
function gobgpAddress({ gobgp }: BgpConfig): string {
  return gobgp?.address ?? (gobgp?.own ? 'unix:/run/slb/gobgpd.sock' : 'unix:/run/gobgpd.sock')
}

function asOf(
  { as, peer }: BgpConfig,
  speaker: DesiredBgp['speaker'],
  place: Place,
  faults: Fault[],
): number {
  if (as !== undefined) checkAs(as, place('as'), faults)
  else if (speaker !== 'table') {
    const [first] = Object.keys(peer ?? {})
    const at = first === undefined ? place() : place('peer', first)
    faults.push(
      fault(
        'missing-key',
        { ...at, key: true },
        'bgp has no as, the number of our autonomous system',
        {
          suggestion: 'write as = 65000 in [bgp]',
        },
      ),
    )
  }
  return as ?? 0
}

/** RFC 6286: any number but 0, written as an IPv4 address. */
function routerIdOf({ router_id: text }: BgpConfig, place: Place, faults: Fault[]): Ip | undefined {
  if (text === undefined) return undefined
  const id = hostAddress(text, place('router_id'), faults)
  if (id?.includes(':')) {
    faults.push(fault('bad-address', place('router_id'), 'router_id is written as an IPv4 address'))
    return undefined
  }
  return id
}

function nextHopsOf(config: BgpConfig, place: Place, faults: Fault[]): DesiredBgp['nextHop'] {
  const found: { ipv4?: Ip; ipv6?: Ip } = {}
  for (const family of ['ipv4', 'ipv6'] as const) {
    const text = config.next_hop?.[family]
    if (text === undefined) continue
    const at = place('next_hop', family)
    const address = hostAddress(text, at, faults)
    if (address === undefined) continue
    if (familyOf(address) === family) found[family] = address
    else
      faults.push(fault('family-mismatch', at, `${address} is no next hop for routes of ${family}`))
  }
  return found
}

/** A speaker that nobody listens to. */
export function lonely({ speaker, peers }: DesiredBgp, at: Spot): Fault | undefined {
  if (speaker !== 'embedded' || peers.length > 0) return undefined
  return warning('no-peers', at, 'routes are announced to nobody: bgp has no peer', {
    suggestion: 'write [bgp.peer.tor] with address and as',
  })
}
