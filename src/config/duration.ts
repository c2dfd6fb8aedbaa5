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

/** The longest timeout that slb asks of IPVS, in seconds: 31 days, as in ipvsadm. */
export const longestTimeout: number = 31 * 86_400

/** Seconds for the kernel, which counts whole ones; undefined for part of a second, none, or over 31 days. */
export function wholeSeconds(text: string): number | undefined {
  const seconds = milliseconds(text) / 1000
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= longestTimeout
    ? seconds
    : undefined
}
