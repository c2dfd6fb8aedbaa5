/** Blocks of a configuration as the text of a TOML file. */
import type { Block } from './block.ts'

/** The file, and which line belongs to which block. */
export interface Rendered {
  readonly text: string
  /** By line number, counted from 1: the title of the block that the line is in. */
  readonly titles: ReadonlyMap<number, string>
}

/**
 * Writes the blocks one below the other.
 *
 * @param leftOut reasons by title: such a block is written as comments, below its reason.
 */
export function render(
  blocks: readonly Block[],
  leftOut: ReadonlyMap<string, string> = new Map(),
): Rendered {
  const lines: string[] = []
  const titles = new Map<number, string>()
  for (const { title, lines: own } of blocks) {
    if (lines.length > 0) lines.push('')
    const reason = leftOut.get(title)
    const text = [title, ...own]
    const written =
      reason === undefined ? text : [`left out: ${reason}`, ...text].map(line => `# ${line}`)
    for (const line of written) {
      lines.push(line)
      titles.set(lines.length, title)
    }
  }
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, titles }
}
