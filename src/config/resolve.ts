/** The files together to the desired state: names looked up, defaults filled in, conflicts found. */
import { basename } from 'node:path'
import type { Desired, DesiredService } from '../model/desired.ts'
import type { Config } from './config.gen.ts'
import { type Fault, fault, warning } from './fault.ts'
import { type Layer, layersOf } from './layers.ts'
import { type FileSettings, mergeSettings, settingsOf } from './merge-settings.ts'
import type { Books } from './resolve-listener.ts'
import { resolveNode } from './resolve-node.ts'
import { resolveService } from './resolve-service.ts'
import { resolveGuard, resolveKernel } from './resolve-settings.ts'
import { closeVipBook, enterVip, openVipBook, unusedVips, type VipBook } from './vip-book.ts'

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

/** Takes the files one by one, in their order; of what it has taken it keeps no tree. */
export interface Resolver {
  add(part: Part): void
  finish(): Resolved
}

/** True if other files can depend on this one: it names VIPs, or its defaults hold for all. */
export function isAhead({ file, config, faulty }: Part): boolean {
  return config.vip !== undefined || faulty.vip.size > 0 || mainFile(file)
}

/**
 * Begins with the files that others can depend on, see `isAhead`; they are added in their turn too.
 *
 * Every fault of every file is found, whatever the others hold.
 */
export function openResolver(ahead: readonly Part[]): Resolver {
  const faults: Fault[] = []
  const books: Books = { vips: openVips(ahead, faults), claims: new Map() }
  const main = ahead.filter(({ file }) => mainFile(file))
  const services: DesiredService[] = []
  const first = new Map<string, string>()
  const settings: FileSettings[] = []
  return {
    add(part) {
      const { file, config, faulty } = part
      settings.push(settingsOf(file, config))
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
    },
    finish() {
      for (const { name, spot } of unusedVips(books.vips))
        faults.push(warning('unused-vip', spot, `no service uses vip ${name}: it is not put up`))
      const { config, place } = mergeSettings(settings, faults)
      return {
        desired: {
          services,
          vips: closeVipBook(books.vips),
          kernel: resolveKernel(config.kernel ?? {}, place('kernel'), faults),
          guard: resolveGuard(config.guard?.max_remove ?? '30%'),
          conflict: config.ownership?.conflict ?? 'refuse',
          history: config.state?.history ?? 50,
          node: resolveNode(config.node ?? {}, place('node'), faults),
        },
        faults,
      }
    },
  }
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
