/** What keeps tasks from being done: told once while it lasts, and once when it is over. */
import type { Level, Task } from './task.ts'
import type { NoteArguments } from './tell.ts'

/** Where a trouble shows: in a task, or in the records that are read after each. */
export type Where = Task['kind'] | 'records'

/** What went well when a task has: the files do all that there is, a look all that one can do about drift. */
const proves: Readonly<Record<Where, readonly Where[]>> = {
  files: ['prepare', 'files', 'look', 'verdicts', 'drains', 'undo', 'command', 'stop'],
  look: ['look', 'verdicts', 'drains', 'command'],
  prepare: [],
  verdicts: ['verdicts'],
  drains: ['drains'],
  undo: ['undo'],
  command: ['command'],
  stop: ['stop'],
  records: ['records'],
}

export class Troubles {
  readonly #note: (level: Level, message: string, fields?: Record<string, unknown>) => void
  readonly #messages = new Map<Where, string>()

  constructor(note: (level: Level, message: string, fields?: Record<string, unknown>) => void) {
    this.#note = note
  }

  #left: ReadonlySet<string> = new Set()

  /** What keeps things from being done now; the newest. */
  get message(): string | undefined {
    return [...this.#messages.values()].at(-1)
  }

  /** This is left undone, and keeps nothing else from being done: told once while it lasts. */
  left(notes: readonly string[]): void {
    for (const note of notes) if (!this.#left.has(note)) this.#note('warn', note)
    this.#left = new Set(notes)
  }

  /** This went wrong. */
  came(where: Where, note: NoteArguments): void {
    const known = [...this.#messages.values()].includes(note[1])
    this.#messages.delete(where)
    this.#messages.set(where, note[1])
    if (!known) this.#note(...note)
  }

  /** This went well. */
  went(where: Where): void {
    for (const one of proves[where]) {
      const message = this.#messages.get(one)
      this.#messages.delete(one)
      if (message !== undefined && ![...this.#messages.values()].includes(message))
        this.#note('info', `over: ${message}`)
    }
  }
}
