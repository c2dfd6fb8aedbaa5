/** A line of the log for people at a terminal. */
import { visible } from '../config/text.ts'

/** From the quietest to the noisiest. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const

export type LogLevel = (typeof logLevels)[number]

export interface LogRecord {
  readonly level: LogLevel
  /** RFC 3339, in UTC. */
  readonly time: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** SGR colours (ECMA-48) and the word, four characters wide. */
const looks: Readonly<Record<LogLevel, readonly [colour: number, word: string]>> = {
  error: [31, 'ERR '],
  warn: [33, 'WARN'],
  info: [32, 'info'],
  debug: [2, 'dbg '],
}

/**
 * `14:03:07.120 info applied  revision=12 cause="web.toml changed"`, with the machine's time of day.
 * Nothing that is logged can move the cursor, change colours or begin another line.
 */
export function lineOf({ level, time, message, fields }: LogRecord, colour: boolean): string {
  const [code, word] = looks[level]
  const paint = (sgr: number, text: string): string =>
    colour ? `\u001b[${sgr}m${text}\u001b[0m` : text
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${paint(2, `${visible(name)}=`)}${shown(value)}`)
  return `${paint(2, timeOfDay(time))} ${paint(code, word)} ${visible(message)}${pairs.length > 0 ? ' ' : ''}${pairs.join('')}\n`
}

function timeOfDay(time: string): string {
  const date = new Date(time)
  const two = (value: number): string => `${value}`.padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${`${date.getMilliseconds()}`.padStart(3, '0')}`
}

/** Bare where it can't be taken for anything else, in quotes otherwise. */
function shown(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"'=\\[{]+$/.test(value)) return visible(value)
  return visible(JSON.stringify(value) ?? 'null')
}
