/** Where lines of the log go out: at once as far as the reader takes them, the rest when it does. */
import { writeSync } from 'node:fs'

/** What is needed of process.stderr. */
export interface LogStream {
  write(text: string): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Bytes that are not yet out. */
  readonly writableLength?: number
  /** Its descriptor; then that is written to, since what waits in a stream of Node is lost at exit. */
  readonly fd?: number
}

/** So much may wait for a reader, in bytes; beyond that, lines are counted and dropped. */
const maxWaiting = 1 << 20

/** How soon to try again when a reader takes nothing, in milliseconds. */
const retryAfter = 20
/** How long the end of the process waits for a reader, in milliseconds. */
const lastPatience = 500
const lastPause = 5

/** Writes lines as long as somebody takes them; `lost` makes the line that says how many nobody took. */
export function openOutlet(
  given: LogStream,
  lost: (count: number) => string,
): (line: string) => void {
  const stream = given.fd === undefined ? given : descriptorStream(given.fd)
  let dropped = 0
  given.on('error', () => {})
  return line => {
    if ((stream.writableLength ?? 0) > maxWaiting) {
      dropped++
      return
    }
    if (dropped > 0) stream.write(lost(dropped))
    dropped = 0
    stream.write(line)
  }
}

/**
 * A descriptor to write to. If it does not block (Node makes pipes and sockets so), a reader that has
 * stopped reading costs no time, except for half a second when the process ends.
 */
function descriptorStream(fd: number): Pick<LogStream, 'write' | 'writableLength'> {
  let waiting: Buffer[] = []
  let size = 0
  let retry: NodeJS.Timeout | undefined
  /** Writes what waits; false = the reader takes nothing more for now. */
  const push = (): boolean => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const written = tryWrite(fd, first)
      if (written === 'gone') {
        waiting = []
        size = 0
        return true
      }
      size -= written
      if (written < first.length) {
        waiting[0] = first.subarray(written)
        if (written === 0) return false
      } else waiting.shift()
    }
    return true
  }
  const again = (): void => {
    retry = push() ? undefined : setTimeout(again, retryAfter).unref()
  }
  process.on('exit', () => {
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let waited = 0; !push() && waited < lastPatience; waited += lastPause)
      Atomics.wait(pause, 0, 0, lastPause)
  })
  return {
    write(text) {
      const bytes = Buffer.from(text)
      waiting.push(bytes)
      size += bytes.length
      if (retry === undefined) again()
    },
    get writableLength() {
      return size
    },
  }
}

/** How many bytes were taken, or that the reader has gone. */
function tryWrite(fd: number, bytes: Buffer): number | 'gone' {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EAGAIN' || code === 'EINTR' ? 0 : 'gone'
  }
}
