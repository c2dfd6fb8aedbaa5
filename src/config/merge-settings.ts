/** The tables that stand once, put together from all files. */
import type { Config } from './config.gen.ts'
import { type Fault, fault, type Path, type Spot } from './fault.ts'

const settingTables = ['kernel', 'bgp', 'node', 'guard', 'ownership', 'state'] as const

type SettingTable = (typeof settingTables)[number]

/** What the settings of one file are, without its services. */
export interface FileSettings {
  readonly file: string
  readonly config: Pick<Config, SettingTable>
}

/** The settings of a file by themselves, so that the rest of it can be forgotten. */
export function settingsOf(file: string, config: Config): FileSettings {
  const own: Record<string, unknown> = {}
  for (const table of settingTables) if (config[table]) own[table] = config[table]
  return { file, config: own as FileSettings['config'] }
}

/** All settings. */
export interface Settings {
  readonly config: Pick<Config, SettingTable>
  /** Where a key of a table stands. */
  readonly place: (table: SettingTable) => Place
}

/** Where a key of one table stands, since several files may share the table. */
export type Place = (...path: (string | number)[]) => Spot

/** Puts the settings of all files together; a key stands in one of them. */
export function mergeSettings(parts: readonly FileSettings[], faults: Fault[]): Settings {
  const merged: Record<string, Record<string, unknown>> = {}
  const first = new Map<string, Spot>()
  for (const { file, config } of parts)
    for (const table of settingTables)
      for (const [key, value] of Object.entries(config[table] ?? {}))
        enterSetting(merged, first, file, [table, key], value, faults)
  const place =
    (table: SettingTable): Place =>
    (...path) => {
      const spot =
        first.get(`${table}.${path.slice(0, 2).join('.')}`) ??
        first.get(`${table}.${path[0]}`) ??
        [...first].find(([name]) => name.startsWith(`${table}.`))?.[1]
      return { file: spot?.file ?? '', path: [table, ...path] }
    }
  return { config: merged as Settings['config'], place }
}

function enterSetting(
  merged: Record<string, Record<string, unknown>>,
  first: Map<string, Spot>,
  file: string,
  path: Path,
  value: unknown,
  faults: Fault[],
): void {
  const name = path.join('.')
  // Tables within tables ([kernel.vs], kernel.timeouts, [bgp.peer.NAME]) add up too.
  if (name === 'kernel.vs' || name === 'kernel.timeouts' || name === 'bgp.peer') {
    const [table = '', key = ''] = path as readonly string[]
    const inner: Record<string, Record<string, unknown>> = { [name]: {} }
    for (const [innerKey, innerValue] of Object.entries(value as object))
      enterSetting(inner, first, file, [...path, innerKey], innerValue, faults)
    const before = (merged[table]?.[key] ?? {}) as Record<string, unknown>
    merged[table] = { ...merged[table], [key]: { ...inner[name], ...before } }
    return
  }
  const at: Spot = { file, path, key: true }
  const related = first.get(name)
  if (related) {
    faults.push(fault('duplicate-key', at, `${name} stands in another file already`, { related }))
    return
  }
  first.set(name, at)
  const table = path.slice(0, -1).join('.')
  merged[table] = { ...merged[table], [path.at(-1) ?? '']: value }
}
