/** A command under way between whoever gave it and the daemon. */
import type { CommandLine } from './task.ts'

export type Answer = { readonly out: string } | { readonly err: string } | { readonly exit: number }

/** Where its words go, and its end. */
export interface Session {
  print(answer: Answer): void
  end(status: number): void
}

/** A command has come. `gone` is called when whoever gave it has left. */
export type Begin = (line: CommandLine, session: Session) => { gone(): void }
