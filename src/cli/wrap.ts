/** Lines that are broken between words. */

/** A text in lines of at most `width` characters; what has no blank in it stays whole. */
export function wrapped(text: string, width: number, first = '', others = ''): readonly string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = others
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}
