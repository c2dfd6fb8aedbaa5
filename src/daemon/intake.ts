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
  /** What an earlier boot knew of them, if they were never confirmed: others stand in for them. */
  readonly unconfirmed: Trial | Hold | undefined
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

  get fileNames(): readonly string[] {
    return (this.#standing?.sources ?? []).map(({ file }) => file)
  }

  /** Finds out which texts count, and tells of those that do not. */
  async take(given: Sources): Promise<Arrival> {
    const unconfirmed = this.#texts.unconfirmed(given, this.#ends.host)
    const now = unconfirmed === undefined ? given : this.#texts.before(given)
    const standing = await this.#texts.stand(now)
    this.#standing = standing
    const said = JSON.stringify(standing.held)
    if (said !== this.#said) for (const note of heldNotes(standing)) this.#ends.note(...note)
    this.#said = said
    if (standing.loaded.desired === undefined) {
      if (this.#refused !== noFile) this.#ends.note('error', noFile, faults(standing.diagnostics))
      this.#refused = noFile
    }
    return { now, standing, unconfirmed }
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
  holdAgain({ at, user, fingerprint }: Trial | Hold): void {
    const { trials, holds } = this.#ends.host
    holds.set({ why: 'undo', at, user, fingerprint })
    trials.end()
    const what = 'these files were never confirmed: what was good before them is applied and held'
    this.#ends.note('warn', `${what}, until they change or slb resume is said`, { by: user })
  }
}
