/** Standard output and standard error as places to write to, which may be closed by the reader. */
import type { Outlet } from '../daemon/client.ts'
import { SlbError } from '../model/error.ts'
import { type CliPaint, colourful, plain } from './paint.ts'

/** So much text is gathered before it is written: a system call a line is slow. */
const chunkSize = 64 * 1024

/** What `Sink` needs of a stream: process.stdout and process.stderr have it. */
export interface Stream {
  write(text: string, done: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly isTTY?: boolean
  /** How wide the terminal is; another number after it has been resized. */
  readonly columns?: number
  readonly rows?: number
}

/**
 * Text going out.
 *
 * When the reader has gone (`slb get | head`), what is left is dropped in silence: whoever writes
 * carries on, so that closing a pager never stops an apply half-way.
 */
export class Sink {
  readonly tty: boolean
  paint: CliPaint
  readonly #stream: Stream
  readonly #name: string
  #closed = false

  constructor(stream: Stream, name: string, colour: boolean) {
    this.#stream = stream
    this.#name = name
    this.tty = stream.isTTY === true
    this.paint = colour ? colourful : plain
    // The write's own callback has the error, too; without a listener it would end the process.
    stream.on('error', () => {})
  }

  /** How many columns there are; undefined where nobody can tell, and where it is no terminal. */
  get columns(): number | undefined {
    const { columns = 0 } = this.#stream
    return this.tty && columns > 0 ? columns : undefined
  }

  /** How many lines there are; undefined as with columns. */
  get rows(): number | undefined {
    const { rows = 0 } = this.#stream
    return this.tty && rows > 0 ? rows : undefined
  }

  /** False once the reader has gone: nobody needs what is still to be computed. */
  get open(): boolean {
    return !this.#closed
  }

  /** Writes a text as it is. Throws SlbError `io` if it cannot be written, as on a full disk. */
  async text(text: string): Promise<void> {
    if (this.#closed || text === '') return
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error?: (Error & { code?: string }) | null) => {
        if (!error) return resolve()
        this.#closed = true
        if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return resolve()
        const message = `cannot write to ${this.#name}: ${error.message}`
        reject(new SlbError('io', message, { cause: error }))
      })
    })
  }

  /** Writes a line and its end. */
  line(line: string): Promise<void> {
    return this.text(`${line}\n`)
  }

  /** Writes pieces one behind the other, gathered; stops asking for more when the reader has gone. */
  async pieces(pieces: Iterable<string>): Promise<void> {
    let gathered: string[] = []
    let size = 0
    for (const piece of pieces) {
      gathered.push(piece)
      size += piece.length
      if (size < chunkSize) continue
      await this.text(gathered.join(''))
      if (this.#closed) return
      gathered = []
      size = 0
    }
    await this.text(gathered.join(''))
  }

  /** Writes lines, each with its end. */
  lines(lines: Iterable<string>): Promise<void> {
    return this.pieces(ended(lines))
  }
}

/** What the daemon prints for this process goes where this process prints. */
export function outletOf({ out, err }: { readonly out: Sink; readonly err: Sink }): Outlet {
  return { out: text => out.text(text), err: text => err.text(text) }
}

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}
