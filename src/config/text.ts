/** Words for messages: quoting what users wrote, and finding what they may have meant. */

/** Characters that would change how a line looks: controls, bidirectional marks, line separators. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu

/** Makes text safe to show on a terminal or in a log: what is invisible becomes `\u{...}`. */
export function visible(text: string): string {
  return text.replace(invisible, found => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
}

/** A piece of the user's text in double quotes, safe to show and not too long. */
export function quote(text: string): string {
  return `"${visible(text.length > 60 ? `${text.slice(0, 60)}...` : text)}"`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], joint: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
}

/** The candidate nearest to a word, if any is near enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 40) return undefined
  const given = word.toLowerCase()
  let best: string | undefined
  let least = given.length <= 4 ? 1 : given.length <= 7 ? 2 : 3
  for (const candidate of candidates) {
    const found = distance(given, candidate.toLowerCase())
    if (found < least || (found === least && best === undefined)) {
      best = candidate
      least = found
    }
  }
  return best
}

/** `did you mean "rr"?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const found = nearest(word, candidates)
  return found === undefined ? undefined : `did you mean ${quote(found)}?`
}

/** Damerau-Levenshtein distance (optimal string alignment): a swap of neighbours counts once. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The offsets at which the lines of a text begin. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** What may hold a password is never shown, by whatever name others call it. */
const secretLine = /pass(?!ive)|secret|md5|psk|token|auth|\bkey["']?\s*[=:]/i
/** Where one is, and nothing else, may be: `password = { file = "..." }`. */
const whereOne =
  /passw\w*["']?\s*[=:]\s*\{\s*["']?(file|env|credential)["']?\s*[=:]\s*("[^"]*"|'[^']*'|[\w./-]+)\s*\}/gi

/** A line of a text, counted from 1, without its end. Empty if a password may stand there. */
export function lineOf(
  text: string,
  line: number,
  starts: readonly number[] = lineStarts(text),
): string {
  const start = starts[line - 1]
  if (start === undefined) return ''
  const found = text.slice(start, (starts[line] ?? text.length + 1) - 1).replace(/\r$/, '')
  return secretLine.test(found.replace(whereOne, '')) || isBelowSecret(text, start) ? '' : found
}

/** True within a table that is a password: `[bgp.peer.tor.password]`. */
function isBelowSecret(text: string, start: number): boolean {
  const head = text.lastIndexOf('\n[', start)
  const end = text.indexOf(']', head)
  return head >= 0 && end < start && /passw/i.test(text.slice(head, end))
}

/** Line and column of an offset: both from 1, the column in characters. */
export function placeOf(
  text: string,
  offset: number,
  starts: readonly number[] = lineStarts(text),
): { line: number; column: number } {
  let line = 1
  let after = starts.length
  while (after - line > 0) {
    const middle = (line + after) >> 1
    if ((starts[middle] ?? Number.POSITIVE_INFINITY) <= offset) line = middle + 1
    else after = middle
  }
  return { line, column: [...text.slice(starts[line - 1], offset)].length + 1 }
}
