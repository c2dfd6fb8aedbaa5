/** How far a long apply has come: one line on the terminal that is written over. */
import type { Progress } from '../engine/reconcile.ts'
import type { Sink } from './sink.ts'

/** Work that is done sooner needs no words, in milliseconds. */
const patience = 1000
/** Between two lines, in milliseconds: fast enough to read. */
const pace = 200

const eraseLine = '\r\u001b[K'

export interface ProgressLine {
  show(event: Progress): void
  /** Takes the line away. */
  end(): Promise<void>
}

/** @param now milliseconds of the clock that deadlines are in. */
export function progressLine(err: Sink, quiet: boolean, now: () => number): ProgressLine {
  const begun = now()
  let shown = Number.NEGATIVE_INFINITY
  return {
    show(event) {
      const time = now()
      if (!err.tty || quiet || time - begun < patience || time - shown < pace) return
      shown = time
      void err.text(`${eraseLine}${words(event, time)}`)
    },
    async end() {
      if (shown > 0) await err.text(eraseLine)
    },
  }
}

function words(event: Progress, now: number): string {
  if (event.phase === 'apply') return `applied ${event.done} of ${event.total} changes`
  const left = Math.max(0, Math.ceil((event.deadline - now) / 1000))
  const backends = event.left === 1 ? '1 backend' : `${event.left} backends`
  return `waiting for the connections of ${backends}, ${left}s at most`
}
