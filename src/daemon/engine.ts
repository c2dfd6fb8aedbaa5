/** The engine of the daemon: what it wants now, and what it does about files, drift and commands. */
import type { Sources } from '../config/read.ts'
import type { Job, Round } from '../engine/reconcile.ts'
import type { Watched } from '../health/panel.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import { SlbError } from '../model/error.ts'
import { commandSide, type Made } from './command-side.ts'
import { Drift } from './drift.ts'
import type { EngineEnds } from './ends.ts'
import { Intake, type Left } from './intake.ts'
import { begun, Intent } from './intent.ts'
import { overdueTrial, undoOverdue } from './overdue.ts'
import { Records, type Standing } from './records.ts'
import { type Aim, jobOfImage, Rounds } from './rounds.ts'
import { type Found, type Prepared, Serving } from './serving.ts'
import { leave } from './stop.ts'
import type { Report, Task } from './task.ts'
import { errorNote, roundNotes, summaryOf, triedAgain } from './tell.ts'
import { Troubles } from './troubles.ts'
import { Way } from './way.ts'

export class Engine {
  readonly #ends: EngineEnds
  readonly #rounds: Rounds
  readonly #drift: Drift
  readonly #intake: Intake
  readonly #records: Records
  readonly #troubles: Troubles
  readonly #serving: Serving
  readonly #intent: Intent
  readonly #hurry = new AbortController()
  #failed = false
  readonly #way = new Way()

