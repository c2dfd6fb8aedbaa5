/** Durations as users write them: a whole number and a unit. */

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of a duration that has passed the schema (`"300ms"`, `"5s"`, `"2m"`). */
export function milliseconds(text: string): number {
  const amount = Number.parseInt(text, 10)
  return amount * (units[text.replace(/^[0-9]+/, '')] ?? Number.NaN)
}

/**
 * The longest persistence that slb asks of IPVS, in seconds: 31 days, as in ipvsadm. The kernel
 * keeps it as ticks in 32 bits, and wraps at 49 days where HZ is 1000.
 */
export const longestTimeout: number = 31 * 86_400

/**
 * The longest timeout of an idle connection, in seconds: 24 days. The kernel refuses more than
 * INT_MAX / HZ (ip_vs_set_timeout of ip_vs_ctl.c), and its HZ may be as much as 1000.
 */
export const longestIdle: number = 24 * 86_400

/** Seconds for the kernel, which counts whole ones; undefined for part of a second, none, or too many. */
export function wholeSeconds(text: string, longest: number = longestTimeout): number | undefined {
  const seconds = milliseconds(text) / 1000
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= longest ? seconds : undefined
}
