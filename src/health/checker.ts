/**
 * Asks on time: each check from start to start of its interval, spread, a bounded number at once,
 * never two askings of one check. Only the monotonic clock counts.
 */
import type { Check } from '../model/check.ts'
import { Agenda } from './agenda.ts'
import { type Figures, Lags } from './figures.ts'
import { Gathering, type Pacing } from './gather.ts'
import { intervalAfter, isOpen, type Judgement } from './judge.ts'
import { Line } from './line.ts'
import { type Alert, Panel, type Seat, type Watched } from './panel.ts'
import type { Answer, Probe } from './probe.ts'
import { Pulse } from './pulse.ts'

/** A judgement that has changed in more than its text. */
export interface Change {
  readonly key: string
  readonly judgement: Judgement
}

export interface CheckerEnds extends Pacing {
  readonly probe: Probe
  /** From 0 to below 1. */
  random(): number
  changed(changes: readonly Change[]): void
  alert(alert: Alert): void
}

export interface CheckerOptions {
  /** How many askings may be under way at once; each may hold a socket. */
  readonly most?: number
}

/** What a process that may open 1,024 files can hold in sockets, if it has little else. */
const usualMost = 1000
/** How soon a check without a verdict is first asked, in milliseconds, unless they are very many. */
const soon = 500
/** The most first askings within a millisecond. */
const rush = 5
/** The most that begin in one turn of the loop ... */
const mostInOneTurn = 32
/** ... and so late, in milliseconds, a turn shows that there were too many. */
const tooLate = 20
/** But so many always begin: the loop can be late for reasons that are not ours. */
const leastInOneTurn = 4
/** So late a beginning counts from where it was; a little is made up for, so that periods do not drift. */
const slack = 100
/** Timers fire on whole milliseconds: what is due within the next half is due. */
const grain = 0.5

interface Round {
  readonly seat: Seat
  due: number
  /** Until the second asking, where the first one came early: it finds a place in the interval of its own. */
  gap?: number
  asking?: AbortController
  gone?: true
}

export class Checker {
  readonly #ends: CheckerEnds
  readonly #most: number
  readonly #panel: Panel
  readonly #news: Gathering<Judgement>
  readonly #pulse: Pulse
  readonly #agenda = new Agenda<Round>()
  /** What is due and waits for a place. */
  readonly #waiting = new Line<Round>()
  /** The same of verdicts that are open or contradicted: these go before. */
  readonly #pressing = new Line<Round>()
  readonly #rounds = new Map<string, Round>()
  readonly #lags = new Lags()
  /** How many begin in a turn: all that begin together are answered together, and block the loop. */
  #turnSize = mostInOneTurn
  #closed = false

