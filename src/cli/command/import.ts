/** `slb import`: a configuration made from what is live. */
import { load } from '../../config/load.ts'
import { observe } from '../../engine/live.ts'
import { blocksOf } from '../../import/blocks.ts'
import { render } from '../../import/render.ts'
import type { State } from '../../model/state.ts'
import { plan } from '../../plan/plan.ts'
import type { Ledger } from '../../plan/types.ts'
import { want } from '../../plan/want.ts'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'

/** What the command prints, and what it has to say about it. */
export interface Imported {
  readonly text: string
  /** Reasons by table, for what the configuration cannot say and is left out as a comment. */
  readonly leftOut: ReadonlyMap<string, string>
}

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const { text, leftOut } = await importState(await observe(host), host.journal.read())
    await io.out.text(text)
    for (const [title, reason] of leftOut)
      await io.err.line(`${io.err.paint('warning', 'warning:')} ${title} is left out: ${reason}`)
    return exit.done
  } finally {
    host.close()
  }
}

/**
 * Writes the configuration, and reads it again: a table that the reader refuses becomes a comment
 * with the reason, and a switch that the configuration would set is kept as it is.
 */
export async function importState(state: State, ledger: Ledger): Promise<Imported> {
  const leftOut = new Map<string, string>()
  let keep: ReadonlySet<string> = new Set()
  for (;;) {
    const { text, titles } = render(blocksOf(state, keep), leftOut)
    if (text === '') return { text: '# Nothing that slb manages is live here.\n', leftOut }
    const { desired, diagnostics } = await load([{ file: 'import.toml', text: Buffer.from(text) }])
    if (desired === undefined) {
      const before = leftOut.size
      for (const { place, message } of diagnostics) {
        const title = titles.get(place?.line ?? 0)
        if (title !== undefined) leftOut.set(title, message)
      }
      if (leftOut.size === before) throw new Error(`an imported file is invalid:\n${text}`)
      continue
    }
    const { changes } = plan({ wanted: want(desired), seen: state, ledger, conflict: 'adopt' })
    const switched = changes.flatMap(({ kind, row }) => (kind === 'sysctl' ? [row.name] : []))
    if (switched.every(name => keep.has(name))) return { text, leftOut }
    keep = new Set([...keep, ...switched])
  }
}
