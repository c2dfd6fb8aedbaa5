/** The one interface to everything live: the kernel's tables, nftables, and the kernel in memory. */
import type { Arp, SpeakerName } from '../model/announcement.ts'
import type { Change, Failure } from '../model/change.ts'
import type { Kind, Service, ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'

/** What a read must cover. Absent parts mean: all that there is. */
export interface Scope {
  /** Only these virtual services (those that do not exist are simply not in the answer). */
  readonly services?: readonly ServiceId[]
  /** Sysctls to read beside the usual ones. */
  readonly sysctls?: readonly string[]
  /** Announcements of which it is to be known whether they stand; for tables that cannot list them. */
  readonly announced?: readonly Arp[]
  /** Speakers of which something is wanted. */
  readonly speakers?: ReadonlySet<SpeakerName>
  /** Where the daemons are of which something is wanted, for the speaker `gobgp`. */
  readonly gobgpds?: ReadonlySet<string>
  /** Where daemons are that were told of something earlier, and may have it still. */
  readonly formerGobgpds?: ReadonlySet<string>
  /** The peers and routes that are wanted: of those that stand in several places the others are of interest. */
  readonly told?: Pick<State, 'peer' | 'route'>
  /** Services as they probably are, by key: only to save the memory for reading the same again. */
  readonly likely?: ReadonlyMap<string, Service>
  /** Aborted where something more urgent has come: a read that takes long then ends with its reason. */
  readonly signal?: AbortSignal
}

/** Connections through one destination, as the kernel counts them. Never part of a row. */
export interface Connections {
  readonly active: number
  readonly inactive: number
  /** Persistence templates: clients bound to this destination. */
  readonly persistent: number
}

/**
 * A live system, or a part of one.
 *
 * `apply` is given changes in order and does what it can: a failed change does not stop those after
 * it. It returns the failures; a change that is not named there has happened. `replace` is delete
 * and create, whether or not there was something to delete; `drain` is weight 0 and nothing more
 * (the engine waits and then sends `delete`), so that a `drain` of a service, or of what has weight 0
 * already, writes nothing.
 */
export interface Table {
  readonly kinds: readonly Kind[]
  read(scope?: Scope): Promise<Partial<State>>
  apply(changes: readonly Change[]): Promise<readonly Failure[]>
  /** By destination key, for those services; only tables of kind `destination` have it. */
  connections?(services: readonly ServiceId[]): Promise<ReadonlyMap<string, Connections>>
  close(): void
}