  constructor(ends: CheckerEnds, { most = usualMost }: CheckerOptions = {}) {
    this.#ends = ends
    this.#most = most
    this.#news = new Gathering(ends, news =>
      ends.changed([...news].map(([key, judgement]) => ({ key, judgement }))),
    )
    this.#panel = new Panel({
      changed: (key, judgement) => this.#news.add(key, judgement),
      alert: alert => ends.alert(alert),
    })
    this.#pulse = new Pulse(ends, {
      beat: now => this.#turn(now),
      stood: (from, now) => this.#spread(from, now),
      late: milliseconds => this.#late(milliseconds),
    })
  }

  /**
   * Checks these from now on, and nothing else. A check whose key stays keeps its judgement and its
   * times; the asking of one that goes is aborted.
   */
  watch(list: readonly Watched[]): void {
    const now = this.#ends.now()
    const { came, went } = this.#panel.replace(list, now)
    for (const { check } of went) this.#forget(check.key)
    if (went.length > 0) {
      this.#agenda.keep(round => !round.gone)
      this.#waiting.keep(round => !round.gone)
      this.#pressing.keep(round => !round.gone)
    }
    const unknown = came.filter(({ judgement }) => judgement.verdict === 'unknown').length
    const hurry = Math.max(soon, unknown / rush)
    for (const seat of came) this.#begin(seat, hurry, now)
    this.#schedule(now)
  }

  /** What is held of every check, by key. */
  snapshot(): ReadonlyMap<string, Judgement> {
    return new Map([...this.#panel.seats].map(([key, { judgement }]) => [key, judgement]))
  }

  /** How times were kept since the last call. */
  figures(): Figures {
    return this.#lags.take(this.#rounds.size)
  }

  /** Lets go of everything; nothing is told any more. */
  close(): void {
    this.#closed = true
    this.#news.close()
    this.#pulse.close()
    for (const key of [...this.#rounds.keys()]) this.#forget(key)
  }

  #begin(seat: Seat, hurry: number, now: number): void {
    const { interval } = seat.check.rules
    const within = seat.judgement.verdict === 'unknown' ? Math.min(interval, hurry) : interval
    const round: Round = { seat, due: now + this.#ends.random() * within }
    if (within < interval) round.gap = this.#ends.random() * interval
    this.#rounds.set(seat.check.key, round)
    this.#agenda.add(round)
  }

  #forget(key: string): void {
    const round = this.#rounds.get(key)
    if (round === undefined) return
    round.gone = true
    round.asking?.abort()
    this.#rounds.delete(key)
    this.#news.drop(key)
  }

  #turn(now: number): void {
    for (;;) {
      const round = this.#agenda.take(now + grain)
      if (round === undefined) break
      const line = isOpen(round.seat.judgement) ? this.#pressing : this.#waiting
      line.add(round)
    }
    this.#fill(now)
    this.#schedule(now)
  }

  #late(milliseconds: number): void {
    this.#lags.late(milliseconds)
    this.#turnSize =
      milliseconds > tooLate
        ? Math.max(leastInOneTurn, this.#turnSize >> 1)
        : Math.min(mostInOneTurn, this.#turnSize + 1)
  }

  /** Begins what waits, in each line the first come first, as far as there is room. */
  #fill(now: number): void {
    for (let begun = 0; begun < this.#turnSize && this.#lags.underWay < this.#most; begun++) {
      const round = this.#pressing.take() ?? this.#waiting.take()
      if (round === undefined) break
      void this.#ask(round, now)
    }
  }

  #schedule(now: number): void {
    const more =
      this.#waiting.length + this.#pressing.length > 0 && this.#lags.underWay < this.#most
    if (this.#closed || this.#rounds.size === 0) this.#pulse.close()
    else this.#pulse.at(more ? now : this.#agenda.next, now)
  }

  async #ask(round: Round, now: number): Promise<void> {
    const asking = new AbortController()
    round.asking = asking
    const lag = Math.max(0, now - round.due)
    this.#lags.begun(lag)
    if (lag > slack) round.due = now
    const { check } = round.seat
    const answer = await this.#ends.probe(check, asking.signal)
    this.#lags.ended()
    delete round.asking
    if (this.#closed) return
    const then = this.#ends.now()
    this.#pulse.felt(then)
    if (!round.gone) this.#answered(round, this.#excused(check, answer, now), now, then)
    this.#schedule(then)
  }

  #answered(round: Round, answer: Answer, asked: number, now: number): void {
    this.#panel.hear(round.seat, answer, asked, now)
    const gap = round.gap ?? intervalAfter(round.seat.judgement, round.seat.check.rules)
    delete round.gap
    // From start to start; what has fallen behind does not catch up.
    const next = round.due + gap
    const stood = next < now && this.#pulse.stoodAt(next)
    round.due = Math.max(next, stood ? now + this.#ends.random() * gap : now)
    this.#agenda.add(round)
  }

  /** Whoever could not answer because we did not listen has not failed. */
  #excused(check: Check, answer: Answer, asked: number): Answer {
    if (answer.ok || !this.#pulse.missed(asked, asked + check.rules.timeout)) return answer
    return { ok: false, own: true, why: 'slb itself stood still while it waited for the answer' }
  }

  /** After standing still: what is overdue is not asked all at once. */
  #spread(from: number, now: number): void {
    const late = [...this.#pressing.clear(), ...this.#waiting.clear()]
    for (;;) {
      const round = this.#agenda.take(now)
      if (round === undefined) break
      late.push(round)
    }
    for (const round of late) {
      const within = Math.min(round.seat.check.rules.interval, now - from)
      round.due = now + this.#ends.random() * within
      this.#agenda.add(round)
    }
  }
}
