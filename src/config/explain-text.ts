/** What is wrong with a text that does not follow its pattern, in words. */
import { type Fault, fault, type Path, type Spot } from './fault.ts'
import { schedulers } from './names.ts'
import { listed, quote } from './text.ts'

const durations: ReadonlySet<string> = new Set([
  'drain',
  'persistence',
  'timeout',
  'interval',
  'fast_interval',
  'window',
  'time',
  'expiry_warning',
  'slow_start',
  'stop_timeout',
  'drift_interval',
  'settle',
  'hold',
  'keepalive',
  'graceful_restart',
  'graceful_shutdown',
])

/** True for the place of a duration. */
export function isDuration(path: Path): boolean {
  const table = path.at(-2)
  return table === 'timeouts' || (table !== 'headers' && durations.has(`${path.at(-1)}`))
}

/** What a text is not that does not follow its pattern, and what to write instead. */
const textWords: Readonly<
  Record<string, readonly [words: string, hint: (value: string) => string | undefined]>
> = {
  path: ['no path', value => (/^[!-~]+$/.test(value) ? `write "/${value}"` : undefined)],
  method: ['no method of HTTP', value => `write ${quote(value.toUpperCase())}`],
  expect: ['no range of status codes', () => 'write 200, "200-299", or a list of these'],
  ca: ['no absolute path of a file', () => undefined],
  allow_exec: ['no absolute path of a program', () => undefined],
  ping_group_range: ['no range of groups', () => 'write "0 2147483647", "auto" or "keep"'],
  quorum: ['no share from "1%" to "100%"; a number is a count', () => undefined],
  up: ['no share from "1%" to "100%"; a number is a count', () => undefined],
  down: ['no share from "1%" to "100%"; a number is a count', () => undefined],
  weight_from: ['nobody who says weights', () => 'write "header:X-Weight" or "exec"'],
  announce: ['no way to announce', () => 'write "none", "arp", "bgp" or ["arp", "bgp"]'],
  env: ['no name of a variable', () => undefined],
  credential: ['no name of a credential', () => undefined],
  file: ['no absolute path of a file', () => undefined],
  from: ['nobody who says weights', () => 'write "header:X-Weight" or "exec"'],
}

/** Why a text is not what its key takes. */
export function badText(at: Spot, value: string): Fault {
  const key = at.path.findLast(part => typeof part === 'string')
  const shown = quote(value)
  const report = (code: string, message: string, suggestion?: string): Fault =>
    fault(code, at, message, { suggestion })
  if (isDuration(at.path))
    return report(
      'bad-duration',
      `${shown} is not a duration: write a whole number and ms, s, m, h or d, as in "90s"`,
      /^[0-9]+$/.test(value) ? `write "${value}s" for seconds` : undefined,
    )
  if (key === 'port')
    return /^[0-9]+$/.test(value)
      ? report(
          'bad-type',
          `port is a whole number, not text`,
          `write ${Number(value)} without quotes`,
        )
      : report('bad-port', `${shown} is neither a port nor a pair "80:8080"`)
  if (key === 'link' || key === 'interface' || key === 'uplink')
    return report(
      'bad-link',
      `${shown} is not a link name: these have at most 15 characters, without blanks, / and :`,
    )
  if (key === 'max_remove')
    return report('bad-value', `${shown} is not a share from "0%" to "100%"; a number is a count`)
  const words = textWords[`${key}`]
  if (words) return report('bad-value', `${shown} is ${words[0]}`, words[1](value))
  if (at.path.at(-2) === 'headers')
    return report('bad-value', `${shown} is no header: it has one line of printable ASCII`)
  if (key === 'scheduler')
    return report('bad-value', `${shown} is not a scheduler`, `known: ${listed(schedulers)}`)
  return report('bad-value', `${shown} is not ${/^[aeiou]/.test(`${key}`) ? 'an' : 'a'} ${key}`)
}
