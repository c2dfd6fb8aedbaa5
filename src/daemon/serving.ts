/** What the engine knows of health: what is checked, what was found, and what is wanted because of it. */
import type { Job } from '../engine/reconcile.ts'
import type { Watched } from '../health/panel.ts'
import type { Host } from '../host.ts'
import type { Desired } from '../model/desired.ts'
import type { Destination } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'
import { type Applied, asMeant } from '../serve/as-meant.ts'
import { askedOf } from '../serve/asked.ts'
import { type Memory, noMemory, type Verdict } from '../serve/circumstances.ts'
import { caresOf, type Served, serve } from '../serve/serve.ts'
import { led } from './led.ts'
import type { Cares } from './past-text.ts'
import { Recollection, recalled } from './recalled.ts'
import { type Cared, memoryOf, pairs, watchedOf } from './shown.ts'
import { type NoteArguments, quorumNotes, verdictNote } from './tell.ts'

export interface ServingEnds {
  readonly host: Host
  /** Has these checked from now on, and nothing else. */
  watch(list: readonly Watched[]): void
}

/** A configuration's checks, before it is accepted. */
export interface Prepared {
  readonly cares: Cares
  readonly list: readonly Watched[]
  /** Programs that checks may run. */
  readonly programs: readonly string[]
}

/** What is found of a check, as it is told. */
export interface Found {
  readonly key: string
  readonly judgement: Verdict
}

const nothing: Prepared = { cares: new Map(), list: [], programs: [] }

/** What is wanted in the place of the files: the past, or what was there before this process. */
export interface InPlace {
  readonly wanted: Wanted
  /** Files that do not count as they are, and may say how to check what is there. */
  readonly files?: Desired | undefined
}

export class Serving {
  readonly #ends: ServingEnds
  readonly #verdicts = new Map<string, Verdict>()
  /** Why the checker is suspect, in words; absent where it is not. */
  suspicion: string | undefined
  #current = nothing
  /** What is checked, by the key of the check. */
  #watched: ReadonlyMap<string, Watched> = new Map()
  #memory: Memory | undefined
  /** True once a configuration counts. */
  #begun = false
  /** The memory that was advanced from. */
  #before: Memory | undefined
  #next = Number.POSITIVE_INFINITY
  /** What the last round was made for, and what is to be made now. */
  #applied: Applied | undefined
  #advanced: Applied | undefined
  readonly #past: Recollection
  /** What the configuration checked that was accepted before this process began. */
  #former: Cares = nothing.cares
  #seen: State | undefined
  /** Of what is checked, what is asked: a check through a VIP rests while nothing leads it. */
  #asked: readonly Watched[] = []
  /** True if the list is another one, and nobody was told of it. */
  #anew = false

  constructor(ends: ServingEnds) {
    this.#ends = ends
    this.#past = new Recollection(ends.host.pastChecks)
  }

  /** What is checked, and what was found, by the key of the check. */
  get verdicts(): ReadonlyMap<string, Verdict> {
    return this.#verdicts
  }

  /** What the last round left to be known. */
  get memory(): Memory {
    return this.#memory ?? noMemory
  }

  get cares(): Cares {
    return this.#current.cares
  }

