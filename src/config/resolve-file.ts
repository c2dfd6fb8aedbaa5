/** What one file comes to by itself. It depends on its own text and on what stands ahead of all. */
import { type Fault, fault } from './fault.ts'
import { type Layer, layersOf } from './layers.ts'
import { type FileSettings, settingsOf } from './merge-settings.ts'
import type { Lead, Part } from './part.ts'
import { resolveService, type ServiceOutcome } from './resolve-service.ts'
import { enterVip, openVipBook, type VipBook } from './vip-book.ts'

/** What holds for the services of all files: names of VIPs, and the defaults of slb.toml. */
export interface Ahead {
  readonly leads: readonly Lead[]
  readonly book: VipBook
  readonly defaults: readonly Layer[]
  readonly faults: readonly Fault[]
}

/** Puts together what is ahead; the leads are in the order of their files. */
export function openAhead(leads: readonly Lead[]): Ahead {
  const faults: Fault[] = []
  const book = openVipBook()
  const first = new Map<string, string>()
  for (const { file, vips } of leads)
    for (const [name, own] of vips) {
      const other = first.get(name)
      if (other !== undefined) faults.push(repeatedName('vip', name, file, other))
      else if (own === undefined) book.named.set(name, null)
      else enterVip(book, name, own, { file, path: ['vip', name] }, faults)
      first.set(name, other ?? file)
    }
  return { leads, book, defaults: leads.flatMap(({ defaults }) => defaults), faults }
}

/** A file resolved, before it is held against the others. Nothing of its tree is kept. */
export interface FileOutcome {
  readonly file: string
  readonly services: readonly ServiceOutcome[]
  readonly settings: FileSettings
}

/** Resolves the services of one file; `own` are its own defaults. */
export function resolveFile(part: Part, own: readonly Layer[], ahead: Ahead): FileOutcome {
  const { file, config, faulty } = part
  const defaults = [...own, ...ahead.defaults.filter(each => each.file !== file)]
  const services: ServiceOutcome[] = []
  for (const name in config.service) {
    const table = config.service[name]
    if (table === undefined) continue
    const layers = layersOf(name, file, table, faulty.service.get(name) ?? none, defaults)
    services.push(resolveService(layers, ahead.book))
  }
  return { file, services, settings: settingsOf(file, config) }
}

const none: ReadonlySet<string> = new Set()

/** Of a name that stands in two files. */
export function repeatedName(table: string, name: string, file: string, other: string): Fault {
  return fault(
    'duplicate-name',
    { file, path: [table, name], key: true },
    `${table} ${name} stands in another file already`,
    { related: { file: other, path: [table, name], key: true } },
  )
}
