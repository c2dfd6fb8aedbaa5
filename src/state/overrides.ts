/** What operators asked for beside the files, on disk: it survives reload, restart and reboot. */
import { join } from 'node:path'
import type { Clock } from '../model/clock.ts'
import { SlbError } from '../model/error.ts'
import { type Deadline, type Override, targetName } from '../model/override.ts'
import { readFileIfThere, replaceFile } from './durable.ts'
import { type Scene, sceneDirectory } from './journal.ts'

export interface Overrides {
  /**
   * Those whose time is not over, the oldest first.
   *
   * @throws SlbError `io` if the record is damaged: what was drained must not come back by itself.
   */
  read(): readonly Override[]
  /** Records one; it takes the place of what was asked of the same target before. */
  add(one: Override): void
  /** Takes back all that fit, and returns them. */
  remove(fits: (one: Override) => boolean): readonly Override[]
  /** When the first of these is over, in milliseconds of the monotonic clock; infinite = never. */
  firstEnd(all: readonly Override[]): number
  /** When it is over, so many milliseconds from now. */
  deadline(milliseconds: number): Deadline
}

/** Opens the record of a network namespace. Nothing is read or made yet. */
export function openOverrides(stateDirectory: string, scene: Scene, clock: Clock): Overrides {
  const path = join(sceneDirectory(stateDirectory, scene), 'overrides.json')
  /** How long it holds still, in milliseconds. */
  const leftOf = ({ until }: Override): number => {
    if (until === undefined) return Number.POSITIVE_INFINITY
    return until.boot === scene.boot
      ? until.monotonic - clock.monotonic()
      : Date.parse(until.wall) - clock.wall().getTime()
  }
  const read = (): readonly Override[] => decode(path).filter(one => leftOf(one) > 0)
  const write = (all: readonly Override[]): void =>
    replaceFile(path, `${JSON.stringify({ version: 1, overrides: all })}\n`)
  return {
    read,
    add(one) {
      const name = targetName(one.target)
      write([...read().filter(other => targetName(other.target) !== name), one])
    },
    remove(fits) {
      const all = read()
      const gone = all.filter(fits)
      if (gone.length > 0) write(all.filter(one => !fits(one)))
      return gone
    },
    firstEnd: all =>
      all.reduce(
        (first, one) => Math.min(first, clock.monotonic() + leftOf(one)),
        Number.POSITIVE_INFINITY,
      ),
    deadline: milliseconds => ({
      wall: new Date(clock.wall().getTime() + milliseconds).toISOString(),
      boot: scene.boot,
      monotonic: clock.monotonic() + milliseconds,
    }),
  }
}

function decode(path: string): readonly Override[] {
  const text = readFileIfThere(path)
  if (text === undefined) return []
  try {
    const { version, overrides } = JSON.parse(text) as { version: 1; overrides: Override[] }
    if (version === 1 && Array.isArray(overrides)) return overrides
  } catch {
    // It is told below.
  }
  throw new SlbError('io', `${path} is damaged: nobody knows what operators asked for`, {
    hint: 'remove it, and say slb drain and slb weight again where they are still meant',
  })
}
