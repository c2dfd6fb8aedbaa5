/** Who waits for the answer to which command: nobody waits for ever. */
import type { Conductor } from './conductor.ts'
import type { Session } from './session.ts'
import type { CommandLine } from './task.ts'

/** Who waits for less needs no words, in milliseconds. */
const patience = 1000

/** The exit status of a command that something outside kept from its end. */
const failed = 1

/** Commands under way, by the number that their output carries. */
export class Desk {
  readonly #open = new Map<number, Session>()
  readonly #conductor: Pick<Conductor, 'command' | 'withdraw' | 'waiting'>
  readonly #patience: number
  /** Those who are about to be told that they wait, or have been. */
  readonly #waits = new Map<number, Wait>()
  #last = 0
  #closed = false

  /** @param wait milliseconds until somebody at a terminal is told that he waits for his turn. */
  constructor(
    conductor: Pick<Conductor, 'command' | 'withdraw' | 'waiting'>,
    wait: number = patience,
  ) {
    this.#conductor = conductor
    this.#patience = wait
  }

  /**
   * Takes a command in. One whose giver leaves while it waits for its turn is forgotten; what has
   * begun goes on to its end, since half of an apply helps nobody.
   */
  take(line: CommandLine, session: Session): { gone(): void } {
    if (this.#closed) {
      dismiss(session, stopping)
      return { gone() {} }
    }
    const id = ++this.#last
    this.#open.set(id, session)
    if (line.err.tty && !isQuiet(line)) this.#waits.set(id, this.#tellWait(session))
    this.#conductor.command(id, line)
    return {
      gone: () => {
        if (!this.#conductor.withdraw(id)) return
        this.began(id)
        this.#open.delete(id)
      },
    }
  }

  /** The engine has begun this command. */
  began(id: number): void {
    this.#waits.get(id)?.end()
    this.#waits.delete(id)
  }

  #tellWait(session: Session): Wait {
    let told = false
    const timer = setTimeout(() => {
      told = true
      session.print({ err: `${eraseLine}waiting for what slb run is at` })
    }, this.#patience)
    return {
      end() {
        clearTimeout(timer)
        if (told) session.print({ err: eraseLine })
      },
    }
  }

  print(id: number, to: 'out' | 'err', text: string): void {
    this.#open.get(id)?.print(to === 'out' ? { out: text } : { err: text })
  }

  ended(id: number, status: number): void {
    this.#open.get(id)?.end(status)
    this.#open.delete(id)
  }

  /** The engine is through with this command: if it has not answered, it never will. */
  through(id: number): void {
    const session = this.#open.get(id)
    this.#open.delete(id)
    if (session !== undefined) dismiss(session, broken)
  }

  /** Nothing is begun any more; whoever waits for a turn is told. */
  close(): void {
    this.#closed = true
    for (const id of this.#conductor.waiting) {
      const session = this.#open.get(id)
      this.#conductor.withdraw(id)
      this.began(id)
      this.#open.delete(id)
      if (session !== undefined) dismiss(session, stopping)
    }
  }
}

function isQuiet({ argv }: CommandLine): boolean {
  return argv.some(one => one === '-q' || one === '--quiet')
}

interface Wait {
  end(): void
}

const eraseLine = '\r\u001b[K'
const stopping = 'error: slb run is stopping: this command was not begun\n'
const broken =
  'error: slb run failed while it did this\nhint: its log says why; slb status tells what it has done\n'

function dismiss(session: Session, text: string): void {
  session.print({ err: text })
  session.end(failed)
}
