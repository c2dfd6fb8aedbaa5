/**
 * A case is a folder: what is wanted, what stands, the plan, and what stands then.
 *
 * - `config.toml`: the configuration.
 * - `have.txt`: the live system before, as a snapshot.
 * - `before.toml`, if there is one: what the last apply was made from; its journal is known.
 * - `flags.txt`, if there is one: flags of `slb apply`, one a line.
 * - `plan.txt`: the plan as people read it; a refusal of the whole follows it.
 * - `after.txt`: the live system after the apply; failures are comments at its beginning.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../src/config/load.ts'
import type { Live } from '../../src/engine/live.ts'
import { type Job, preview, reconcile } from '../../src/engine/reconcile.ts'
import { changeKey } from '../../src/model/change.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { State } from '../../src/model/state.ts'
import { planLines } from '../../src/plan/print.ts'
import type { Ledger } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import { fromText, toText } from '../../src/table/snapshot.ts'
import { jobOf, machine, memoryHistory, memoryJournal } from '../machine.ts'
import { projectFolder } from '../project.ts'

export const casesFolder: string = join(projectFolder, 'test/case')

export interface Case {
  readonly name: string
  readonly desired: Desired
  readonly have: State
  /** What the journal says: nothing, or what an apply of `before.toml` wrote into it. */
  readonly ledger: Ledger
  readonly extra: Partial<Job>
}

export function caseNames(): string[] {
  return readdirSync(casesFolder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

/** The text of a file of a case; undefined if it has none. */
export function fileOf(name: string, file: string): string | undefined {
  const path = join(casesFolder, name, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

export async function readCase(name: string): Promise<Case> {
  const { state: have, diagnostics } = fromText(fileOf(name, 'have.txt') ?? '', `${name}/have.txt`)
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics, undefined, 2))
  const before = fileOf(name, 'before.toml')
  const desired = await configuration(fileOf(name, 'config.toml') ?? '', `${name}/config.toml`)
  const ledger = before === undefined ? undefined : await ledgerOf(before, have)
  return {
    name,
    desired,
    have,
    ledger: ledger ?? memoryJournal().read(),
    extra: extraOf(fileOf(name, 'flags.txt') ?? ''),
  }
}

/** A configuration text as desired state. */
export async function configuration(text: string, file: string): Promise<Desired> {
  const { desired, diagnostics } = await load([{ file, text: Buffer.from(text) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2))
  return desired
}

/** The journal after an apply of a configuration where only the links of others stand. */
async function ledgerOf(text: string, have: State): Promise<Ledger> {
  const links = new Map([...have.link].filter(([, row]) => !row.owned))
  const slb = machine({ ...fromText('').state, link: links })
  await slb.apply(await configuration(text, 'before.toml'))
  return slb.journal.read()
}

function extraOf(flags: string): Partial<Job> {
  const extra: { -readonly [K in keyof Job]?: Job[K] } = {}
  for (const line of flags.split('\n').filter(one => one !== '')) {
    const [flag = '', ...rest] = line.split(' ')
    const value = rest.join(' ')
    if (flag === '--adopt') extra.adopt = value === 'all' ? 'all' : new Set([value])
    else if (flag === '--force') extra.force = new Set([value])
    else if (flag === '--yes-remove') extra.consent = Number(value)
    else throw new Error(`${flag} is not a flag that cases know`)
  }
  return extra
}

/** What came out of a case. */
export interface Played {
  readonly plan: string
  readonly after: string
  /** Keys of what a second plan would change. */
  readonly again: readonly string[]
}

/** Plans, applies and plans again on a live system that holds `have`. */
export async function play(one: Case, live: Live, read: () => Promise<State>): Promise<Played> {
  const job = jobOf(one.desired, one.extra)
  const journal = memoryJournal(one.ledger)
  const history = memoryHistory()
  const cause = { kind: 'operator' as const, command: 'apply', user: 'test', files: [] }
  const { plan, verdict } = await preview(job, live, journal.read())
  const lines = [...planLines(plan)]
  if (verdict.refusal !== undefined) lines.push(`refused: ${verdict.refusal}`)
  const wait = Number.MAX_SAFE_INTEGER
  const round = await reconcile(job, live, { journal, history, cause, keep: 50, wait })
  const faults = round.failures.map(({ error }) => `# failed: ${error.message}\n`)
  const after = faults.join('') + toText(inFocus(await read(), one))
  const again = await preview(job, live, journal.read())
  return { plan: `${lines.join('\n')}\n`, after, again: again.plan.changes.map(changeKey) }
}

/**
 * What a case is about: not every switch that a kernel has, nor the timeouts, the links and the
 * link-local addresses that are there without being named.
 */
function inFocus(state: State, { desired, have }: Case): State {
  const { state: wanted } = want(desired)
  const keep = <Row>(rows: ReadonlyMap<string, Row>, kind: 'sysctl' | 'timeouts' | 'link') =>
    new Map([...rows].filter(([key]) => have[kind].has(key) || wanted[kind].has(key)))
  const link = keep(state.link, 'link')
  return {
    ...state,
    sysctl: keep(state.sysctl, 'sysctl'),
    timeouts: keep(state.timeouts, 'timeouts'),
    link,
    address: new Map(
      [...state.address].filter(
        ([, row]) => link.has(`link ${row.link}`) && !row.address.startsWith('fe80:'),
      ),
    ),
  }
}
