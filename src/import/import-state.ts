/** A live State as the text of a configuration that plans nothing but adoptions. */
import { load } from '../config/load.ts'
import { isCheckService } from '../model/check-service.ts'
import type { State } from '../model/state.ts'
import { plan } from '../plan/plan.ts'
import type { Ledger } from '../plan/types.ts'
import { want } from '../plan/want.ts'
import { type Rules, toldOf } from './announcements.ts'
import { blocksOf } from './blocks.ts'
import { render } from './render.ts'

export interface Imported {
  /** A TOML file. */
  readonly text: string
  /** Reasons by table, for what a configuration cannot say: it stands there as a comment. */
  readonly leftOut: ReadonlyMap<string, string>
}

/** What the file is called in messages while it is being made. */
const file = 'import.toml'

/**
 * Writes the configuration, and reads it again: a table that the reader refuses becomes a comment
 * with the reason, and a switch that the configuration would set is kept as it is.
 *
 * @param rules what no row says of announcements
 */
export async function importState(
  state: State,
  ledger: Ledger,
  rules: Rules = {},
): Promise<Imported> {
  const told = toldOf(state, rules)
  const leftOut = new Map<string, string>(told.leftOut)
  let keep: ReadonlySet<string> = new Set()
  const seen = withoutChecks(state)
  for (;;) {
    const { text, titles } = render(blocksOf(seen, told, keep), leftOut)
    if (text === '') return { text: '# Nothing that slb manages is live here.\n', leftOut }
    const { desired, diagnostics } = await load([{ file, text: Buffer.from(text) }])
    if (desired === undefined) {
      const before = leftOut.size
      for (const { severity, place, message } of diagnostics) {
        if (severity !== 'error') continue
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

/** What leads checks through VIPs comes with the checks. */
function withoutChecks(state: State): State {
  const service = [...state.service].filter(([, row]) => !row.owned || !isCheckService(row.id))
  return service.length === state.service.size ? state : { ...state, service: new Map(service) }
}
