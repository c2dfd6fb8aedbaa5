/** A configuration of bgp-lb as one of slb that does what it means. */
import { load } from '../config/load.ts'
import { lineOf, lineStarts, placeOf } from '../config/text.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { bgpLbBlocks, serviceTitle } from './bgp-lb-blocks.ts'
import { type BgpLb, readBgpLb } from './bgp-lb-file.ts'
import type { Block } from './block.ts'
import { type GoFault, type GoFindings, GoValue } from './go-json.ts'
import { JsonFault, readJson } from './json-text.ts'
import { render } from './render.ts'

export interface ImportedBgpLb {
  /** A TOML file; absent if there is a fault. */
  readonly text?: string
  readonly diagnostics: readonly Diagnostic[]
  /** What is otherwise than it was, cannot be said, or never worked: each with the path of its value. */
  readonly notes: readonly string[]
}

/** What the file is called in messages while it is being made. */
const made = 'import.toml'

/**
 * Reads the JSON text of such a file and writes the configuration. What a configuration cannot say is told,
 * and stands there as a comment where it is a whole table.
 *
 * @param file its name, for messages.
 */
export async function importBgpLb(file: string, text: string): Promise<ImportedBgpLb> {
  const found: GoFindings = { faults: [], notes: [] }
  const root = readJson(text)
  if (root instanceof JsonFault) {
    const { message, at } = root
    return refused(file, text, [{ code: 'json-syntax', message, at, end: at + 1 }])
  }
  const config = readBgpLb(new GoValue('', root, root, found))
  if (config === undefined || found.faults.length > 0) return refused(file, text, found.faults)
  const notes = found.notes.map(({ path, text: note }) => `${path}: ${note}`)
  const { readable, leftOut } = await loadable(bgpLbBlocks(config), unsaid(config))
  return {
    text: readable,
    diagnostics: [],
    notes: [...notes, ...Array.from(leftOut, ([title, why]) => `${title} is left out: ${why}`)],
  }
}

function refused(file: string, text: string, faults: readonly GoFault[]): ImportedBgpLb {
  const starts = lineStarts(text)
  const inOrder = [...faults].sort((a, b) => a.at - b.at)
  const diagnostics = inOrder.map(({ code, message, at, end }): Diagnostic => {
    const place = { file, ...placeOf(text, at, starts) }
    return {
      severity: 'error',
      code,
      message,
      place,
      line: lineOf(text, place.line, starts),
      length: Math.max(1, [...text.slice(at, end)].length),
    }
  })
  return { diagnostics, notes: [] }
}

/** What slb has no word for. */
function unsaid({ service }: BgpLb): ReadonlyMap<string, string> {
  if (service.ports.length > 0) return new Map()
  const why = 'service.ports is empty, and a service has a port: the VIP of none is announced'
  return new Map([[serviceTitle(service.name), why]])
}

/** The blocks as a file that loads; those that cannot be are comments in it. */
async function loadable(
  blocks: readonly Block[],
  unsaid: ReadonlyMap<string, string>,
): Promise<{ readonly readable: string; readonly leftOut: ReadonlyMap<string, string> }> {
  const leftOut = new Map(unsaid)
  for (;;) {
    const { text, titles } = render(blocks, leftOut)
    const { desired, diagnostics } = await load([{ file: made, text: Buffer.from(text) }])
    if (desired !== undefined) return { readable: text, leftOut }
    const before = leftOut.size
    for (const { severity, place, message } of diagnostics) {
      const title = severity === 'error' ? titles.get(place?.line ?? 0) : undefined
      if (title !== undefined) leftOut.set(title, message)
    }
    if (leftOut.size === before) throw new Error(`an imported file is invalid:\n${text}`)
  }
}
