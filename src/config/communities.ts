/** BGP communities as they are written, to their canonical text. */

/** The well-known ones (RFC 1997, RFC 7999, RFC 8326, RFC 3765) by the names that routers know them by. */
export const wellKnown: Readonly<Record<string, string>> = {
  'graceful-shutdown': '65535:0',
  blackhole: '65535:666',
  'no-export': '65535:65281',
  'no-advertise': '65535:65282',
  'no-export-subconfed': '65535:65283',
  'no-peer': '65535:65284',
}

/** Ordinary ones (RFC 1997) and large ones (RFC 8092), each sorted and without repetition. */
export interface Communities {
  readonly communities: readonly string[]
  readonly largeCommunities: readonly string[]
}

export const noCommunities: Communities = { communities: [], largeCommunities: [] }

/** What is wrong with the text of a community in words, or its canonical text. */
export function parseCommunity(text: string): { canonical: string } | { wrong: string } {
  if (Object.hasOwn(wellKnown, text)) return { canonical: wellKnown[text] ?? text }
  const parts = text.split(':')
  if (parts.length !== 2 && parts.length !== 3)
    return { wrong: 'a community is "65000:100", a large one "65000:1:2", or a well-known name' }
  if (!parts.every(part => /^(0|[1-9][0-9]*)$/.test(part)))
    return { wrong: 'a community is made of whole numbers' }
  const most = parts.length === 2 ? 65_535 : 4_294_967_295
  if (parts.some(part => Number(part) > most))
    return {
      wrong:
        parts.length === 2
          ? 'both numbers of a community are at most 65535: write a large one, "AS:1:2", for a longer AS number'
          : `the numbers of a large community are at most ${most}`,
    }
  return { canonical: text }
}

/** Several, sorted apart by their kind. */
export function sortCommunities(canonical: Iterable<string>): Communities {
  const all = [...new Set(canonical)].sort(byNumbers)
  return {
    communities: all.filter(one => one.split(':').length === 2),
    largeCommunities: all.filter(one => one.split(':').length === 3),
  }
}

/** Those of both. */
export function joined(a: Communities, b: Communities): Communities {
  return sortCommunities([
    ...a.communities,
    ...a.largeCommunities,
    ...b.communities,
    ...b.largeCommunities,
  ])
}

function byNumbers(a: string, b: string): number {
  const left = a.split(':').map(Number)
  const right = b.split(':').map(Number)
  for (const [i, value] of left.entries()) {
    const other = right[i] ?? -1
    if (value !== other) return value - other
  }
  return left.length - right.length
}
