/** The files together to the desired state: names looked up, defaults filled in, conflicts found. */
import { basename } from 'node:path'
import type { Desired, DesiredService } from '../model/desired.ts'
import type { Config } from './config.gen.ts'
import { type Fault, fault, type Path, type Spot, warning } from './fault.ts'
import { type Layer, layersOf } from './layers.ts'
import type { Books } from './resolve-listener.ts'
import { resolveService } from './resolve-service.ts'
import { resolveGuard, resolveKernel } from './resolve-settings.ts'
import { closeVipBook, enterVip, openVipBook, unusedVips, type VipBook } from './resolve-vip.ts'

/** What one file says, as far as it follows the schema. */
export interface Part {
  readonly file: string
  readonly config: Config
  readonly faulty: Faulty
}

/** What did not follow the schema and was taken out, so that the rest can be looked at. */
export interface Faulty {
  /** Names under `[vip]`. */
  readonly vip: ReadonlySet<string>
  /** Keys of services and their names; the keys of `[defaults]` have the empty name. */
  readonly service: ReadonlyMap<string, ReadonlySet<string>>
}

const none: ReadonlySet<string> = new Set()

export interface Resolved {
  /** Complete only if there is no error among the faults. */
  readonly desired: Desired
  readonly faults: readonly Fault[]
}

/** Merges and resolves; every fault of every file is found, whatever the others hold. */
export function resolve(parts: readonly Part[]): Resolved {
  const faults: Fault[] = []
  const books: Books = { vips: openVips(parts, faults), claims: new Map() }
  const services = resolveServices(parts, books, faults)
  for (const { name, spot } of unusedVips(books.vips))
    faults.push(warning('unused-vip', spot, `no service uses vip ${name}: it is not put up`))
  const settings = mergeSettings(parts, faults)
  return {
    desired: {
      services,
      vips: closeVipBook(books.vips),
      kernel: resolveKernel(settings.config.kernel ?? {}, settings.place, faults),
      guard: resolveGuard(settings.config.guard?.max_remove ?? '30%'),
      conflict: settings.config.ownership?.conflict ?? 'refuse',
      history: settings.config.state?.history ?? 50,
      ...(settings.config.node?.name === undefined ? {} : { node: settings.config.node.name }),
    },
    faults,
  }
}

function resolveServices(parts: readonly Part[], books: Books, faults: Fault[]): DesiredService[] {
  const main = parts.filter(({ file }) => mainFile(file))
  const services: DesiredService[] = []
  const first = new Map<string, string>()
  for (const part of parts) {
    const { file, config, faulty } = part
    const defaults = [part, ...main.filter(each => each !== part)].flatMap(defaultsOf)
    for (const name in config.service) {
      const own = config.service[name]
      const other = first.get(name)
      if (other !== undefined) faults.push(repeatedName('service', name, file, other))
      if (other !== undefined || own === undefined) continue
      first.set(name, file)
      const layers = layersOf(name, file, own, faulty.service.get(name) ?? none, defaults)
      const service = resolveService(layers, books, faults)
      if (service) services.push(service)
    }
  }
  return services
}

function repeatedName(table: string, name: string, file: string, other: string): Fault {
  return fault(
    'duplicate-name',
    { file, path: [table, name], key: true },
    `${table} ${name} stands in another file already`,
    { related: { file: other, path: [table, name], key: true } },
  )
}

/** Enters every `[vip.NAME]`, and the names of those that could not be read. */
function openVips(parts: readonly Part[], faults: Fault[]): VipBook {
  const book = openVipBook()
  const first = new Map<string, string>()
  for (const { file, config, faulty } of parts)
    for (const name of [...faulty.vip, ...Object.keys(config.vip ?? {})]) {
      const own = config.vip?.[name]
      const other = first.get(name)
      if (other !== undefined) faults.push(repeatedName('vip', name, file, other))
      else if (own === undefined) book.named.set(name, null)
      else enterVip(book, name, own, { file, path: ['vip', name] }, faults)
      first.set(name, other ?? file)
    }
  return book
}

/** True for the file whose `[defaults]` hold for all. */
export function mainFile(file: string): boolean {
  return /^slb\.(toml|ya?ml)$/.test(basename(file))
}

function defaultsOf({ file, config, faulty }: Part): readonly Layer[] {
  if (!config.defaults) return []
  const keys = faulty.service.get('') ?? none
  return [{ file, path: ['defaults'], config: config.defaults, faulty: keys }]
}

const settingTables = ['kernel', 'node', 'guard', 'ownership', 'state'] as const

interface Settings {
  readonly config: Pick<Config, (typeof settingTables)[number]>
  /** Where a key of `[kernel]` stands. */
  readonly place: (...path: (string | number)[]) => Spot
}

/** The tables that stand once, put together from all files; a key stands in one of them. */
function mergeSettings(parts: readonly Part[], faults: Fault[]): Settings {
  const merged: Record<string, Record<string, unknown>> = {}
  const first = new Map<string, Spot>()
  for (const { file, config } of parts)
    for (const table of settingTables)
      for (const [key, value] of Object.entries(config[table] ?? {}))
        enterSetting(merged, first, file, [table, key], value, faults)
  const place = (...path: (string | number)[]): Spot => {
    const spot = first.get(`kernel.${path.slice(0, 2).join('.')}`) ?? first.get(`kernel.${path[0]}`)
    return { file: spot?.file ?? '', path: ['kernel', ...path] }
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
  // Tables within tables ([kernel.vs], kernel.timeouts) add up too.
  if (name === 'kernel.vs' || name === 'kernel.timeouts') {
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
