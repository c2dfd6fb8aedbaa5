/** Time as an argument: decisions rest on the monotonic clock, the wall clock is for people. */
export interface Clock {
  /** Milliseconds of CLOCK_MONOTONIC: the same for all processes of a boot, blind to clock changes. */
  monotonic(): number
  /** The time of day, to be shown and recorded, never compared. */
  wall(): Date
  /** Resolves after so many milliseconds, or at once when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}
