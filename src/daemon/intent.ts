/** What the daemon wants: the job that is to be true, and the configuration that rules how. */
import type { Job } from '../engine/reconcile.ts'
import { isCheckService } from '../model/check-service.ts'
import { defaultNode } from '../model/defaults.ts'
import type { Desired, DesiredNode } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import { want } from '../plan/want.ts'
import type { Wish } from '../plan/want-again.ts'
import type { EngineEnds } from './ends.ts'
import type { Intake } from './intake.ts'
import type { Rounds } from './rounds.ts'
import type { Prepared, Serving } from './serving.ts'

export class Intent {
  readonly #rounds: Rounds
  readonly #intake: Intake
  readonly #serving: Serving
  #job: Job | undefined
  #services: number | undefined
  #desired: Desired | undefined
  /** What files came to last, so that only what changes is made anew. */
  #wish: Wish | undefined

  constructor(rounds: Rounds, intake: Intake, serving: Serving) {
    this.#rounds = rounds
    this.#intake = intake
    this.#serving = serving
  }

  /** Absent until the first files have been read. */
  get job(): Job | undefined {
    return this.#job
  }

  /** How many virtual services are wanted, for clients. */
  get services(): number {
    this.#services ??= countServices(this.#job)
    return this.#services
  }

  /** What was accepted: a refused or held file rules nothing yet. */
  get desired(): Desired | undefined {
    return this.#desired
  }

  get node(): DesiredNode {
    return this.#desired?.node ?? defaultNode
  }

  /** Where a gobgpd of our own is to be, if anywhere. */
  get gobgpd(): string | undefined {
    return ownGobgpd(this.#desired)
  }

  /** The job that makes a configuration true. It is not wanted by that. */
  jobOf(desired: Desired): Job {
    const wanted = want(desired, this.#wish)
    this.#wish = { desired, wanted }
    return { wanted, limits: desired.guard, conflict: desired.conflict }
  }

  /** What is wanted; before anything is, that is what there is. */
  async present(): Promise<Job> {
    const job = this.#job ?? (await this.#rounds.asItIs())
    if (job !== this.#job) this.take(job)
    return job
  }

  /** From now on this is wanted. What was agreed to on a command line was agreed to for that once. */
  take({ wanted, limits, conflict }: Job): void {
    this.#job = { wanted, limits, conflict }
    this.#services = undefined
  }

  /** The same, with the configuration that it was made of. */
  accept(job: Job, desired: Desired, prepared: Prepared): void {
    this.take(job)
    this.#desired = desired
    this.#serving.accept(prepared)
  }

  /**
   * What was accepted before this process began, where its files do not count now.
   *
   * @param files those that do not count: they may say how to check what is wanted.
   * @param instead what is wanted; what there is, if nothing else.
   */
  async recall(files?: Desired, instead?: Job): Promise<void> {
    const present = await this.present()
    if (this.#desired !== undefined) return
    const desired = await this.#intake.lastDesired()
    if (desired === undefined) return
    this.#desired = desired
    const look = (): Promise<State> => this.#rounds.seen(present)
    const { wanted } = instead ?? present
    this.#serving.accept(await this.#serving.prepare(desired, look, { wanted, files }))
  }

  /** What takes the place of what was accepted before this process began. */
  async follow(): Promise<void> {
    if (this.#desired !== undefined) return
    const desired = await this.#intake.lastDesired()
    if (desired !== undefined) this.#serving.follow(desired)
  }
}

/** Has a gobgpd of our own answer, where a configuration has one, before it is told anything. */
export async function begun(
  ends: Pick<EngineEnds, 'gobgpd'>,
  desired: Desired | undefined,
): Promise<void> {
  const api = ownGobgpd(desired)
  if (api !== undefined) await ends.gobgpd(api)
}

/** Where a configuration has a gobgpd of our own, if anywhere. */
function ownGobgpd(desired: Desired | undefined): string | undefined {
  const { speaker, gobgp } = desired?.bgp ?? {}
  return speaker === 'gobgp' && gobgp?.own ? gobgp.address : undefined
}

/** Those that only lead checks to their backends are for nobody else. */
function countServices(job: Job | undefined): number {
  let count = 0
  job?.wanted.state.service.forEach(({ id }) => {
    if (!isCheckService(id)) count++
  })
  return count
}
