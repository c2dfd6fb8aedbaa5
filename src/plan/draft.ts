/** A plan under construction: what the comparisons of the single kinds write into. */
import type { Silence, SpeakerName } from '../model/announcement.ts'
import type { Change } from '../model/change.ts'
import type { Conflict } from '../model/desired.ts'
import type { Address } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Foreign, Ledger, Pending, Refused, Wanted, Withdrawn } from './types.ts'

export interface PlanInput {
  readonly wanted: Wanted
  readonly seen: State
  readonly ledger: Ledger
  /** What happens to a wanted row that somebody else holds, where nothing below names it. */
  readonly conflict: Conflict
  /** Row keys to take over, or all of them. */
  readonly adopt?: ReadonlySet<string> | 'all'
  /** Row keys to take over at any price. */
  readonly force?: ReadonlySet<string>
  /** Sysctl rows that must not be set on this host, by row key, with the reason. */
  readonly hazards?: ReadonlyMap<string, string>
  /** Whether an address that stands can be given our mark on this kernel; absent = always. */
  readonly canMark?: (row: Address) => boolean
  /** Keys of changes that were tried and failed for good: not tried again, and what depends on them waits. */
  readonly failed?: ReadonlySet<string>
  /** Speakers that only a daemon has, where there is none. */
  readonly silent?: ReadonlySet<SpeakerName>
  /** The gobgpds that could not be asked, by where they are. */
  readonly unanswered?: ReadonlyMap<string, Silence>
  /** Keys of draining destinations that have no connections left, or no time. */
  readonly drained?: ReadonlySet<string>
}

export interface Draft {
  readonly up: Change[]
  /** What ends new connections: drains, and weights set to 0. */
  readonly drain: Change[]
  /** Deletions, taken down in the order of the kinds in `down`. */
  readonly down: Change[]
  readonly refused: Refused[]
  readonly pending: Pending[]
  readonly foreign: Foreign[]
  readonly notes: string[]
  readonly forgotten: Withdrawn[]
  /** Keys of routes that are taken back only because what they lead to was lost. */
  readonly lost: Set<string>
  /** Drain time in milliseconds by service key. */
  readonly drains: Map<string, number>
  /** Names of services, by key, for rows that only the ledger knows a name for. */
  readonly names: Map<string, readonly string[]>
}

export function emptyDraft(): Draft {
  return {
    up: [],
    drain: [],
    down: [],
    refused: [],
    pending: [],
    foreign: [],
    notes: [],
    forgotten: [],
    lost: new Set(),
    drains: new Map(),
    names: new Map(),
  }
}

/** What to do about a wanted row that stands in the live system and is not ours. */
export function conflictOver(key: string, input: PlanInput): Conflict {
  if (input.force?.has(key)) return 'force'
  if (input.adopt === 'all' || input.adopt?.has(key)) return 'adopt'
  if (input.wanted.policies.get(key)?.adopt) return 'adopt'
  const adopting = input.wanted.names.get(key)?.some(name => adoptingNames(input.wanted).has(name))
  return adopting ? 'adopt' : input.conflict
}

const adopting = new WeakMap<Wanted, ReadonlySet<string>>()

/** The names of the services that say `adopt = true`; their addresses and links follow them. */
function adoptingNames(wanted: Wanted): ReadonlySet<string> {
  const known = adopting.get(wanted)
  if (known) return known
  const names = new Set<string>()
  for (const policy of wanted.policies.values()) if (policy.adopt) names.add(policy.name)
  adopting.set(wanted, names)
  return names
}

/** Row key to the words that say what it waits for. */
export type Waits = ReadonlyMap<string, string>

/** A service that is to go, but still stands: until it has drained, or for as long as it is needed. */
export interface Lingering {
  readonly key: string
  readonly drains: boolean
}

/** Plans a deletion: at once, after the drain of the service that needs the row, or not yet. */
export function takeDown(
  change: Change,
  key: string,
  user: Lingering | undefined,
  draft: Draft,
): void {
  if (user === undefined || user.drains) draft.down.push(change)
  if (user !== undefined)
    draft.pending.push({
      key,
      reason: user.drains ? `after the drain of ${user.key}` : `stays with ${user.key}`,
    })
}
