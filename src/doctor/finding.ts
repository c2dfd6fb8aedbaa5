/** What stands in the way of a VIP, or may do so. */

export interface Finding {
  /** `wrong`: something does not work because of it. `warning`: it may, or will. */
  readonly level: 'wrong' | 'warning'
  /** What it is about: the name of a service, a link, an address, a switch. */
  readonly where: string
  readonly what: string
  /** What to do next. */
  readonly next: string
}

export function wrong(where: string, what: string, next: string): Finding {
  return { level: 'wrong', where, what, next }
}

export function warning(where: string, what: string, next: string): Finding {
  return { level: 'warning', where, what, next }
}

const shown = 3

/** Some names in a sentence: `web, mail and 7 more`. */
export function named(names: Iterable<string>): string {
  const all = [...new Set(names)].sort()
  if (all.length <= shown) return all.join(', ')
  return `${all.slice(0, shown - 1).join(', ')} and ${all.length - shown + 1} more`
}
