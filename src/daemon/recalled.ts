/** Which checks the past needs: what was checked last of the backends that it brings back. */
import { isDeepStrictEqual } from 'node:util'
import type { Check } from '../model/check.ts'
import { keyOf, type Service } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import type { Care } from '../serve/census.ts'
import type { PastChecks } from '../state/past-checks.ts'
import { type Cares, pastOfText, textOfPast } from './past-text.ts'

/** How many configurations are remembered for whoever goes back behind them: as many as the history has. */
const remembered = 50

/** What is remembered of earlier configurations, here and on disk. */
export class Recollection {
  readonly #store: PastChecks
  /** The latest first; absent = nobody has looked for it yet. */
  #past: readonly Cares[] | undefined
  /** What stands on disk. */
  #written: readonly Cares[] = []

  constructor(store: PastChecks) {
    this.#store = store
  }

  /** The latest first. @param now what the files want to be checked. Throws SlbError `io`. */
  read(now: Cares): readonly Cares[] {
    if (this.#past !== undefined) return this.#past
    const text = this.#store.read()
    this.#written = text === undefined ? [] : pastOfText(text, now)
    this.#past = this.#written
    return this.#past
  }

  /** One configuration has taken the place of another. Throws SlbError `io`; it is then tried again next time. */
  note(before: Cares, now: Cares): void {
    if (before.size === 0) return
    const past = remembering(this.read(before), before, now)
    this.#past = past
    if (past === this.#written) return
    this.#store.write(textOfPast(past))
    this.#written = past
  }
}

/**
 * Of what is wanted again, the services of which an earlier configuration knew how to check more of the
 * backends than today's, with what it knew.
 *
 * @param past the latest first.
 * @param programs that checks may run now, whatever was allowed then.
 */
export function recalled(
  { state }: Wanted,
  current: Cares,
  past: readonly Cares[],
  programs: readonly string[],
): Cares {
  const found = new Map<string, Care>()
  if (past.length === 0) return found
  state.service.forEach((row, key) => {
    let best = current.get(key)
    for (const cares of past) {
      const care = permitted(cares.get(key), programs)
      if (covered(row, care) > covered(row, best)) best = care
    }
    if (best !== undefined && best !== current.get(key)) found.set(key, best)
  })
  return found
}

/** Without the checks that run what must not be run; the same object where there are none. */
function permitted(care: Care | undefined, programs: readonly string[]): Care | undefined {
  const may = ({ question }: Check): boolean =>
    question.type !== 'exec' || programs.includes(question.command[0] ?? '')
  if (care === undefined || [...care.checks.values()].every(all => all.every(may))) return care
  const rows = [...care.checks].map(([key, all]) => [key, all.filter(may)] as const)
  const { name, serving } = care
  return { name, serving, checks: new Map(rows.filter(([, all]) => all.length > 0)) }
}

/** How many of its destinations are checked. */
function covered({ destinations }: Service, care: Care | undefined): number {
  if (care === undefined) return 0
  return destinations.filter(row => care.checks.has(keyOf.destination(row))).length
}

/**
 * What is to be remembered when one configuration takes the place of another: how services were checked
 * that have backends no more, unless that is known already. The same object if there is nothing new.
 */
function remembering(past: readonly Cares[], before: Cares, now: Cares): readonly Cares[] {
  const lost = new Map<string, Care>()
  for (const [key, care] of before)
    if (!covers(now.get(key), care) && !past.some(cares => says(cares.get(key), care)))
      lost.set(key, care)
  return lost.size === 0 ? past : [lost, ...past].slice(0, remembered)
}

/** True if all that was checked is checked still, however. */
function covers(now: Care | undefined, { checks }: Care): boolean {
  if (now?.checks === checks) return true
  for (const key of checks.keys()) if (!now?.checks.has(key)) return false
  return true
}

/** True if it tells everything that there is to tell, and maybe of more backends. */
function says(known: Care | undefined, { checks, serving }: Care): boolean {
  if (known === undefined || !isDeepStrictEqual(known.serving, serving)) return false
  for (const [key, all] of checks) {
    const same = known.checks.get(key)
    if (same?.length !== all.length || !all.every((one, at) => one.key === same[at]?.key))
      return false
  }
  return true
}
