/** The exit statuses of slb: part of its interface, as scripts branch on them. */

import type { Diagnostic } from '../model/diagnostic.ts'

export const exit = {
  done: 0,
  /** Something outside failed: the kernel, a file, a program. */
  failed: 1,
  /** Changes are pending; only with `--detailed-exitcode`. */
  changes: 2,
  /** The configuration is invalid. */
  invalid: 3,
  /** Refused: the guard, a foreign owner, another slb at work, a live state that has moved. */
  refused: 4,
  usage: 64,
} as const

export type ExitStatus = (typeof exit)[keyof typeof exit]

/** The configuration has faults: printed with their places, exit status 3. */
export class InvalidConfiguration extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super('the configuration is invalid')
    this.diagnostics = diagnostics
  }
}

/** What was asked for is refused, and nothing was changed: exit status 4. */
export class Refusal extends Error {
  /** What to do next. */
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** The command line asks for something that cannot be: printed as it is, exit status 64. */
export class UsageError extends Error {}
