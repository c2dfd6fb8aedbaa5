/** How one backend stands: what is written, wanted and live of it, and why these are not the same. */
import { endpoint } from '../model/ip.ts'
import { compareDestinations, type Destination, keyOf, type Service } from '../model/rows.ts'
import type { Ledger, Wanted } from '../plan/types.ts'
import type { Asked } from '../serve/asked.ts'
import type { Care } from '../serve/census.ts'
import { dateOf, type Facts, type OverrideStatus, overrideStatus } from './facts.ts'
import { type BackendHealth, healthOf, uncared } from './health.ts'
import { type Judged, standingOf, type Verdicts } from './verdict.ts'

/** How many connections a backend has. */
export interface Load {
  readonly active: number
  readonly inactive: number
  /** Clients that persistence binds to it. */
  readonly persistent: number
}

export interface BackendStatus extends Judged {
  readonly address: string
  readonly forward: string
  /** As it is live, or as it is wanted where it is not live; 0 where it is neither. */
  readonly weight: number
  /** As it is wanted now; 0 where it is not. */
  readonly wanted_weight: number
  /** As the files say; absent where they do not name it. */
  readonly written_weight?: number
  /** Why another weight is wanted than the files say. */
  readonly weight_why?: string
  readonly health: BackendHealth
  readonly override?: OverrideStatus
  /** When its drain ends at the latest: a date, ISO 8601. */
  readonly drain_ends?: string
  readonly connections?: Load
}

/** What all backends of a virtual service share. */
export interface BackendScene {
  /** The name of the service; empty where nobody knows it. */
  readonly name: string
  readonly written: Service | undefined
  readonly wanted: Service | undefined
  readonly live: Service | undefined
  readonly care: Care | undefined
  readonly asked: Asked
  readonly wants: Wanted
  readonly verdicts: Verdicts
  readonly ledger: Ledger
  readonly connections: ReadonlyMap<string, Load>
  readonly facts: Facts
}

/** All backends that are live, wanted or written down, by address. */
export function backendsOf(scene: BackendScene): readonly BackendStatus[] {
  // Mostly they are one row, or two: of each its destinations are named once.
  const written = byName(scene.written)
  const wanted = scene.wanted === scene.written ? written : byName(scene.wanted)
  const live = scene.live === scene.wanted ? wanted : byName(scene.live)
  const all = new Map(written)
  for (const rows of new Set([wanted, live])) for (const [name, row] of rows) all.set(name, row)
  return [...all]
    .sort(([, a], [, b]) => compareDestinations(a, b))
    .map(([name, row]) =>
      backendOf(row, live.get(name), wanted.get(name), written.get(name), scene),
    )
}

/** The live backends of a virtual service that somebody else holds. */
export function heldBackends(
  live: Service | undefined,
  standing: Judged,
  connections: ReadonlyMap<string, Load>,
): readonly BackendStatus[] {
  return (live?.destinations ?? []).map(row => {
    const load = connections.get(keyOf.destination(row))
    return {
      address: endpoint(row.address, row.port),
      forward: row.forward,
      weight: row.weight,
      wanted_weight: 0,
      ...standing,
      health: uncared,
      ...(load && { connections: load }),
    }
  })
}

function byName(row: Service | undefined): ReadonlyMap<string, Destination> {
  const rows = row?.destinations ?? []
  return new Map(rows.map(one => [endpoint(one.address, one.port), one]))
}

function backendOf(
  row: Destination,
  live: Destination | undefined,
  wanted: Destination | undefined,
  written: Destination | undefined,
  scene: BackendScene,
): BackendStatus {
  const { name, care, asked, wants, verdicts, facts } = scene
  const key = keyOf.destination(row)
  const load = scene.connections.get(key)
  const override = asked.about(name, row)
  const drain = scene.ledger.draining.get(key)
  const lighter = wanted && written && wanted.weight !== written.weight
  const why = lighter ? whyWeighed(key, wanted, override?.ask, scene) : undefined
  return {
    address: endpoint(row.address, row.port),
    forward: row.forward,
    weight: (live ?? wanted)?.weight ?? 0,
    wanted_weight: wanted?.weight ?? 0,
    ...(written && { written_weight: written.weight }),
    ...(why !== undefined && { weight_why: why }),
    ...standingOf(key, (wanted ?? live) === undefined, wants, verdicts),
    health: healthOf(row, written ? care : facts.beside?.get(row.service.key), facts),
    ...(override && { override: overrideStatus(override, facts) }),
    ...(drain !== undefined && live && { drain_ends: dateOf(drain, facts) }),
    ...(load && { connections: load }),
  }
}

/** Why a destination that is wanted is wanted with another weight than the files say. */
function whyWeighed(
  key: string,
  { weight }: Destination,
  ask: 'drain' | number | undefined,
  { care, wants }: BackendScene,
): string | undefined {
  const reason = wants.reasons.get(key)
  if (reason !== undefined) return reason
  if (ask === weight) return 'asked for'
  if (weight === 0) return 'another one says sorry'
  return care?.serving.weights === undefined ? undefined : 'the answer of its check asks for it'
}
