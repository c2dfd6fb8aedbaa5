/** One attempt: an answer by its deadline, and everything let go whatever happens. */
import type { Check, Question } from '../../model/check.ts'
import type { Answer } from '../probe.ts'
import { faultOf } from './fault.ts'

/** An attempt that is under way. */
export interface Attempt {
  /** What it waits for, for the text when the time is over: `no connection in 2 s`. */
  waitsFor: string
  /** What it means if nothing happens until the time is over; absent = a bad answer. */
  silence?: Answer
  /** Ends it. Only the first answer counts. */
  tell(answer: Answer): void
  /** Ends it by an error of Node. */
  fail(error: unknown): void
  /** A listener for events: what it throws ends the attempt, not the process. */
  guard<T extends readonly unknown[]>(listener: (...event: T) => void): (...event: T) => void
}

/** Closes what an attempt has opened, at once; called exactly once. */
export type Release = () => void

/**
 * Runs an attempt until it tells an answer, throws, its time is over or the signal comes; then lets
 * go what it opened. `begin` starts it and says how.
 *
 * When the time is over, what has arrived by then is read first: in a loop that was held up, timers
 * come before sockets, and an answer that was there in time would be called late.
 */
export function attempt(
  check: Check,
  signal: AbortSignal,
  begin: (attempt: Attempt) => Release,
): Promise<Answer> {
  if (signal.aborted) return Promise.resolve(abandoned)
  return new Promise(resolve => {
    let release: Release | undefined
    let told = false
    let late: NodeJS.Immediate | undefined
    const end = (answer: Answer): void => {
      if (told) return
      told = true
      clearTimeout(timer)
      if (late !== undefined) clearImmediate(late)
      signal.removeEventListener('abort', abandon)
      release?.()
      resolve(answer)
    }
    const abandon = (): void => end(abandoned)
    const self: Attempt = {
      waitsFor: 'answer',
      tell: end,
      fail: error => end(faultOf(error, check)),
      guard:
        listener =>
        (...event) => {
          if (told) return
          try {
            listener(...event)
          } catch (error) {
            self.fail(error)
          }
        },
    }
    const overdue = (): void =>
      end(self.silence ?? { ok: false, why: tooLate(self.waitsFor, check) })
    const timer = setTimeout(() => {
      late = setImmediate(overdue)
    }, check.rules.timeout)
    signal.addEventListener('abort', abandon)
    try {
      release = begin(self)
      if (told) release()
    } catch (error) {
      self.fail(error)
    }
  })
}

/** What nobody waits for any more. */
const abandoned: Answer = { ok: false, why: 'given up', own: true }

function tooLate(what: string, check: Check): string {
  return `no ${what} in ${seconds(check.rules.timeout)}`
}

/** `2 s`, `0.25 s`. */
function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(3))} s`
}

/** The question of a check that is known to be of a type; anything else is a bug. */
export function questionOf<T extends Question['type']>(
  check: Check,
  type: T,
): Extract<Question, { readonly type: T }> {
  const question = check.question
  if (!isOf(question, type))
    throw new TypeError(`a ${question.type} check is not for the ${type} probe`)
  return question
}

function isOf<T extends Question['type']>(
  question: Question,
  type: T,
): question is Extract<Question, { readonly type: T }> {
  return question.type === type
}
