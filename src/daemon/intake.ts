/** What comes of the files: which texts count, what keeps them from being applied, what was accepted. */
import type { Sources } from '../config/read.ts'
import type { Held, Standing } from '../config/stand-in.ts'
import type { Round } from '../engine/reconcile.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import { type Hold, textsFingerprint } from '../state/hold.ts'
import type { LastGood } from '../state/last-good.ts'
import type { Trial } from '../state/trial.ts'
import type { Level } from './task.ts'
import { faults, heldNotes } from './tell.ts'
import { Texts } from './texts.ts'

export interface IntakeEnds {
  readonly host: Host
  readonly lastGood: LastGood
  note(level: Level, message: string, fields?: Record<string, unknown>): void
}

/** Files as they came in. */
export interface Arrival {
  readonly now: Sources
  readonly standing: Standing
  readonly left: Left | undefined
}

/** What an earlier boot knew of the files that are there now: it undid them, or nobody confirmed them. */
export interface Left {
  readonly record: Trial | Hold
  /** What stood without them, or was to stand again. */
  readonly image: string | undefined
}

const nothing: Sources = { sources: [], diagnostics: [], unreadable: [] }
const noFile = 'no file can be used'

export class Intake {
  readonly #ends: IntakeEnds
  readonly #texts: Texts
  #standing: Standing | undefined
  /** Why the files are not what is wanted, if they are not. */
  #refused: string | undefined
  /** What was told last of files that do not count as they are. */
  #said = ''

  constructor(ends: IntakeEnds) {
    this.#ends = ends
    this.#texts = new Texts(ends.lastGood, path =>
      ends.note('warn', `${path} is damaged: the last good text in it is lost`),
    )
  }

  get refused(): string | undefined {
    return this.#refused
  }

  /** The files that do not count as they are. */
  get held(): readonly Held[] {
    return this.#standing?.held ?? []
  }

  /** The files that make a difference to what was accepted last. */
  get changedFiles(): readonly string[] {
    return this.#texts.changed({ sources: this.#standing?.sources ?? [] })
  }

  /** Finds out which texts count, and tells of those that do not. */
  async take(given: Sources): Promise<Arrival> {
    const known = this.#left(given)
    const now = known !== undefined && known.image === undefined ? this.#texts.before(given) : given
    const standing = await this.#texts.stand(now)
    const left = known ?? this.#left(standing)
    this.#standing = standing
    const said = JSON.stringify(standing.held)
    if (said !== this.#said) for (const note of heldNotes(standing)) this.#ends.note(...note)
    this.#said = said
    if (standing.loaded.desired === undefined) {
      if (this.#refused !== noFile) this.#ends.note('error', noFile, faults(standing.diagnostics))
      this.#refused = noFile
    }
    return { now, standing, left }
  }

  /**
   * Files that an earlier boot undid or never had confirmed are not good: a machine that comes up with
   * them serves what was there before. Undefined too if nobody knows any more what that was.
   */
  #left({ sources }: Pick<Sources, 'sources'>): Left | undefined {
    const { trials, holds } = this.#ends.host
    const trial = trials.left()
    const record = trial ?? holds.left()
    if (record === undefined || textsFingerprint(sources) !== record.fingerprint) return undefined
    const image = trial === undefined ? holds.image() : trials.image()
    if (image !== undefined || this.#texts.hasOther(sources)) return { record, image }
    const what = 'these files were undone or never confirmed before the reboot'
    this.#ends.note('warn', `${what}, but no others are known: they are applied`, {
      by: record.user,
    })
    return undefined
  }

  /** True, and told, if these files are not to be applied now, though nothing is wrong with them. */
  waits({ now, standing }: Arrival): boolean {
    const { host, note } = this.#ends
    if (host.trials.read() !== undefined) {
      note('info', 'an apply is on trial: changes of the files wait until it is committed')
      return true
    }
    const hold = host.holds.read()
    const isHeld = (texts: Sources['sources']): boolean =>
      hold?.fingerprint === textsFingerprint(texts)
    if (hold === undefined || ![now.sources, standing.sources].some(isHeld)) return false
    note('warn', 'the state before these files is held: change them, or say slb resume', {
      since: hold.at,
      by: hold.user,
    })
    return true
  }

  /** True if just these texts were accepted last. */
  isKnown(standing: Standing): boolean {
    return this.#texts.areGood(standing)
  }

  /** The texts of these files, as a command takes them. `released` may be gone or empty. */
  stand(now: Sources, released: readonly Held[] = []): Promise<Standing> {
    return this.#texts.stand(now, released)
  }

  /** What the texts say that were accepted last; undefined if there are none. */
  async lastDesired(): Promise<Desired | undefined> {
    return (await this.#texts.stand(this.#texts.before(nothing))).loaded.desired
  }

  /** They were applied, and are good from now on; unless the guard refused them. */
  settle(standing: Standing, { verdict }: Round): void {
    this.#standing = standing
    this.#refused = verdict.refusal
    if (verdict.refusal !== undefined) {
      this.#ends.note('error', verdict.refusal)
      return
    }
    // What is on trial is not good yet: once it is committed, the files are taken again.
    if (this.#ends.host.trials.read() === undefined) this.#texts.accept(standing)
  }

  /** The state without them stands now, and is held as it would have been without the reboot. */
  holdAgain({ record, image }: Left): void {
    const { trials, holds } = this.#ends.host
    const { at, user, fingerprint } = record
    holds.set({ why: 'why' in record ? record.why : 'undo', at, user, fingerprint }, image)
    trials.end()
    const what = 'these files were undone or never confirmed: what was good before them is applied'
    this.#ends.note('warn', `${what} and held, until they change or slb resume is said`, {
      by: user,
    })
  }
}
