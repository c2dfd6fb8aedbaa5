/** Answers to verdicts: rise and fall, and the ban of what goes down again and again. Pure. */
import type { Ban, Rules } from '../model/check.ts'
import type { Answer } from './probe.ts'

/** `unknown` = nobody has answered yet: not the same as down. */
export type Verdict = 'unknown' | 'up' | 'down'

/** What is held of one check. Times are milliseconds of the monotonic clock. */
export interface Judgement {
  readonly verdict: Verdict
  /** When the verdict was found, or where it was taken over from the kernel, when that was. */
  readonly since: number
  /** What the last bad answer said; absent where all is well. */
  readonly why?: string
  /** What the last good answer warned of. */
  readonly warning?: string
  /** The weight that the last good answer asked for; not bounded. */
  readonly weight?: number
  /** How many answers in a row have contradicted the verdict. */
  readonly streak: number
  /** When it went down from up, as far as a ban counts it. */
  readonly falls: readonly number[]
  /** Until then it is out, whatever it answers. */
  readonly bannedUntil?: number
}

/** What a check starts from: after a restart, what the kernel shows of its destination. */
export function begin(shown: Verdict, now: number): Judgement {
  return { verdict: shown, since: now, streak: 0, falls: [] }
}

/**
 * What is held after one more answer. The first answer decides an unknown verdict alone; then `fall`
 * bad answers in a row take down, and `rise` good ones bring up. A fault of our own changes nothing
 * but the text. While a ban lasts, answers are heard and do not count.
 */
export function judge(before: Judgement, answer: Answer, rules: Rules, now: number): Judgement {
  if (!answer.ok && answer.own) return { ...before, why: answer.why }
  if (before.bannedUntil !== undefined && now < before.bannedUntil)
    return { ...heard(before, answer, 'down'), bannedUntil: before.bannedUntil }
  const says = answer.ok ? 'up' : 'down'
  if (says === before.verdict) return heard(before, answer, says)
  const streak = before.streak + 1
  if (streak < needed(before.verdict, says, rules))
    return { ...heard(before, answer, before.verdict), streak }
  const turned = { ...heard(before, answer, says), since: now }
  return before.verdict === 'up' ? fallen(turned, rules.ban, now) : turned
}

/**
 * A bad answer that is not believed because the checker itself is suspect: the verdict holds, and
 * what led towards down does not count any more.
 */
export function excuse(before: Judgement, why: string): Judgement {
  return { ...before, why, streak: before.verdict === 'down' ? before.streak : 0 }
}

/** True of a verdict that is not there yet, or that the last answers contradict. */
export function isOpen({ verdict, streak }: Judgement): boolean {
  return verdict === 'unknown' || streak > 0
}

/** How long to wait from this asking to the next, in milliseconds. */
export function intervalAfter(judgement: Judgement, rules: Rules): number {
  return isOpen(judgement) ? rules.fastInterval : rules.interval
}

/**
 * True if there is something in `after` that others must hear of. A text alone can wait, unless nobody
 * knows yet why it is not up, as after a restart.
 */
export function differs(before: Judgement, after: Judgement): boolean {
  return (
    before.verdict !== after.verdict ||
    before.since !== after.since ||
    before.bannedUntil !== after.bannedUntil ||
    before.weight !== after.weight ||
    before.warning !== after.warning ||
    (after.verdict !== 'up' && before.why === undefined && after.why !== undefined)
  )
}

function needed(verdict: Verdict, says: 'up' | 'down', { rise, fall }: Rules): number {
  if (verdict === 'unknown') return 1
  return says === 'up' ? rise : fall
}

/** The verdict with what the answer said, no streak, and no ban: a ban that has ended leaves nothing. */
function heard(before: Judgement, answer: Answer, verdict: Verdict): Judgement {
  const { since, falls, why, warning, weight } = before
  const held = { verdict, since, falls, streak: 0 }
  if (!answer.ok)
    return {
      ...held,
      why: answer.why,
      ...(warning !== undefined && { warning }),
      ...(weight !== undefined && { weight }),
    }
  return {
    ...held,
    // Why it is down is worth knowing until it is up.
    ...(verdict === 'down' && why !== undefined && { why }),
    ...(answer.warning !== undefined && { warning: answer.warning }),
    ...(answer.weight !== undefined && { weight: answer.weight }),
  }
}

/** One that has gone down from up: once too often, and it is banned. */
function fallen(turned: Judgement, ban: Ban | undefined, now: number): Judgement {
  if (ban === undefined) return turned
  const { after, window, time } = ban
  const falls = [...turned.falls.filter(fall => window === 0 || now - fall < window), now]
  if (falls.length < after) return { ...turned, falls }
  return { ...turned, falls: [], bannedUntil: now + time }
}
