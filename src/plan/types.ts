/** What planning takes and gives. The steps themselves are `want.ts`, `plan.ts`, `guard.ts`. */
import type { Change, ChangeOf } from '../model/change.ts'
import type { Kind } from '../model/rows.ts'
import type { State } from '../model/state.ts'

/** How one virtual service is treated: what its rows do not say. */
export interface Policy {
  /** The `[service.NAME]` that it comes from. */
  readonly name: string
  /** Drain time in milliseconds; 0 = cut at once. */
  readonly drain: number
  readonly adopt: boolean
}

/** The rows that should exist, with what is to be said about them. */
export interface Wanted {
  readonly state: State
  /** By service key. */
  readonly policies: ReadonlyMap<string, Policy>
  /** Names of the services that a link, address, sysctl or snat row is for, by row key, sorted. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** Why a row that nobody wrote down is wanted (`needed by web`), by row key. */
  readonly reasons: ReadonlyMap<string, string>
  /** Keys of destinations that go at once, without a drain: nobody answers there. */
  readonly down?: ReadonlySet<string>
  /** Keys of destinations that nobody has answered for yet. */
  readonly waiting?: ReadonlySet<string>
  /** Keys of rows whose removal was asked for by an operator or a verdict: no guard counts it. */
  readonly agreed?: ReadonlySet<string>
  /** Keys of announcements that are only made while all services behind them can serve. */
  readonly strict?: ReadonlySet<string>
  /** What would be announced if everything could serve; absent where that is what the State says. */
  readonly meant?: Announced
  readonly withdrawal?: Withdrawal
}

/** A peer or a route that goes. */
export type Withdrawn = ChangeOf<'peer'> | ChangeOf<'route'>

/** The rows by which the network learns of VIPs. */
export type Announced = Pick<State, 'arp' | 'peer' | 'route'>

/** How a route is taken back where what it leads to is to go. Times are in milliseconds. */
export interface Withdrawal {
  /** For how long peers are asked to prefer other ways before that. */
  readonly notice: number
  /** How long the network is given after it. */
  readonly settle: number
}

/** A service as an earlier apply recorded it. */
export interface LedgerService {
  readonly name: string
  readonly drain: number
  /**
   * Fingerprint of the service and its destinations as they were wanted then; 1 if they may not be
   * so, 0 if the service was only intended.
   */
  readonly hash: number
}

/** What earlier applies made in this boot and network namespace, and have not removed. */
export interface Ledger {
  /** By service key. */
  readonly service: ReadonlyMap<string, LedgerService>
  /** Row keys. */
  readonly address: ReadonlySet<string>
  readonly link: ReadonlySet<string>
  readonly snat: ReadonlySet<string>
  /**
   * Other managed rows (sysctl, timeouts, sync, and what is announced if everything can serve) as they were
   * wanted then: row key to `JSON.stringify(row)`.
   */
  readonly settings: ReadonlyMap<string, string>
  /**
   * Addresses whose making was begun, and that the kernel has not acknowledged: for these the mark
   * decides, where the kernel has room for one.
   */
  readonly begun: ReadonlySet<string>
  /** Running drains: destination key to deadline, in milliseconds of the boot's monotonic clock. */
  readonly draining: ReadonlyMap<string, number>
  /** Where the gobgpds are that were told of something, and may have it still. */
  readonly gobgpds: ReadonlySet<string>
  /** Of what is to be announced; as in `Wanted`. */
  readonly strict: ReadonlySet<string>
  readonly withdrawal?: Withdrawal
}

/** A wanted row that is held by somebody else, and so left alone. */
export interface Refused {
  readonly key: string
  readonly kind: Kind
  /** Who holds it, in words: `not made by slb`, `address on eth0`. */
  readonly owner: string
  readonly hint: string
}

/** Something that is right but not finished. */
export interface Pending {
  readonly key: string
  /** `draining`, `waits for tcp 192.0.2.10:80`, ... */
  readonly reason: string
  /** For a drain: when it ends at the latest, in milliseconds of the boot's monotonic clock. */
  readonly deadline?: number
}

/** A live row that is not ours and that nobody wants: shown, never touched. */
export interface Foreign {
  readonly key: string
  readonly kind: Kind
}

export interface Plan {
  /**
   * In the order of execution. A change whose key is also in `pending` waits for what the reason
   * names, as the address of a draining service does.
   */
  readonly changes: readonly Change[]
  readonly refused: readonly Refused[]
  readonly pending: readonly Pending[]
  readonly foreign: readonly Foreign[]
  /** Things worth saying that change nothing: a `[kernel]` key that was taken out, an unknown mark. */
  readonly notes: readonly string[]
  /** Names of the services that a row is for, by row key (for a destination: by its service's key). */
  readonly names: Pick<ReadonlyMap<string, readonly string[]>, 'get'>
  /** Why a change is made, by row key. */
  readonly reasons: ReadonlyMap<string, string>
  /**
   * What is to be announced no more, of which nothing live tells: by the word of the journal a daemon
   * announced it, or would have. It need not be taken back, but it is lost as if it were.
   */
  readonly forgotten: readonly Withdrawn[]
  /** Keys of rows whose removal was agreed to beforehand (see `Wanted`), or comes of a loss. */
  readonly agreed?: ReadonlySet<string>
  /** Drain time in milliseconds, by service key, for `drain` changes. */
  readonly drains: ReadonlyMap<string, number>
  /** Fingerprint of the wanted state. */
  readonly revision: string
}
