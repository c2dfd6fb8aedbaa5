/** The engine of the daemon: what it wants now, and what it does about files, drift and commands. */
import { readSources, type Sources } from '../config/read.ts'
import type { Standing } from '../config/stand-in.ts'
import { type Job, type Preview, type Round, reconcile } from '../engine/reconcile.ts'
import { undoTrial } from '../engine/rollback.ts'
import type { Host } from '../host.ts'
import { defaultNode } from '../model/defaults.ts'
import type { Desired, DesiredNode } from '../model/desired.ts'
import { want } from '../plan/want.ts'
import type { Wish } from '../plan/want-again.ts'
import { type Hold, textsFingerprint } from '../state/hold.ts'
import type { LastGood } from '../state/last-good.ts'
import { isOverdue, type Trial } from '../state/trial.ts'
import { Failing } from './failing.ts'
import { Fights } from './fights.ts'
import { type Aim, keysOf, outcomeOf, Rounds } from './rounds.ts'
import { leave } from './stop.ts'
import type { CommandLine, Level, Report, Task } from './task.ts'
import {
  driftNote,
  errorNote,
  failureNotes,
  faults,
  heldNotes,
  type NoteArguments,
  roundNote,
  summaryOf,
} from './tell.ts'
import { Texts } from './texts.ts'

/** What a command that runs inside the daemon works with, in place of the files and the kernel alone. */
export interface CommandSide {
  readonly host: Host
  /** What it follows. */
  readonly paths: readonly string[]
  /** The configuration as it stands now. With consent to removals, files that are gone count as gone. */
  configuration(options: { readonly yesRemove?: number }): Promise<Standing>
  readonly reconcile: typeof reconcile
  /** What is to be said of the daemon itself, one line each. */
  notes(): readonly string[]
}

export interface EngineEnds {
  readonly host: Host
  readonly paths: readonly string[]
  readonly lastGood: LastGood
  readonly hostname: string
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  runCommand(id: number, line: CommandLine, side: CommandSide): Promise<void>
}

const noFile = 'no file can be used'

export class Engine {
  readonly #ends: EngineEnds
  readonly #rounds: Rounds
  readonly #fights = new Fights()
  readonly #failing = new Failing()
  readonly #hurry = new AbortController()
  readonly #texts: Texts
  /** What is wanted; absent until the first files have been read. */
  #job: Job | undefined
  #desired: Desired | undefined
  /** What files came to last, so that only what changes is made anew. */
  #wish: Wish | undefined
  #standing: Standing | undefined
  /** Why the files are not what is wanted, if they are not. */
  #refused: string | undefined
  #hold: Hold | undefined
  /** Something failed because its link was not there. */
  #linkless = false
  /** What kept the last task from being done. */
  #fault: string | undefined
  #said = ''
  /** The drift that was told last, where it is only told. */
  #alerted = ''
  #failed = false

