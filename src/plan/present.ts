/** The present by two clocks: drains are timed by one that a changed date does not disturb. */

/** Both in milliseconds, read at the same instant. */
export interface Present {
  /** The boot's monotonic clock, as in `Pending.deadline`. */
  readonly boot: number
  /** Since the epoch. */
  readonly wall: number
}

/** The date and time of a moment of the monotonic clock, in ISO 8601, to the second. */
export function dateOf(boot: number, present: Present): string {
  const date = new Date(present.wall + boot - present.boot)
  return `${date.toISOString().slice(0, 19)}Z`
}
