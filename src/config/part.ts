/** One file's tree, as far as it follows the schema, and what others have to know of it. */
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Config, VipConfig } from './config.gen.ts'
import type { Layer } from './layers.ts'

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

/** What the services of all files can depend on. */
export interface Lead {
  readonly file: string
  /** Every `[vip.NAME]`; without a table those that could not be read. */
  readonly vips: readonly (readonly [name: string, config?: VipConfig])[]
  /** Of slb.toml alone. */
  readonly defaults: readonly Layer[]
}

/** What other files can depend on; undefined if there is nothing of the kind. */
export function leadOf(part: Part): Lead | undefined {
  const { file, config, faulty } = part
  const vips: [string, VipConfig?][] = []
  for (const name of [...faulty.vip, ...Object.keys(config.vip ?? {})]) {
    const own = config.vip?.[name]
    vips.push(own ? [name, own] : [name])
  }
  const defaults = mainFile(file) ? defaultsOf(part) : []
  return vips.length > 0 || defaults.length > 0 ? { file, vips, defaults } : undefined
}

/** The one before if both say the same, so that what was found with it can be found again. */
export function same<T>(now: T, before: T | undefined): T {
  return before !== undefined && isDeepStrictEqual(now, before) ? before : now
}

/** True for the file whose `[defaults]` hold for all. */
export function mainFile(file: string): boolean {
  return /^slb\.(toml|ya?ml)$/.test(basename(file))
}

/** `[defaults]`, which is one layer or none. */
export function defaultsOf({ file, config, faulty }: Part): readonly Layer[] {
  if (!config.defaults) return []
  const keys = faulty.service.get('') ?? new Set()
  return [{ file, path: ['defaults'], config: config.defaults, faulty: keys }]
}