  constructor(ends: EngineEnds) {
    this.#ends = ends
    this.#rounds = new Rounds(ends.host)
    this.#texts = new Texts(ends.lastGood, path =>
      ends.note('warn', `${path} is damaged: the last good text in it is lost`),
    )
  }

  /** Ends what stopping waits for. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Does one task. What goes wrong is told, and never thrown. */
  async work(task: Task): Promise<Report> {
    const { clock } = this.#ends.host
    const begun = clock.monotonic()
    const held = this.#hold !== undefined
    this.#failed = false
    const tried = this.#trial() !== undefined
    try {
      await this.#do(task)
      this.#hold = this.#ends.host.holds.read()
      this.#fault = undefined
    } catch (error) {
      this.#failed = true
      this.#tellFault(errorNote(error))
    }
    const trial = this.#trial()
    return {
      cost: clock.monotonic() - begun,
      summary: summaryOf({
        services: this.#job?.wanted.state.service.size ?? 0,
        held: this.#standing?.held ?? [],
        refused: this.#refused,
        hold: this.#hold,
        failed: this.#failed || this.#failing.some,
        fault: this.#fault,
      }),
      node: this.#node,
      draining: this.#rounds.draining,
      ...(trial && { trialEnds: trial.deadline }),
      failed: this.#failed,
      // What a hold or a trial has kept waiting.
      again:
        this.#hold === undefined &&
        ((held && task.kind === 'command') || (tried && trial === undefined)),
    }
  }

  /** Tells what keeps tasks from being done: once, not at every try. */
  #tellFault(note: NoteArguments): void {
    if (note[1] !== this.#fault) this.#ends.note(...note)
    this.#fault = note[1]
  }

  /** The trial that runs; of a record that cannot be read it is told. */
  #trial(): Trial | undefined {
    try {
      return this.#ends.host.trials.read()
    } catch (error) {
      this.#failed = true
      this.#ends.note(...errorNote(error))
      return undefined
    }
  }

  get #node(): DesiredNode {
    return this.#desired?.node ?? defaultNode
  }

  async #do(task: Task): Promise<void> {
    switch (task.kind) {
      case 'files':
        return this.#files(task.now)
      case 'look':
        return this.#look(task.at)
      case 'drains':
        if (this.#job) this.#tell(await this.#apply(this.#job, 'drift', { drainsOnly: true }))
        return
      case 'undo':
        return this.#undo()
      case 'command':
        // First what is overdue: the command would take the trial for what is wanted.
        await this.#undo().catch(error => {
          this.#failed = true
          this.#ends.note(...errorNote(error))
        })
        // Going back lays the past over what is there: damage that is not repaired yet would be held.
        if (task.line.argv.includes('rollback')) await this.#look('all')
        return this.#ends.runCommand(task.id, task.line, this.#side())
      case 'stop':
        return leave(this.#node, this.#job, this.#rounds, this.#ends, this.#hurry.signal)
    }
  }

  async #files(given: Sources): Promise<void> {
    const unconfirmed = this.#texts.unconfirmed(given, this.#ends.host)
    const now = unconfirmed === undefined ? given : this.#texts.before(given)
    const standing = await this.#texts.stand(now)
    const { desired } = standing.loaded
    const { note } = this.#ends
    this.#standing = standing
    const said = JSON.stringify(standing.held)
    if (said !== this.#said) for (const one of heldNotes(standing)) note(...one)
    this.#said = said
    if (desired === undefined) {
      if (this.#refused !== noFile) note('error', noFile, faults(standing.diagnostics))
      this.#refused = noFile
      this.#job ??= await this.#rounds.asItIs()
      return
    }
    this.#desired = desired
    await this.#undo()
    if (this.#ends.host.trials.read() !== undefined) {
      note('info', 'an apply is on trial: changes of the files wait until it is committed')
      this.#job ??= await this.#rounds.asItIs()
      return
    }
    const hold = this.#ends.host.holds.read()
    const isHeld = (texts: Sources['sources']): boolean =>
      hold?.fingerprint === textsFingerprint(texts)
    if (hold !== undefined && [now.sources, standing.sources].some(isHeld)) {
      note('warn', 'the state before these files is held: change them, or say slb resume', {
        since: hold.at,
        by: hold.user,
      })
      this.#job ??= await this.#rounds.asItIs()
      return
    }
    if (unconfirmed === undefined) this.#ends.host.holds.clear()
    const job = this.#jobOf(desired)
    // Nobody has changed the files while there was no daemon: what differs, differs by other hands.
    const known = this.#job === undefined && this.#texts.areGood(standing)
    const round = await this.#apply(job, known ? 'drift' : 'file', {})
    this.#take(job, standing, round)
    this.#tell(round)
    if (unconfirmed !== undefined) this.#holdAgain(unconfirmed)
  }

  /** The state without them stands now, and is held as it would have been without the reboot. */
  #holdAgain({ at, user, fingerprint }: Trial | Hold): void {
    const { trials, holds } = this.#ends.host
    holds.set({ why: 'undo', at, user, fingerprint })
    trials.end()
    const what = 'these files were never confirmed: what was good before them is applied and held'
    this.#ends.note('warn', `${what}, until they change or slb resume is said`, { by: user })
  }

  #jobOf(desired: Desired): Job {
    const wanted = want(desired, this.#wish)
    this.#wish = { desired, wanted }
    return { wanted, limits: desired.guard, conflict: desired.conflict }
  }

  /** The job counts from now on, unless the guard refused it. */
  #take(job: Job, standing: Standing, { verdict }: Round): void {
    this.#refused = verdict.refusal
    if (verdict.refusal === undefined) {
      this.#job = lasting(job)
      // What is on trial is not good yet: once it is committed, the files are taken again.
      if (this.#ends.host.trials.read() !== undefined) return
      this.#texts.accept(standing)
      return
    }
    this.#ends.note('error', verdict.refusal)
  }

  async #look(at: 'all' | 'links'): Promise<void> {
    this.#job ??= await this.#rounds.asItIs()
    const job = this.#job
    await this.#rounds.look(job, at)
    const now = this.#ends.host.clock.monotonic()
    const found = await this.#rounds.preview(job)
    const differing = keysOf(found)
    this.#failing.retain(differing)
    const skip = new Set(this.#fights.resting(now))
    // A link that an address waits for may be back.
    if (at === 'all' || !this.#linkless) for (const key of this.#failing.waiting(now)) skip.add(key)
    const keys = differing.filter(key => !skip.has(key))
    if (keys.length > 0 && this.#node.drift === 'repair') await this.#repair(job, keys, skip)
    else this.#alert(found, keys)
  }

  async #repair(job: Job, keys: readonly string[], skip: ReadonlySet<string>): Promise<void> {
    const failing = new Set(keys.filter(key => this.#failing.has(key)))
    const goesOn = failing.size === keys.length
    const round = await this.#apply(job, 'drift', { skip, goesOn })
    const { refusal } = round.verdict
    if (refusal !== undefined) this.#ends.note('error', refusal)
    const { made } = outcomeOf(round, skip)
    if (made.length > 0) this.#ends.note('warn', 'repaired drift', driftNote(round, made))
    this.#tell(round)
    // What could not be made before has not been changed back by anybody.
    const changed = made.filter(key => !failing.has(key))
    for (const key of this.#fights.note(changed, this.#ends.host.clock.monotonic()))
      this.#ends.note('error', `somebody else changes ${key} back again and again: left alone now`)
  }

  /** Tells of drift that is to be left as it is, once as long as it stays the same. */
  #alert(found: Preview, keys: readonly string[]): void {
    const drift = this.#node.drift === 'alert' ? keys.join() : ''
    if (drift !== '' && drift !== this.#alerted)
      this.#ends.note('warn', 'drift, left as it is', driftNote(found, keys))
    this.#alerted = drift
  }

  async #apply(
    job: Job,
    kind: 'file' | 'drift',
    more: Pick<Aim, 'skip' | 'drainsOnly' | 'goesOn'>,
  ): Promise<Round> {
    const round = await this.#rounds.apply(job, {
      cause: { kind, command: 'run', user: 'slb', files: kind === 'file' ? this.#fileNames() : [] },
      keep: this.#desired?.history ?? 50,
      node: this.#node.name ?? this.#ends.hostname,
      ...more,
    })
    const { made, failed } = outcomeOf(round, more.skip)
    this.#failing.note(failed, made, this.#ends.host.clock.monotonic())
    this.#linkless = round.failures.some(
      ({ change, error }) => change.kind === 'address' && error.code === 'missing',
    )
    return round
  }

  #fileNames(): readonly string[] {
    return (this.#standing?.sources ?? []).map(({ file }) => file)
  }

  #tell(round: Round): void {
    const said = roundNote(round)
    if (said !== undefined) this.#ends.note(...said)
    for (const one of failureNotes(round)) this.#ends.note(...one)
  }

  async #undo(): Promise<void> {
    const { host, note } = this.#ends
    const trial = host.trials.read()
    if (trial === undefined || !isOverdue(trial, host.clock.monotonic())) return
    if (this.#job !== undefined) await this.#look('all')
    const undone = await undoTrial(host, trial, {
      wait: 0,
      reconcile: (...round) => this.#rounds.keep(() => reconcile(...round)),
      fingerprint: textsFingerprint(readSources(this.#ends.paths).sources),
    })
    if (undone.outcome !== 'undone') return
    note('warn', 'the apply on trial was not committed in time: it is undone', { by: trial.user })
    this.#tell(undone.round)
    this.#job = lasting(undone.job)
  }

  /** What a command inside the daemon works with; what it applies is what the daemon wants from then on. */
  #side(): CommandSide {
    const { host, paths } = this.#ends
    let standing: Standing | undefined
    return {
      host: { ...host, close() {} },
      paths,
      configuration: async ({ yesRemove }) => {
        const released = yesRemove === undefined ? [] : this.#standing?.held
        standing = await this.#texts.stand(readSources(paths), released)
        return standing
      },
      reconcile: async (job, live, options) => {
        const round = await this.#rounds.keep(() => reconcile(job, live, options))
        if (round.verdict.refusal !== undefined) return round
        this.#job = lasting(job)
        if (standing !== undefined) {
          this.#standing = standing
          this.#desired = standing.loaded.desired ?? this.#desired
          this.#take(job, standing, round)
        }
        return round
      },
      notes: () => (this.#refused === undefined ? [] : [this.#refused]),
    }
  }
}

/** What was agreed to on a command line was agreed to for that once. */
function lasting({ wanted, limits, conflict }: Job): Job {
  return { wanted, limits, conflict }
}
