/** Durations with bounds. */
import { milliseconds } from './duration.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { quote } from './text.ts'

/** What may be said, both ends included. */
export interface DurationRange {
  readonly least: string
  readonly most: string
}

/** Milliseconds of a duration that follows the schema; undefined, and a fault, where it is out of its range. */
export function durationWithin(
  key: string,
  text: string,
  { least, most }: DurationRange,
  spot: Spot,
  faults: Fault[],
): number | undefined {
  const found = milliseconds(text)
  if (found >= milliseconds(least) && found <= milliseconds(most)) return found
  faults.push(
    fault('bad-duration', spot, `${key} is from "${least}" to "${most}", not ${quote(text)}`),
  )
  return undefined
}
