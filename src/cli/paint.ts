/** Colours of the terminal (ECMA-48 SGR), only where a person looks at them. */
import type { Paint, Tone } from '../plan/line.ts'

const codes: Readonly<Record<Tone | 'error' | 'good', readonly [number, number]>> = {
  create: [32, 39],
  good: [32, 39],
  update: [33, 39],
  replace: [35, 39],
  delete: [31, 39],
  error: [31, 39],
  drain: [36, 39],
  adopt: [34, 39],
  drift: [35, 39],
  warning: [33, 39],
  title: [1, 22],
  quiet: [2, 22],
}

/** Adds colour to a text by its meaning. */
export type CliPaint = (tone: keyof typeof codes, text: string) => string

/** Leaves every text as it is. */
export const plain: CliPaint & Paint = (_, text) => text

/** Wraps a text in the escape sequences of its meaning. */
export const colourful: CliPaint & Paint = (tone, text) => {
  const [on, off] = codes[tone]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

/** What of the environment has a say in colours. */
export interface ColourEnv {
  readonly FORCE_COLOR?: string | undefined
  readonly NO_COLOR?: string | undefined
  readonly TERM?: string | undefined
}

/**
 * Whether a stream gets colours.
 *
 * `--no-color` wins, then FORCE_COLOR (any value but the empty string, `0` and `false`), then NO_COLOR
 * (no-color.org: present and not empty), then whether it is a terminal that is not dumb.
 */
export function wantsColour(tty: boolean, env: ColourEnv, flag: boolean): boolean {
  if (!flag) return false
  const force = env.FORCE_COLOR
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  if (env.NO_COLOR) return false
  return tty && env.TERM !== 'dumb'
}
