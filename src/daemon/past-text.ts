/** The checks of the past as text, to be read again after a restart or a reboot. No secret is in it. */
import type { Check, Question } from '../model/check.ts'
import type { Serving } from '../model/health.ts'
import { checkMaker } from '../model/make-check.ts'
import type { Care } from '../serve/census.ts'
import { isSecretName } from './secrets.ts'

/** How virtual services were checked, by key. */
export type Cares = ReadonlyMap<string, Care>

/** A check without its key, which says everything once more. */
type Bare = Omit<Check, 'key'>

interface Written {
  readonly version: 1
  /** Each check once. */
  readonly checks: readonly Bare[]
  /** For each configuration, the latest first: its services with their destinations, whose checks are numbers. */
  readonly past: readonly (readonly [string, WrittenCare])[][]
}

interface WrittenCare extends Pick<Care, 'name'> {
  readonly checks: readonly (readonly [string, readonly number[]])[]
  readonly serving: Omit<Serving, 'sorry'> & {
    readonly sorry: readonly (readonly [string, object])[]
  }
}

/** What stands for a value that is not written down. */
const withheld = { withheld: true } as const

/** @param past the latest first. */
export function textOfPast(past: readonly Cares[]): string {
  const numbers = new Map<string, number>()
  const checks: Bare[] = []
  const numberOf = (check: Check): number => {
    const known = numbers.get(check.key)
    if (known !== undefined) return known
    const { key, ...bare } = check
    numbers.set(key, checks.length)
    return checks.push(bare) - 1
  }
  const written: Written = {
    version: 1,
    checks,
    past: past.map(cares =>
      [...cares].map(([key, { name, checks, serving }]) => [
        key,
        {
          name,
          checks: [...checks].map(([row, all]) => [row, all.map(numberOf)] as const),
          serving: { ...serving, sorry: [...serving.sorry] },
        },
      ]),
    ),
  }
  return `${JSON.stringify(written, plainly)}\n`
}

function plainly(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') }
  if (key !== 'headers') return value
  return Object.fromEntries(
    Object.entries(value as Record<string, string>).map(([name, text]) => [
      name,
      isSecretName(name) ? withheld : text,
    ]),
  )
}

/**
 * What `textOfPast` was given. Values that were withheld are those that the service has in `now`; a check
 * for which nobody knows them any more is left out. A text that cannot be read says nothing.
 */
export function pastOfText(text: string, now: Cares): readonly Cares[] {
  try {
    const { version, checks, past } = JSON.parse(text, revived) as Written
    if (version !== 1) return []
    const values = new Map<string, ReadonlyMap<string, string>>()
    const valuesOf = (name: string): ReadonlyMap<string, string> => {
      const known = values.get(name) ?? headersOf(name, now)
      values.set(name, known)
      return known
    }
    return past.map(
      cares => new Map(cares.map(([key, care]) => [key, careOf(care, checks, valuesOf)])),
    )
  } catch {
    return []
  }
}

function revived(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'hex')
    return value
  return new Uint8Array(Buffer.from((value as { hex: string }).hex, 'hex'))
}

function careOf(
  { name, checks, serving }: WrittenCare,
  all: readonly Bare[],
  valuesOf: (name: string) => ReadonlyMap<string, string>,
): Care {
  const whole = (number: number): readonly Check[] => {
    const bare = all[number]
    const question = bare && revealed(bare.question, () => valuesOf(name))
    return question === undefined || bare === undefined ? [] : [keyed({ ...bare, question })]
  }
  const rows = checks.map(([row, numbers]) => [row, numbers.flatMap(whole)] as const)
  return {
    name,
    checks: new Map(rows.filter(([, each]) => each.length > 0)),
    serving: { ...serving, sorry: new Map(serving.sorry) as Serving['sorry'] },
  }
}

function keyed({ question, rules, source, address, port, mark, through }: Bare): Check {
  const way = mark !== undefined && through !== undefined ? { mark, through } : undefined
  return checkMaker(question, rules, source)({ address, port, ...(way && { way }) })
}

/** With the values that were withheld; undefined if one of them is not known. */
function revealed(
  question: Question,
  known: () => ReadonlyMap<string, string>,
): Question | undefined {
  if (question.type !== 'http') return question
  const headers: Record<string, string> = {}
  for (const [name, text] of Object.entries(question.headers as Record<string, unknown>)) {
    const value = typeof text === 'string' ? text : known().get(name.toLowerCase())
    if (value === undefined) return undefined
    headers[name] = value
  }
  return { ...question, headers }
}

/** What the checks of a service send in their headers now, by the names of these in lower case. */
function headersOf(service: string, now: Cares): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const { name, checks } of now.values())
    if (name === service)
      for (const { question } of [...checks.values()].flat())
        if (question.type === 'http')
          for (const [header, text] of Object.entries(question.headers))
            values.set(header.toLowerCase(), text)
  return values
}
