/** The speakers under test, and what each of them can do. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer, Route, SpeakerName } from '../../src/model/announcement.ts'
import { familyOf } from '../../src/model/ip.ts'
import type { SpeakerChange } from '../../src/table/announce/speaker.ts'
import { startBird } from './bird.ts'
import { ownDirectory, startDaemon } from './daemon.ts'
import { blocksOf } from './document.ts'
import { route } from './rows.ts'
import type { Machine } from './segment.ts'
import { create, type Speaking, type StartOptions, startSpeaking } from './speaking.ts'
import { until } from './until.ts'

export type Ability =
  /** It makes the sessions itself, and tells how they are. */
  | 'sessions'
  /** Communities, MED, prepending, next hops. */
  | 'attributes'
  /** Its routes go when it goes, unless graceful restart keeps them. */
  | 'tied'
  /** Its routes stay when it goes. */
  | 'standing'

export interface Candidate {
  readonly name: SpeakerName
  readonly can: ReadonlySet<Ability>
  /** A route as this speaker takes it. */
  route(text: string, more?: Partial<Route>): Route
  /** Starts it on a machine, with these peers. */
  start(machine: Machine, peers: readonly Peer[], options?: StartOptions): Promise<Speaking>
}

export const embedded: Candidate = {
  name: 'embedded',
  can: new Set<Ability>(['sessions', 'attributes', 'tied']),
  route: (text, more) => route(text, more),
  start: (machine, peers, options) => withPeers('embedded', machine, peers, options),
}

export const table: Candidate = {
  name: 'table',
  can: new Set<Ability>(['standing']),
  route: (text, more) => route(text, { speaker: 'table', table: 198, ...more }),
  async start(machine, peers, options) {
    const bird = await startBird(machine, redistributing(machine, peers))
    const speaking = await startSpeaking(machine, 'table', options)
    const end = async (): Promise<void> => {
      await speaking.end()
      await bird.end()
    }
    return { ...speaking, end }
  },
}

/**
 * A gobgpd (another than Debian's if SLB_GOBGPD names one) without a configuration, which the speaker tells everything. It has no address of its own
 * for an IPv6 route in a session over IPv4, so that one is named.
 */
export const gobgp: Candidate = {
  name: 'gobgp',
  can: new Set<Ability>(['attributes', 'standing']),
  route: (text, more) => route(text, { speaker: 'gobgp', ...more }),
  async start(machine, peers, options) {
    const directory = ownDirectory('own-gobgp')
    const socket = join(directory.path, 'api')
    const daemon = startDaemon(
      machine,
      process.env['SLB_GOBGPD'] ?? 'gobgpd',
      ...[
        '--api-hosts',
        `unix://${socket},127.0.0.1:50051`,
        '--pprof-disable',
        '-l',
        'debug',
        '-p',
      ],
    )
    await until('gobgpd listens', () => existsSync(socket), Boolean)
    const environment = { ...options?.environment, GOBGP: `unix:${socket}` }
    const rows = peers.map(
      (peer): Peer => ({ ...peer, speaker: 'gobgp', routerId: peer.routerId ?? machine.ipv4 }),
    )
    const speaking = await withPeers('gobgp', machine, rows, { ...options, environment })
    const end = async (): Promise<void> => {
      await speaking.end()
      await daemon.end()
      directory.remove()
    }
    const named = (changes: readonly SpeakerChange[]) =>
      changes.map(change => withNextHop(change, machine))
    return {
      ...speaking,
      apply: changes => speaking.apply(named(changes)),
      make: changes => speaking.make(named(changes)),
      end,
    }
  },
}

/** What `[bgp] next_hop.ipv6` does for routes without a next hop of their own. */
function withNextHop(change: SpeakerChange, { ipv6 }: Machine): SpeakerChange {
  if (change.kind === 'peer' || familyOf(change.row.address) === 'ipv4') return change
  return { ...change, row: { nextHop: ipv6, ...change.row } }
}

export const candidates: readonly Candidate[] = [embedded, table, gobgp]

/** Those that can do all this. */
export function able(...needs: readonly Ability[]): readonly Candidate[] {
  return candidates.filter(({ can }) => needs.every(need => can.has(need)))
}

async function withPeers(
  name: SpeakerName,
  machine: Machine,
  peers: readonly Peer[],
  options?: StartOptions,
): Promise<Speaking> {
  const speaking = await startSpeaking(machine, name, options)
  await speaking.make(peers.map(create))
  return speaking
}

/** The documented configuration of BIRD, with a session for each peer. */
function redistributing({ ipv4 }: Machine, peers: readonly Peer[]): string {
  const [snippet = ''] = blocksOf('bird')
  const at = snippet.indexOf('protocol bgp router1 {')
  const [tables, session] = [snippet.slice(0, at), snippet.slice(at)]
  const sessions = peers.map((peer, index) =>
    session
      .replace(
        'router1 {',
        `router${index + 1} {\n  connect delay time 1;\n  error wait time 1, 2;`,
      )
      .replace(/local as \d+/, `local as ${peer.localAs}`)
      .replace(/neighbor \S+ as \d+/, `neighbor ${peer.address} as ${peer.as}`),
  )
  return [`router id ${ipv4};`, 'protocol device {}', tables, ...sessions].join('\n')
}
