/** Dates as people read them. */

/** A time of day for people: ISO 8601 without its fraction. */
export function moment(at: string): string {
  return at.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
}
