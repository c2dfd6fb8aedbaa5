/** A picture that takes the place of the one before it, no higher than the terminal. */
import { colourful } from './paint.ts'
import { Sink } from './sink.ts'

/** To the cursor's home, and all below erased (ECMA-48 CUP and ED): less flicker than erasing all first. */
const redraw = '\u001b[H\u001b[J'

/** So many lines at the end are the sum of it all, and are shown whatever is left out. */
const sum = 4

/** Keeps what is printed for one picture. */
export class Frame {
  readonly #parts: string[] = []

  /** A sink that prints into this frame as it would there. */
  like(sink: Sink): Sink {
    const { tty, columns, paint } = sink
    const stream = {
      isTTY: tty,
      ...(columns !== undefined && { columns }),
      on() {},
      write: (text: string, done: () => void) => {
        this.#parts.push(text)
        done()
      },
    }
    return new Sink(stream, 'the terminal', paint === colourful)
  }

  /** Draws it in one write. Of more lines than there is room for, some in the middle are left out. */
  async draw(sink: Sink): Promise<void> {
    const lines = this.#parts.join('').trimEnd().split('\n')
    await sink.text(`${redraw}${fitted(lines, sink.rows).join('\n')}\n`)
  }
}

/** The last row is the cursor's. */
function fitted(lines: readonly string[], rows = Number.POSITIVE_INFINITY): readonly string[] {
  const room = Math.max(rows - 1, sum + 2)
  if (lines.length <= room) return lines
  const first = lines.slice(0, room - sum - 1)
  const left = lines.length - first.length - sum
  return [...first, `... ${left} more lines, which slb status shows`, ...lines.slice(-sum)]
}
