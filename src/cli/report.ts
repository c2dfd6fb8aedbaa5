/** Faults as words on standard error. */
import type { Paint } from '../config/frame.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { SlbError } from '../model/error.ts'
import type { Io } from './context.ts'
import { type ExitStatus, exit, InvalidConfiguration, Refusal, UsageError } from './exit.ts'
import type { CliPaint } from './paint.ts'

/** Prints what ended a command, and says which exit status it means. */
export async function reportError(io: Io, error: unknown): Promise<ExitStatus> {
  const { paint } = io.err
  if (error instanceof InvalidConfiguration) {
    await printDiagnostics(io, error.diagnostics)
    return exit.invalid
  }
  if (error instanceof UsageError) {
    await io.err.lines(faultLines('error:', error.message, undefined, paint))
    return exit.usage
  }
  if (error instanceof Refusal) {
    await io.err.lines(faultLines('refused:', error.message, error.hint, paint))
    return exit.refused
  }
  if (error instanceof SlbError) {
    await io.err.lines(faultLines('error:', error.message, error.hint, paint))
    return error.code === 'locked' ? exit.refused : exit.failed
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  await io.err.lines(
    faultLines('error:', 'this is a fault in slb itself; please report it', undefined, paint),
  )
  await io.err.line(text)
  return exit.failed
}

/** What happened, and what to do next. */
export function faultLines(
  word: string,
  message: string,
  hint: string | undefined,
  paint: CliPaint,
  role: 'error' | 'warning' = 'error',
): readonly string[] {
  const line = `${paint(role, word)} ${message}`
  return hint === undefined ? [line] : [line, `${paint('title', 'hint:')} ${hint}`]
}

/** Prints faults of texts with their places. */
export async function printDiagnostics(io: Io, diagnostics: readonly Diagnostic[]): Promise<void> {
  if (diagnostics.length === 0) return
  const { frame } = await import('../config/frame.ts')
  const paint = framePaint(io.err.paint)
  await io.err.lines(diagnostics.map(diagnostic => `${frame(diagnostic, paint)}\n`))
}

function framePaint(paint: CliPaint): Paint {
  return {
    error: text => paint('error', text),
    warning: text => paint('warning', text),
    faint: text => paint('quiet', text),
    strong: text => paint('title', text),
    hint: text => paint('good', text),
  }
}
