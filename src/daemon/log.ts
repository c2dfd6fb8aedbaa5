/**
 * The daemon's log: JSON lines for machines, readable lines at a terminal.
 *
 * Below is pino. What is written goes out at once, as far as the reader takes it; a reader that has
 * stopped reading costs lines, never time, and the next line that gets through says how many.
 */
import { pino } from 'pino'
import { type LogLevel, lineOf } from './log-line.ts'
import { type LogStream, openOutlet } from './log-outlet.ts'
import { withoutSecrets } from './secrets.ts'

export type { LogLevel } from './log-line.ts'

/** What a line says beside its message. The names that every line has anyway are taken. */
export interface LogFields {
  readonly [name: string]: unknown
  readonly level?: never
  readonly time?: never
  readonly message?: never
}

/** Where the rest of the daemon tells what it does. */
export interface Log {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
}

export interface LogOptions {
  readonly stream: LogStream
  /** Lines for people instead of JSON. */
  readonly terminal: boolean
  readonly colour: boolean
  readonly level: LogLevel
  /** Begin each line with its priority as sd-daemon(3) has it, for `journalctl -p warning`. */
  readonly priority?: boolean
}

/** syslog(3). */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 }

/** `-q` leaves warnings and errors, `-v` adds details. */
export function levelOf(flags: { readonly quiet?: boolean; readonly verbose?: boolean }): LogLevel {
  if (flags.quiet) return 'warn'
  return flags.verbose ? 'debug' : 'info'
}

/** True if journald itself reads a stream: JOURNAL_STREAM names its device and inode (systemd.exec(5)). */
export function goesToJournal(
  environment: { readonly JOURNAL_STREAM?: string | undefined },
  stream: { readonly dev: number | bigint; readonly ino: number | bigint },
): boolean {
  return environment.JOURNAL_STREAM === `${stream.dev}:${stream.ino}`
}

/** Opens the log. A stream that breaks (EPIPE) is nobody's trouble: the daemon goes on. */
export function openLog(options: LogOptions): Log {
  const { level, terminal, colour, priority = false } = options
  const format = (line: string): string => {
    const { level: word, time, message, ...fields } = terminal || priority ? JSON.parse(line) : {}
    const text = terminal ? lineOf({ level: word, time, message, fields }, colour) : safe(line)
    return priority ? `<${priorities[word as LogLevel]}>${text}` : text
  }
  const lost = (count: number): string => {
    const message = `${count} lines of the log were lost: nobody read them`
    return format(JSON.stringify({ level: 'warn', time: new Date().toISOString(), message }))
  }
  const outlet = openOutlet(options.stream, lost)
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }), log: withoutSecrets },
    },
    { write: line => outlet(format(line)) },
  )
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      logger[name](fields, '%s', message)
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}

/** Characters that JSON lets through, but that change what a terminal shows. */
const invisible = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** The same JSON, safe to look at. */
function safe(line: string): string {
  return `${line.trimEnd().replace(invisible, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
