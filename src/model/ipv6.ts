/** IPv6 addresses between 16 bytes and the canonical text of RFC 5952, without garbage on the way. */

/** Writes the 16 bytes of an address that is in canonical spelling. */
export function writeIpv6(text: string, into: Uint8Array, at: number): void {
  let place = at
  /** Where `::` stands for zeros. */
  let gap = -1
  let group = 0
  let digits = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code !== colon) {
      group = (group << 4) | (code >= letterA ? code - letterA + 10 : code - digit0)
      digits++
      continue
    }
    if (digits > 0) place = putGroup(into, place, group)
    else gap = place
    group = 0
    digits = 0
  }
  if (digits > 0) place = putGroup(into, place, group)
  if (gap < 0) return
  const zeros = at + 16 - place
  into.copyWithin(gap + zeros, gap, place)
  into.fill(0, gap, gap + zeros)
}

const colon = 0x3a
const digit0 = 0x30
const letterA = 0x61

function putGroup(into: Uint8Array, at: number, group: number): number {
  into[at] = group >> 8
  into[at + 1] = group
  return at + 2
}

/** Reads 16 bytes as canonical text: the first of the longest runs of zero groups is `::`. */
export function readIpv6(bytes: Uint8Array, at: number): string {
  let from = 8
  let length = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groupAt(bytes, at, i + run) === 0) run++
    if (run <= length) continue
    from = i
    length = run
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === from) {
      text += '::'
      i += length - 1
    } else {
      if (i > 0 && i !== from + length) text += ':'
      text += groupAt(bytes, at, i).toString(16)
    }
  }
  return text
}

function groupAt(bytes: Uint8Array, at: number, group: number): number {
  return ((bytes[at + 2 * group] ?? 0) << 8) | (bytes[at + 2 * group + 1] ?? 0)
}
