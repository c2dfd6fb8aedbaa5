/** What other hands change in the kernel: it is found, and repaired, told, or left alone for a while. */
import type { Job, Preview, Round } from '../engine/reconcile.ts'
import { changeKey } from '../model/change.ts'
import type { Clock } from '../model/clock.ts'
import type { DesiredNode } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import { Failing } from './failing.ts'
import { Fights } from './fights.ts'
import { type Aim, keysOf, outcomeOf, type Rounds } from './rounds.ts'
import type { Level } from './task.ts'
import { driftNote } from './tell.ts'

export interface DriftEnds {
  readonly clock: Clock
  readonly rounds: Rounds
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  /** Makes what is wanted true on the keys that are not left alone, and tells `Drift.outcome` of the round. */
  repair(how: Pick<Aim, 'skip' | 'goesOn'>): Promise<Round>
  /** Tells what a round has changed, and what failed. */
  tell(round: Round): void
}

export class Drift {
  readonly #ends: DriftEnds
  readonly #fights = new Fights()
  readonly #failing = new Failing()
  /** Something failed because its link was not there. */
  #linkless = false
  /** The drift that was told last, where it is only told. */
  #alerted = ''

  constructor(ends: DriftEnds) {
    this.#ends = ends
  }

  /** True while something cannot be made as it is wanted. */
  get failing(): boolean {
    return this.#failing.some
  }

  /** The keys that somebody else changes back again and again. */
  get fought(): readonly string[] {
    return [...this.#fights.resting(this.#ends.clock.monotonic())]
  }

  /** The keys that are left alone for a while. */
  resting(): ReadonlySet<string> {
    const now = this.#ends.clock.monotonic()
    return new Set([...this.#fights.resting(now), ...this.#failing.waiting(now)])
  }

  /**
   * Compares the job with the kernel, and does what `drift` says about what differs.
   *
   * @param signal ends it as long as nothing was compared, with its reason.
   */
  async look(
    job: Job,
    at: 'all' | 'links',
    { drift }: DesiredNode,
    signal?: AbortSignal,
  ): Promise<void> {
    const { clock, rounds } = this.#ends
    const before = rounds.links
    await rounds.look(job, at, signal)
    const now = clock.monotonic()
    const found = await rounds.preview(job)
    const differing = keysOf(found)
    this.#failing.retain(differing)
    const skip = new Set(this.#fights.resting(now))
    // A link that an address waits for may be back.
    if (at === 'all' || !this.#linkless) for (const key of this.#failing.waiting(now)) skip.add(key)
    // Nobody has changed what waits for a drain to end: its turn comes then.
    const waiting = new Set(found.plan.pending.map(({ key }) => key))
    const keys = differing.filter(key => !skip.has(key) && !waiting.has(key))
    if (keys.length > 0 && drift === 'repair')
      await this.#repair(keys, skip, lostWithLinks(found, before, rounds.links))
    else this.#alert(found, drift === 'alert' ? keys : [])
  }

  /** Remembers what a round could not make, whatever it was made for. */
  outcome(round: Round, skip: ReadonlySet<string> | undefined): void {
    const { made, failed } = outcomeOf(round, skip)
    this.#failing.note(failed, made, this.#ends.clock.monotonic())
    this.#linkless = round.failures.some(
      ({ change, error }) => change.kind === 'address' && error.code === 'missing',
    )
  }

  /** @param excused keys that nobody took away, though they were away. */
  async #repair(
    keys: readonly string[],
    skip: ReadonlySet<string>,
    excused: ReadonlySet<string>,
  ): Promise<void> {
    const { note } = this.#ends
    const drifted = new Set(keys)
    const failing = new Set(keys.filter(key => this.#failing.has(key)))
    const goesOn = failing.size === keys.length
    const round = await this.#ends.repair({ skip, goesOn })
    const { refusal } = round.verdict
    if (refusal !== undefined) note('error', refusal)
    const made = outcomeOf(round, skip).made.filter(key => drifted.has(key))
    if (made.length > 0) note('warn', 'repaired drift', driftNote(round, made))
    this.#ends.tell(round)
    // What could not be made before has not been changed back by anybody.
    const changed = made.filter(key => !failing.has(key) && !excused.has(key))
    for (const key of this.#fights.note(changed, this.#ends.clock.monotonic()))
      note('error', `somebody else changes ${key} back again and again: left alone now`)
  }

  /** Tells of drift that is to be left as it is, once as long as it stays the same. */
  #alert(found: Preview, keys: readonly string[]): void {
    const drift = keys.join()
    if (drift !== '' && drift !== this.#alerted)
      this.#ends.note('warn', 'drift, left as it is', driftNote(found, keys))
    this.#alerted = drift
  }
}

/**
 * Addresses on links that went down, vanished or were made anew since the last look: the kernel takes
 * addresses along with a link, IPv6 ones also when it goes down. A link that flaps is nobody's will.
 */
function lostWithLinks(
  { plan }: Preview,
  before: State['link'] | undefined,
  now: State['link'] | undefined,
): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const change of plan.changes) {
    if (change.kind !== 'address') continue
    const link = `link ${change.row.link}`
    const [was, is] = [before?.get(link), now?.get(link)]
    const steady = was?.up && is?.up && was.epoch === is.epoch
    if (!steady) keys.add(changeKey(change))
  }
  return keys
}
