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

/** The service's own table first, then the defaults that hold for it, the nearer ones first. */
export interface Layers {
  readonly name: string
  readonly own: Layer
  readonly defaults: readonly Layer[]
}

/** The value of a key: the service's own, or the nearest default. */
export function pick<K extends keyof ServiceConfig>(
  layers: Layers,
  key: K,
): ServiceConfig[K] | undefined {
  return layerOf(layers, key)?.config[key]
}

/** True if a key is nowhere: neither given nor given wrongly, which has been said already. */
export function isMissing(layers: Layers, key: keyof ServiceConfig): boolean {
  return !isFaulty(layers, key) && layerOf(layers, key) === undefined
}

/** True if somebody gave the key, but wrongly. */
export function isFaulty({ own, defaults }: Layers, key: keyof ServiceConfig): boolean {
  return own.faulty.has(key) || defaults.some(({ faulty }) => faulty.has(key))
}

/** The table that gives a key, if any does. */
export function layerOf(layers: Layers, key: keyof ServiceConfig): Layer | undefined {
  if (layers.own.config[key] !== undefined) return layers.own
  for (const layer of layers.defaults) if (layer.config[key] !== undefined) return layer
  return undefined
}

/** Where a key stands, or a part of its value; the name of the service if nobody wrote the key. */
export function spotOf(
  layers: Layers,
  key: keyof ServiceConfig,
  ...rest: (string | number)[]
): Spot {
  const layer = layerOf(layers, key)
  if (!layer) return nameSpot(layers)
  return { file: layer.file, path: [...layer.path, key, ...rest] }
}

/** Where the service's name stands. */
export function nameSpot(layers: Layers): Spot {
  return { file: layers.own.file, path: layers.own.path, key: true }
}
