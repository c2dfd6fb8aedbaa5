/** All judgements, and the question over them all: is it them or is it us? No time of its own. */
import type { Check } from '../model/check.ts'
import { begin, differs, excuse, type Judgement, judge, type Verdict } from './judge.ts'
import type { Answer } from './probe.ts'
import { circlesOf, type Standing, Suspicion } from './suspect.ts'

/** A check to be made, and for whom. */
export interface Watched {
  readonly check: Check
  /** The services that need its answer, by name. */
  readonly groups: readonly string[]
  /** What the kernel shows of the destination: where a check that is new starts from. */
  readonly shown: Verdict
}

/** Each check once, for all the groups that need it. */
export function byKey(list: readonly Watched[]): ReadonlyMap<string, Watched> {
  const all = new Map<string, Watched>()
  for (const one of list) {
    const { key } = one.check
    const twin = all.get(key)
    all.set(key, twin === undefined ? one : { ...twin, groups: [...twin.groups, ...one.groups] })
  }
  return all
}

/** The checker has become suspect, or is so no longer. */
export interface Alert {
  readonly suspect: boolean
  readonly text: string
}

export interface PanelEnds {
  /** A judgement that others must hear of. */
  changed(key: string, judgement: Judgement): void
  alert(alert: Alert): void
}

/** What is known of one check. */
export interface Seat {
  readonly check: Check
  readonly judgement: Judgement
}

/** So long a text that changes by itself waits for the next one, in milliseconds: some change with every answer. */
const textPause = 5000

interface OwnSeat extends Seat {
  groups: readonly string[]
  judgement: Judgement
  number: number
  standing: Standing
  /** What was held before it went down, until it is asked again. */
  before?: Judgement
  /** How many answers in a row were a fault of our own. */
  faults: number
  /** The text that others know, and when they heard of it. */
  told: { readonly why: string | undefined; readonly at: number }
}

export class Panel {
  readonly #ends: PanelEnds
  #seats = new Map<string, OwnSeat>()
  /** Those that have gone down and have not been asked again since. */
  readonly #fresh = new Set<OwnSeat>()
  #suspicion = new Suspicion([])
  #suspect = false
  /** What was asked before this time, while the checker was suspect, is not believed against anybody. */
  #trusted = Number.NEGATIVE_INFINITY

  constructor(ends: PanelEnds) {
    this.#ends = ends
  }

  get seats(): ReadonlyMap<string, Seat> {
    return this.#seats
  }

  /** Takes a new set in place of the old one. What is held of checks that stay, stays. */
  replace(
    list: readonly Watched[],
    now: number,
  ): { readonly came: readonly Seat[]; readonly went: readonly Seat[] } {
    const before = this.#seats
    const seats = new Map<string, OwnSeat>()
    const came: OwnSeat[] = []
    for (const { check, groups, shown } of byKey(list).values()) {
      const known = before.get(check.key)
      const seat = known ?? newSeat(check, begin(shown, now))
      seat.groups = groups
      seat.number = seats.size
      seats.set(check.key, seat)
      if (known === undefined) came.push(seat)
    }
    const went = [...before.values()].filter(({ check }) => !seats.has(check.key))
    for (const seat of went) this.#fresh.delete(seat)
    this.#seats = seats
    this.#count(now)
    return { came, went }
  }

  /** One more answer, to what was asked at `asked`. */
  hear(seat: Seat, answer: Answer, asked: number, now: number): void {
    const own = this.#seats.get(seat.check.key)
    if (own !== seat || own === undefined) return
    this.#fresh.delete(own)
    delete own.before
    const { judgement, check } = own
    const up = judgement.verdict === 'up'
    this.#place(own, up ? (answer.ok ? 'well' : 'failing') : 'out')
    this.#weigh(now)
    const believed =
      answer.ok || judgement.verdict === 'down' || !(this.#suspect || asked < this.#trusted)
    const after = believed
      ? judge(judgement, answer, check.rules, now)
      : excuse(judgement, answer.why)
    own.faults = !answer.ok && answer.own === true ? own.faults + 1 : 0
    this.#take(own, after, now)
    if (up && after.verdict === 'down') {
      own.before = judgement
      this.#fresh.add(own)
    } else if (!up && after.verdict === 'up') this.#place(own, 'well')
  }

  /** The sets have changed: the counts are taken anew. */
  #count(now: number): void {
    const seats = [...this.#seats.values()]
    const related = seats.map(({ check, groups }) => ({
      address: check.through ?? check.address,
      groups,
    }))
    this.#suspicion = new Suspicion(circlesOf(related))
    for (const seat of seats) this.#suspicion.place(seat.number, seat.standing)
    this.#weigh(now)
  }

  #place(seat: OwnSeat, standing: Standing): void {
    seat.standing = standing
    this.#suspicion.place(seat.number, standing)
  }

  #weigh(now: number): void {
    const { suspect, counts } = this.#suspicion
    if (suspect === this.#suspect) return
    this.#suspect = suspect
    if (!suspect) {
      this.#trusted = now
      this.#ends.alert({ suspect, text: 'health checks are to be believed again' })
      return
    }
    const text = `${counts}, fail at once: the fault is rather here than there, and verdicts before it hold`
    this.#ends.alert({ suspect, text })
    for (const seat of this.#fresh) {
      if (seat.before !== undefined)
        this.#take(seat, excuse(seat.before, seat.judgement.why ?? 'no answer'), now)
      delete seat.before
    }
    this.#fresh.clear()
  }

  #take(seat: OwnSeat, after: Judgement, now: number): void {
    const before = seat.judgement
    const { why, at } = seat.told
    seat.judgement = after
    // Of one that is up a fault of our own is worth a word, if it was not just a moment of standing still.
    const isWorthIt = after.verdict !== 'up' || seat.faults > 1 || why !== undefined
    const another = isWorthIt && after.why !== why && now - at >= textPause
    if (!differs(before, after) && !another) return
    seat.told = { why: after.why, at: now }
    this.#ends.changed(seat.check.key, after)
  }
}

function newSeat(check: Check, judgement: Judgement): OwnSeat {
  const standing = judgement.verdict === 'up' ? 'well' : 'out'
  const told = { why: undefined, at: Number.NEGATIVE_INFINITY }
  return { check, groups: [], judgement, number: 0, standing, faults: 0, told }
}