  /** What is checked, each with what is held of it now. */
  get watched(): readonly Watched[] {
    return this.#asked.map(one => ({
      ...one,
      shown: this.#verdicts.get(one.check.key)?.verdict ?? one.shown,
    }))
  }

  /** When something changes by itself, in milliseconds of the monotonic clock. */
  get next(): number | undefined {
    return this.#next === Number.POSITIVE_INFINITY ? undefined : this.#next
  }

  /**
   * What a configuration wants to be checked. What nobody has checked yet begins as the kernel shows it.
   *
   * @param look reads the live system; only called if there is anything to check.
   * @param instead what is wanted while the configuration only rules how.
   */
  async prepare(
    desired: Desired,
    look: () => Promise<State>,
    instead?: InPlace,
  ): Promise<Prepared> {
    const files = caresOf(desired)
    const also = instead?.files === undefined ? [] : [caresOf(instead.files)]
    const older =
      instead === undefined ? [] : [this.#current.cares, ...also, ...this.#past.read(files)]
    const programs = desired.node.allowExec ?? []
    const found =
      instead === undefined ? nothing.cares : recalled(instead.wanted, files, older, programs)
    if (files.size + found.size + programs.length === 0) return nothing
    const seen = await look()
    // There may be thousands, and few that are checked.
    const rows = new Map(
      desired.services
        .filter(({ checks }) => checks.size > 0)
        .flatMap(({ listeners }) => listeners.map(row => [row.id.key, row] as const)),
    )
    const held = instead?.wanted.state.service
    const cares = found.size === 0 ? files : new Map([...files, ...found])
    const { clock, overrides } = this.#ends.host
    // Looks may have come before the first files: they know of no checks.
    if (!this.#begun) {
      const all = pairs(cares, key => held?.get(key) ?? rows.get(key))
      this.#memory = memoryOf(all, seen, askedOf(overrides.read()), clock.monotonic())
    }
    const all = [...pairs(files, key => rows.get(key)), ...pairs(found, key => held?.get(key))]
    return { cares, list: this.#watch(all, seen, held), programs }
  }

  /** @param held what is wanted, if not what is written there. */
  #watch(all: readonly Cared[], seen: State, held: State['service'] | undefined): Prepared['list'] {
    const since = this.#ends.host.clock.monotonic()
    const isOld = ({ service, address, port }: Destination): boolean =>
      !this.#begun &&
      (held === undefined ||
        held
          .get(service.key)
          ?.destinations.some(row => row.address === address && row.port === port) === true)
    const { list, weights } = watchedOf(all, seen, isOld)
    for (const { check, shown } of list) {
      const weight = weights.get(check.key)
      this.#begin(check.key, { verdict: shown, since, ...(weight && { weight }) })
    }
    return list
  }

  /** This was accepted before this process began: what it checked is remembered when others take its place. */
  follow(desired: Desired): void {
    if (!this.#begun) this.#former = caresOf(desired)
  }

  /** This is the configuration that counts. Throws SlbError `io` if what it forgets cannot be remembered. */
  accept(prepared: Prepared): void {
    const before = this.#begun ? this.#current.cares : this.#former
    this.#begun = true
    if (prepared === this.#current) return
    this.#current = prepared
    this.#watched = new Map(prepared.list.map(one => [one.check.key, one]))
    for (const key of this.#verdicts.keys()) if (!this.#watched.has(key)) this.#verdicts.delete(key)
    this.#anew = true
    this.#past.note(before, prepared.cares)
  }

  /**
   * Has checked what is to be checked, as far as it can be now.
   *
   * @param seen the live system; undefined = as it was.
   */
  look(seen: State | undefined): void {
    this.#seen = seen ?? this.#seen
    const list = led(this.#current.list, this.#seen)
    const before = this.#asked
    if (!this.#anew && list.length === before.length && list.every((one, i) => one === before[i]))
      return
    this.#anew = false
    this.#asked = list
    this.#ends.watch(list)
  }

  /**
   * Notes what checks have found. Returns what is to be said of it, and whether it, or time, may change
   * what is wanted: a text alone does not.
   */
  note(found: readonly Found[]): {
    readonly notes: readonly NoteArguments[]
    readonly moves: boolean
  } {
    const notes: NoteArguments[] = []
    let moves = found.length === 0 || this.#next <= this.#ends.host.clock.monotonic()
    for (const { key, judgement } of found) {
      const before = this.#verdicts.get(key)
      // What is not asked for any more may still have been under way.
      if (before === undefined) continue
      this.#verdicts.set(key, judgement)
      moves ||= weighs(before, judgement)
      const one = this.#watched.get(key)
      if (one !== undefined && before.verdict !== judgement.verdict)
        notes.push(verdictNote(one, judgement))
    }
    return { notes, moves }
  }

  /** The job as it is wanted now. */
  now(job: Job, { cares }: Prepared = this.#current): Job {
    return { ...job, wanted: this.#serve(job, cares).wanted }
  }

  /** The same, for a round that will be made: what it remembers counts for the next one. */
  advance(job: Job, { cares }: Prepared = this.#current): Job {
    const { wanted, memory, next } = this.#serve(job, cares)
    this.#before = this.#memory
    this.#advanced = { written: job.wanted, served: wanted }
    this.#memory = memory
    this.#next = next
    return { ...job, wanted }
  }

  /** The round that was advanced to has been made: what is live is as it was served. Returns what is to be said. */
  settle(cares: Cares = this.#current.cares): readonly NoteArguments[] {
    this.#applied = this.#advanced
    return quorumNotes(this.#before ?? noMemory, this.memory, cares)
  }

  /** That round was refused. */
  retreat(): void {
    this.#memory = this.#before
  }

  /** What is live, without what health and operators made of it. */
  asMeant(seen: State): State {
    return this.#applied === undefined ? seen : asMeant(seen, this.#applied)
  }

  /**
   * What is to be checked where the past is wanted again, which may have had backends and services
   * that the files do not have now.
   */
  async past({ wanted }: Job, look: () => Promise<State>): Promise<Prepared> {
    const { cares, list, programs } = this.#current
    const found = recalled(wanted, cares, this.#past.read(cares), programs)
    if (found.size === 0) return this.#current
    const { service } = wanted.state
    const more = this.#watch(
      pairs(found, key => service.get(key)),
      await look(),
      service,
    )
    const known = new Set(list.map(one => one.check.key))
    return {
      cares: new Map([...cares, ...found]),
      list: [...list, ...more.filter(one => !known.has(one.check.key))],
      programs,
    }
  }

  /** Of what is not checked yet the checker will hold what it is told here, and say when that changes. */
  #begin(key: string, verdict: Verdict): void {
    if (!this.#watched.has(key)) this.#verdicts.set(key, verdict)
  }

  #serve({ wanted }: Job, cares: Prepared['cares']): Required<Served> {
    const { overrides, clock } = this.#ends.host
    const asked = overrides.read()
    const served = serve(wanted, cares, {
      ...(cares.size > 0 && { verdicts: this.#verdicts }),
      overrides: asked,
      memory: this.#memory ?? noMemory,
      now: clock.monotonic(),
    })
    const { next = Number.POSITIVE_INFINITY } = served
    return { ...served, next: Math.min(next, overrides.firstEnd(asked)) }
  }
}

/** True if another judgement may lead to other weights. */
function weighs(before: Verdict, after: Verdict): boolean {
  return (
    before.verdict !== after.verdict ||
    before.since !== after.since ||
    before.weight !== after.weight ||
    before.bannedUntil !== after.bannedUntil
  )
}
