/** `[bgp.peer.NAME]`: a neighbour, and how a session to it is made. */
import { type Peer, peerKey } from '../model/announcement.ts'
import { type Ip, parseIp, scopeOf } from '../model/ip.ts'
import { explainAddress } from './address.ts'
import type { PeerConfig } from './config.gen.ts'
import { wholeSeconds } from './duration.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { presets } from './presets.ts'
import { quote } from './text.ts'

/** What all peers have in common. Times are in seconds. */
export interface PeerBase {
  readonly speaker: Peer['speaker']
  readonly api?: string
  readonly localAs: number
  readonly routerId?: Ip
  readonly localAddress?: Ip
  readonly hold: number
  readonly keepalive: number
}

/** The Restart Time of RFC 4724 has 12 bits. */
const longestRestart = 4095

/** `place` tells where a key of this peer stands. */
export function resolvePeer(
  name: string,
  config: PeerConfig,
  base: PeerBase,
  place: (...path: (string | number)[]) => Spot,
  faults: Fault[],
): Peer | undefined {
  const given = { ...(config.preset && presets[config.preset]), ...config }
  for (const key of ['address', 'as'] as const)
    if (given[key] === undefined)
      faults.push(
        fault('missing-key', { ...place(), key: true }, `peer ${name} has no ${key}`, {
          suggestion: key === 'as' ? 'write as = 65001' : 'write address = "10.0.0.1"',
        }),
      )
  const address =
    given.address === undefined ? undefined : hostAddress(given.address, place('address'), faults)
  const localAddress =
    config.local_address === undefined
      ? base.localAddress
      : hostAddress(config.local_address, place('local_address'), faults)
  const times = resolveTimes(config, base, place, faults)
  if (given.as !== undefined) checkAs(given.as, place('as'), faults)
  if (address === undefined || given.as === undefined) return undefined
  if (localAddress !== undefined && localAddress.includes(':') !== address.includes(':'))
    faults.push(
      fault(
        'family-mismatch',
        config.local_address === undefined ? place('address') : place('local_address'),
        `a session to ${address} cannot be made from ${localAddress}: one is IPv4, the other IPv6`,
        { suggestion: 'write local_address in the peer' },
      ),
    )
  if (address.includes(':') && base.routerId === undefined && base.speaker === 'embedded')
    faults.push(
      fault('missing-key', place('address'), `a session to ${address} needs router_id in [bgp]`, {
        suggestion: 'write router_id = "10.0.0.2" there, an IPv4 address of this machine',
      }),
    )
  return {
    speaker: base.speaker,
    ...(base.api !== undefined && { api: base.api }),
    address,
    port: config.port ?? 179,
    as: given.as,
    localAs: base.localAs,
    ...(base.routerId && { routerId: base.routerId }),
    ...(localAddress && { localAddress }),
    ...times,
    multihop: given.multihop ?? 1,
    ttlSecurity: config.ttl_security ?? false,
    families: config.families ? [...config.families].sort() : ['ipv4', 'ipv6'],
    maxPrefixes: config.max_prefixes ?? 0,
    ...(config.password && { password: config.password as NonNullable<Peer['password']> }),
  }
}

function resolveTimes(
  config: PeerConfig,
  base: PeerBase,
  place: (...path: string[]) => Spot,
  faults: Fault[],
): Pick<Peer, 'hold' | 'keepalive' | 'gracefulRestart'> {
  const hold = seconds(config.hold, base.hold, place('hold'), 65_535, faults)
  const usual = config.hold === undefined ? base.keepalive : Math.min(base.keepalive, third(hold))
  const keepalive = seconds(config.keepalive, usual, place('keepalive'), 21_845, faults)
  if (config.hold !== undefined || config.keepalive !== undefined)
    checkTimes(hold, keepalive, place(config.hold === undefined ? 'keepalive' : 'hold'), faults)
  return {
    hold,
    keepalive,
    gracefulRestart: seconds(
      config.graceful_restart,
      0,
      place('graceful_restart'),
      longestRestart,
      faults,
    ),
  }
}

/** The longest interval between keepalives that RFC 4271, 10 suggests. */
function third(hold: number): number {
  return Math.max(1, Math.floor(hold / 3))
}

/** RFC 4271, 4.2: a hold time is 0, or at least 3 seconds. */
export function checkTimes(hold: number, keepalive: number, at: Spot, faults: Fault[]): void {
  if (hold === 1 || hold === 2)
    faults.push(fault('out-of-range', at, `hold is 0s, or at least 3s, not ${hold}s`))
  else if (hold > 0 && (keepalive === 0 || keepalive > third(hold)))
    faults.push(
      fault(
        'out-of-range',
        at,
        `with hold = "${hold}s", keepalive is 1s to ${third(hold)}s, not ${keepalive}s`,
        { suggestion: `write keepalive = "${third(hold)}s"` },
      ),
    )
}

/** A duration in whole seconds. */
export function seconds(
  text: string | undefined,
  usual: number,
  at: Spot,
  most: number,
  faults: Fault[],
): number {
  if (text === undefined) return usual
  if (/^0+(ms|s|m|h|d)$/.test(text)) return 0
  const found = wholeSeconds(text, most)
  if (found !== undefined) return found
  faults.push(
    fault('bad-duration', at, `BGP counts whole seconds, at most "${most}s", not ${quote(text)}`),
  )
  return usual
}

/** An address that a host can have. */
export function hostAddress(text: string, at: Spot, faults: Fault[]): Ip | undefined {
  const address = parseIp(text)
  if (address === undefined) {
    faults.push(fault('bad-address', at, explainAddress(text)))
    return undefined
  }
  const scope = scopeOf(address)
  const fine = scope === 'unicast' || scope === 'loopback' || !address.includes(':')
  if (fine && scope !== 'multicast' && scope !== 'unspecified' && scope !== 'broadcast')
    return address
  faults.push(
    fault(
      'bad-address',
      at,
      scope === 'linkLocal'
        ? `${address} is a link-local address, which needs a zone: write a routable address`
        : `${address} is not the address of a host`,
    ),
  )
  return undefined
}

/** Numbers that nobody may have (RFC 7607, RFC 6793, RFC 7300). */
export function checkAs(as: number, at: Spot, faults: Fault[]): void {
  if (as === 23_456 || as === 65_535 || as === 4_294_967_295)
    faults.push(fault('bad-as', at, `${as} is reserved: no autonomous system has it`))
}

/** Peers by the keys of their rows; two with one address are a fault. */
export function repeatedPeers(
  peers: readonly { readonly name: string; readonly peer: Peer }[],
  place: (name: string) => Spot,
  faults: Fault[],
): void {
  const first = new Map<string, string>()
  for (const { name, peer } of peers) {
    const other = first.get(peerKey(peer))
    if (other === undefined) first.set(peerKey(peer), name)
    else
      faults.push(
        fault(
          'duplicate-peer',
          place(name),
          `${peer.address} is the address of peer ${other} already`,
          {
            related: place(other),
          },
        ),
      )
  }
}
