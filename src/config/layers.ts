/** A service's keys and where each comes from: the service itself, its file's defaults, slb.toml's. */
import type { ServiceConfig } from './config.gen.ts'
import type { Path, Spot } from './fault.ts'

/** One table that gives keys to a service. */
export interface Layer {
  readonly file: string
  readonly path: Path
  readonly config: ServiceConfig
  /** Keys that the file has, but that did not follow the schema and are missing here. */
  readonly faulty: ReadonlySet<string>
}

/** A service with the defaults that hold for it, the nearer ones first. */
export interface Layers {
  readonly name: string
  readonly file: string
  /** What the service itself says. */
  readonly own: ServiceConfig
  readonly faulty: ReadonlySet<string>
  readonly defaults: readonly Layer[]
  /** Everything that holds: its own keys over the defaults. */
  readonly config: ServiceConfig
}

/** Puts a service's own keys over the defaults. */
export function layersOf(
  name: string,
  file: string,
  own: ServiceConfig,
  faulty: ReadonlySet<string>,
  defaults: readonly Layer[],
): Layers {
  let config = own
  if (defaults.length > 0) {
    config = Object.assign({}, ...defaults.map(layer => layer.config).reverse(), own)
    // What the service got wrong is not what the defaults say instead.
    for (const key of faulty) delete config[key as keyof ServiceConfig]
  }
  return { name, file, own, faulty, defaults, config }
}

/** True if a key is nowhere: neither given nor given wrongly, which has been said already. */
export function isMissing(layers: Layers, key: keyof ServiceConfig): boolean {
  return layers.config[key] === undefined && !isFaulty(layers, key)
}

/** True if somebody gave the key, but wrongly. */
export function isFaulty({ own, faulty, defaults }: Layers, key: keyof ServiceConfig): boolean {
  if (faulty.has(key)) return true
  return own[key] === undefined && defaults.some(layer => layer.faulty.has(key))
}

/** Where a key stands, or a part of its value; the name of the service if nobody wrote the key. */
export function spotOf(
  layers: Layers,
  key: keyof ServiceConfig,
  ...rest: (string | number)[]
): Spot {
  if (layers.own[key] !== undefined || layers.faulty.has(key)) return ownSpot(layers, key, ...rest)
  for (const { file, path, config } of layers.defaults)
    if (config[key] !== undefined) return { file, path: [...path, key, ...rest] }
  return nameSpot(layers)
}

/** Where a key of the service's own table stands. */
export function ownSpot(layers: Layers, ...path: (string | number)[]): Spot {
  return { file: layers.file, path: ['service', layers.name, ...path] }
}

/** Who holds something, and where it says so; kept after the service's own table is gone. */
export interface Holder {
  readonly name: string
  readonly file: string
  /** Absent where most are: at `vip` of the service itself. */
  readonly spot?: Spot
}

/** The holder of what one of a service's VIPs asks for; -1 stands for its firewall mark. */
export function holderOf(layers: Layers, vip: number): Holder {
  const { name, file, own } = layers
  if (vip !== -1 && typeof own.vip === 'string') return { name, file }
  return { name, file, spot: vip === -1 ? spotOf(layers, 'fwmark') : vipSpot(layers, vip) }
}

/** Where a holder says that it holds something. */
export function holderSpot({ name, file, spot }: Holder): Spot {
  return spot ?? { file, path: ['service', name, 'vip'] }
}

/** Where one of a service's VIPs stands. */
export function vipSpot(layers: Layers, vip: number): Spot {
  return typeof layers.config.vip === 'string' ? spotOf(layers, 'vip') : spotOf(layers, 'vip', vip)
}

/** Where the service's name stands. */
export function nameSpot(layers: Layers): Spot {
  return { ...ownSpot(layers), key: true }
}
