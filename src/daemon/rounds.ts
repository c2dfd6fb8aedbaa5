/** The rounds of a daemon: each rests on what the one before saw, and none ends the daemon. */
import { connectionsOf, observe, observeAgain } from '../engine/live.ts'
import { type Job, type Preview, preview, type Round, reconcile } from '../engine/reconcile.ts'
import { scopeOf } from '../engine/survey.ts'
import { imaged, rewound, withoutDraining } from '../engine/undo.ts'
import type { Host } from '../host.ts'
import { type Change, changeKey } from '../model/change.ts'
import { defaultLimits } from '../model/defaults.ts'
import type { ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { leftBehind } from '../plan/announcements.ts'
import { type Cause, type HistoryEntry, noting } from '../state/history.ts'
import type { Scope } from '../table/table.ts'

/** What a round of the daemon is made for. */
export interface Aim {
  readonly cause: Cause
  /** How many applies the history keeps. */
  readonly keep: number
  /** What this machine is called. */
  readonly node: string
  /** Keys to leave alone. */
  readonly skip?: ReadonlySet<string>
  /** True if it only ends drains that an earlier round began: that is no apply of its own. */
  readonly drainsOnly?: boolean
  /** True if it only tries again what failed before: that is no apply of its own, either. */
  readonly goesOn?: boolean
}

/** Between two looks at the connections of services, in milliseconds. */
const quietPoll = 200

/** Long enough to see once whether draining backends can go, in milliseconds. */
const glance = 1

export class Rounds {
  readonly #host: Host
  readonly #quietSince = new Map<string, number>()
  #seen: State | undefined
  #entry: HistoryEntry | undefined
  #draining = false
  #left: readonly string[] = []

  constructor(host: Host) {
    this.#host = host
  }

  /** The links as they were seen last; undefined if nothing was. */
  get links(): State['link'] | undefined {
    return this.#seen?.link
  }

  /** What was seen last; undefined if nothing was. */
  get last(): State | undefined {
    return this.#seen
  }

  /** What is to be said of gobgpds that nobody needs any more, and that may have something of ours still. */
  get left(): readonly string[] {
    return this.#left
  }

  /** True while backends drain. */
  get draining(): boolean {
    return this.#draining
  }

  /** What was seen last, or is seen now. */
  async seen(job: Job): Promise<State> {
    if (this.#seen === undefined) await this.look(job, 'all')
    return this.#seen ?? (await observe(this.#host, this.#scopeOf(job)))
  }

  /** Looks at everything, or at links and addresses alone. `signal` ends it with its reason, nothing seen. */
  async look(job: Job, at: 'all' | 'links', signal?: AbortSignal): Promise<void> {
    const scope = { ...this.#scopeOf(job), ...(signal && { signal }) }
    // What is announced of an address goes with it.
    const kinds = new Set(['link', 'address', 'arp'] as const)
    this.#seen =
      at === 'all' || this.#seen === undefined
        ? await observe(this.#host, scope)
        : await observeAgain(this.#host, this.#seen, { services: new Map(), kinds }, scope)
  }

  #scopeOf({ wanted }: Job): Omit<Scope, 'services'> {
    return scopeOf(wanted, this.#host.journal.read())
  }

  /** What would be done about what the last look saw. */
  preview(job: Job): Promise<Preview> {
    return preview(job, this.#host, this.#host.journal.read(), this.#seen)
  }

  /** Makes the job true. */
  async apply(job: Job, aim: Aim): Promise<Round> {
    const { journal, history } = this.#host
    // After a restart the drains are those of the newest entry.
    const drains = aim.drainsOnly === true || journal.read().draining.size > 0
    if (drains) this.#entry ??= history.list()[0]
    // Verdicts come and go: until something else is applied, they are one entry.
    const checks = aim.cause.kind === 'check' && this.#entry?.cause.kind === 'check'
    const last = aim.drainsOnly || aim.goesOn || checks ? this.#entry : undefined
    const before = journal.read()
    const round = await this.keep(() =>
      reconcile(job, this.#host, {
        journal,
        history: noting(history, { node: aim.node, limits: job.limits }),
        cause: aim.cause,
        keep: aim.keep,
        wait: glance,
        quietSince: this.#quietSince,
        ...(this.#seen && { memory: this.#seen }),
        ...(aim.skip && { skip: aim.skip }),
        ...(last && { continues: last }),
        ...(this.#entry && { newest: this.#entry }),
        ...(aim.drainsOnly && { drainsOnly: true }),
      }),
    )
    this.#left = leftBehind(job.wanted, before, this.#host.unanswered?.())
    return round
  }

  /** Runs a round that somebody else makes, and keeps what it saw. */
  async keep(work: () => Promise<Round>): Promise<Round> {
    try {
      const round = await work()
      this.#seen = round.after
      this.#entry = round.entry ?? this.#entry
      this.#draining = round.left.pending.some(one => one.deadline !== undefined)
      return round
    } catch (error) {
      this.#seen = undefined
      throw error
    }
  }

  /** Waits until no connection to these services is established, or the time is over. */
  async untilQuiet(
    services: readonly ServiceId[],
    until: number,
    hurry: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#host
    while (clock.monotonic() < until && !hurry.aborted) {
      const counts = await connectionsOf(this.#host, services)
      if ([...counts.values()].every(({ active }) => active === 0)) return
      await clock.sleep(quietPoll, hurry)
    }
  }

  /**
   * The job of leaving everything that is ours as it is, but for drains: they go on to their end.
   * Where it is held, its image tells what it was when nobody had meddled with it yet.
   */
  async asItIs(): Promise<Job> {
    const { holds } = this.#host
    const image = holds.read() && holds.image()
    if (image !== undefined) return jobOfImage(image)
    const ledger = this.#host.journal.read()
    this.#seen = await observe(this.#host, { formerGobgpds: ledger.gobgpds })
    // This process has announced nothing yet, and neither has a gobgpd that was begun anew: what is to be
    // announced is what was before it.
    const wanted = rewound(this.#seen, ledger, [], { silent: new Set(['embedded', 'gobgp']) })
    return {
      wanted: { ...wanted, state: withoutDraining(wanted.state, ledger.draining) },
      limits: defaultLimits,
      conflict: 'refuse',
    }
  }
}

/** The job of making true what an image says. */
export function jobOfImage(image: string): Job {
  return { wanted: imaged(image), limits: defaultLimits, conflict: 'refuse' }
}

/** The keys of everything that a plan would change. */
export function keysOf({ plan }: Pick<Preview, 'plan'>): readonly string[] {
  return plan.changes.map(changeKey)
}

/** What became of the keys that a round was to change. What drains, and what waits for that, is neither. */
export function outcomeOf(
  { plan, left, failures, after }: Round,
  skip: ReadonlySet<string> = new Set(),
): { readonly made: readonly string[]; readonly failed: readonly string[] } {
  const waiting = new Set(left.pending.map(({ key }) => key))
  const waits = (change: Change): boolean => !adds(change) && waiting.has(changeKey(change))
  const open = new Set(left.changes.map(changeKey))
  for (const { change } of failures) open.add(changeKey(change))
  const made: string[] = []
  const failed: string[] = []
  for (const change of plan.changes) {
    const key = changeKey(change)
    if (skip.has(key)) continue
    if (!open.has(key) && stands(change, after)) made.push(key)
    else if (!waits(change)) failed.push(key)
  }
  return { made, failed }
}

function adds({ op }: Change): boolean {
  return op !== 'delete' && op !== 'drain'
}

/** False if what was to be made is not there: it waited for something else that failed. */
function stands(change: Change, after: State): boolean {
  if (!adds(change)) return true
  if (change.kind === 'destination') return after.service.has(change.row.service.key)
  return change.kind === 'address' || change.kind === 'service'
    ? after[change.kind].has(changeKey(change))
    : true
}