  constructor(given: EngineEnds) {
    const host: Host = { ...given.host, asMeant: seen => this.#serving.asMeant(seen) }
    const ends = { ...given, host }
    this.#ends = ends
    this.#rounds = new Rounds(host)
    this.#intake = new Intake(ends)
    this.#records = new Records(ends.host)
    this.#troubles = new Troubles(ends.note)
    this.#serving = new Serving(ends)
    this.#intent = new Intent(this.#rounds, this.#intake, this.#serving)
    this.#drift = new Drift({
      clock: ends.host.clock,
      rounds: this.#rounds,
      note: ends.note,
      repair: async how => this.#apply(await this.#intent.present(), 'drift', how),
      tell: round => this.#tell(round),
    })
  }

  /** What is to be checked, and what is held of it now. */
  get watched(): readonly Watched[] {
    return this.#serving.watched
  }

  /** The checker is suspect for this reason, or is so no longer. */
  suspect(why: string | undefined): void {
    this.#serving.suspicion = why
  }

  /** A look at everything ends with nothing compared: something that cannot wait has come. */
  giveWay(): void {
    this.#way.give()
  }

  /** Ends what stopping waits for. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Does one task. What goes wrong is told, and never thrown. */
  async work(task: Task): Promise<Report> {
    const { clock } = this.#ends.host
    const start = clock.monotonic()
    this.#failed = false
    let gaveWay = false
    const before = this.#standing()
    try {
      if (task.kind === 'look')
        gaveWay = await this.#way.taken(signal => this.#look(task.at, signal))
      else await this.#do(task)
      if (!gaveWay) this.#troubles.went(task.kind)
    } catch (error) {
      this.#failed = true
      this.#troubles.came(task.kind, triedAgain(errorNote(error), task))
    }
    this.#serving.look(this.#rounds.last)
    const { trial, hold } = this.#standing(task.kind)
    return {
      cost: clock.monotonic() - start,
      summary: summaryOf({
        services: this.#intent.services,
        held: this.#intake.held,
        refused: this.#intake.refused,
        hold,
        failed: this.#failed || this.#drift.failing,
        fought: this.#drift.fought,
        fault: this.#troubles.message,
      }),
      node: this.#intent.node,
      gobgpd: this.#intent.gobgpd,
      draining: this.#rounds.draining,
      ...(this.#serving.next !== undefined && { next: this.#serving.next }),
      ...(trial && { trialEnds: trial.deadline }),
      failed: this.#failed,
      ...(gaveWay && { gaveWay }),
      // What a hold or a trial has kept waiting.
      again:
        hold === undefined &&
        ((before.hold !== undefined && task.kind === 'command') ||
          (before.trial !== undefined && trial === undefined)),
    }
  }

  /** The trial that runs and what is held; of records that cannot be read it is told. */
  #standing(after?: Task['kind']): Standing {
    try {
      const standing = this.#records.read(after)
      this.#troubles.went('records')
      return standing
    } catch (error) {
      this.#failed = true
      this.#troubles.came('records', errorNote(error))
      return { trial: undefined, hold: undefined }
    }
  }

  async #do(task: Exclude<Task, { kind: 'look' }>): Promise<void> {
    switch (task.kind) {
      case 'prepare':
        return this.#prepare(task.now)
      case 'files':
        return this.#files(task.now)
      case 'verdicts':
        return this.#verdicts(task.found)
      case 'drains':
        if (this.#intent.job)
          this.#tell(await this.#apply(this.#intent.job, 'drift', { drainsOnly: true }))
        return
      case 'undo':
        return this.#undo()
      case 'command':
        // First what is overdue: the command would take the trial for what is wanted.
        await this.#undo().catch(error => {
          this.#failed = true
          this.#troubles.came('undo', errorNote(error))
        })
        return this.#command(task)
      case 'stop':
        return leave(
          this.#intent.node,
          this.#intent.job && this.#serving.now(this.#intent.job),
          this.#rounds,
          this.#ends,
          this.#hurry.signal,
        )
    }
  }

  async #command({ id, line }: Task & { readonly kind: 'command' }): Promise<void> {
    const side = commandSide(this.#ends, this.#rounds, this.#intake, this.#serving, {
      job: () => this.#intent.job,
      fought: () => this.#drift.fought,
      begun: (desired = this.#intent.desired) => begun(this.#ends, desired),
      applied: (...applied) => this.#commandApplied(...applied),
    })
    if (!line.argv.includes('rollback')) return this.#ends.runCommand(id, line, side)
    // Going back lays the past over what is there: damage that is not repaired yet would be held.
    try {
      await this.#look('all')
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      // Whoever waits for the command is told why, by the command itself.
      const reconcile = (): Promise<never> => Promise.reject(error)
      return this.#ends.runCommand(id, line, { ...side, reconcile })
    }
    return this.#ends.runCommand(id, line, side)
  }

  /** What was read and resolved once is taken again when it counts. */
  async #prepare(now: Sources): Promise<void> {
    const { desired } = (await this.#intake.stand(now)).loaded
    if (desired !== undefined) this.#intent.jobOf(desired)
  }

  async #files(given: Sources): Promise<void> {
    const arrival = await this.#intake.take(given)
    const { standing, left } = arrival
    const { desired } = standing.loaded
    if (left?.image !== undefined) return this.#restore(left, left.image, desired)
    if (desired !== undefined) await this.#undo()
    if (desired === undefined || this.#intake.waits(arrival)) return this.#intent.recall(desired)
    if (left === undefined) this.#ends.host.holds.clear()
    const job = this.#intent.jobOf(desired)
    this.#ends.foresee(job.wanted.state)
    // Nobody has changed the files while there was no daemon: what differs, differs by other hands.
    const known = this.#intent.job === undefined && this.#intake.isKnown(standing)
    if (!known) await this.#intent.follow()
    const prepared = await this.#serving.prepare(desired, () => this.#rounds.seen(job))
    const round = await this.#apply(job, known ? 'drift' : 'file', {}, { desired, prepared })
    if (round.verdict.refusal === undefined) this.#intent.accept(job, desired, prepared)
    this.#intake.settle(standing, round)
    this.#tell(round)
    // What was accepted before this process began goes on.
    if (round.verdict.refusal !== undefined) await this.#intent.recall()
    if (left !== undefined) this.#intake.holdAgain(left)
  }

  /** Makes again what an earlier boot held, or had to go back to. */
  async #restore(left: Left, image: string, files: Desired | undefined): Promise<void> {
    const job = jobOfImage(image)
    await this.#intent.recall(files, job)
    const round = await this.#apply(job, 'drift', {})
    this.#intent.take(job)
    this.#tell(round)
    this.#intake.holdAgain(left)
  }

  async #look(at: 'all' | 'links', signal?: AbortSignal): Promise<void> {
    const job = this.#serving.advance(await this.#intent.present())
    await this.#drift.look(job, at, this.#intent.node, signal)
  }

  /** What was found, or time itself, changes what is wanted. */
  async #verdicts(found: readonly Found[]): Promise<void> {
    const { notes, moves } = this.#serving.note(found)
    for (const note of notes) this.#ends.note(...note)
    if (this.#intent.job === undefined || !moves) return
    const skip = this.#drift.resting()
    this.#tell(await this.#apply(this.#intent.job, 'check', { skip }), true)
  }

  async #apply(
    job: Job,
    kind: 'file' | 'drift' | 'check',
    more: Pick<Aim, 'skip' | 'drainsOnly' | 'goesOn'>,
    { desired = this.#intent.desired, prepared }: { desired?: Desired; prepared?: Prepared } = {},
  ): Promise<Round> {
    await begun(this.#ends, desired)
    const files = kind === 'file' ? this.#intake.changedFiles : []
    const round = await this.#rounds.apply(this.#serving.advance(job, prepared), {
      cause: { kind, command: 'run', user: 'slb', files },
      keep: desired?.history ?? 50,
      node: desired?.node.name ?? this.#ends.hostname,
      ...more,
    })
    if (round.verdict.refusal === undefined) this.#settle(prepared)
    else this.#serving.retreat()
    this.#drift.outcome(round, more.skip)
    this.#troubles.left(this.#rounds.left)
    return round
  }

  /** @param prepared what is checked with what was made, if that is not accepted yet. */
  #settle(prepared?: Prepared): void {
    for (const note of this.#serving.settle(prepared?.cares)) this.#ends.note(...note)
  }

  #tell(round: Round, byCheck = false): void {
    for (const note of roundNotes(round, byCheck)) this.#ends.note(...note)
  }

  /** Undoes the apply on trial, if nobody has committed it in time. */
  async #undo(): Promise<void> {
    const trial = overdueTrial(this.#ends.host)
    if (trial === undefined) return
    if (this.#intent.job !== undefined) await this.#look('all')
    const desired = await this.#intake.lastDesired()
    const undone = await undoOverdue(trial, desired, this.#ends, this.#rounds, this.#serving)
    if (undone === undefined) return
    const { job, round, prepared } = undone
    this.#tell(round)
    this.#settle(prepared)
    if (desired === undefined || prepared === undefined) this.#intent.take(job)
    else this.#intent.accept(job, desired, prepared)
  }

  /** What a command applies is what the daemon wants from then on. */
  #commandApplied(job: Job, round: Round, made: Made): void {
    const { standing, prepared } = made
    this.#settle(prepared)
    const desired = standing?.loaded.desired
    if (desired === undefined) this.#intent.take(job)
    else this.#intent.accept(job, desired, prepared)
    if (standing === undefined) this.#serving.accept(prepared)
    else this.#intake.settle(standing, round)
  }
}
