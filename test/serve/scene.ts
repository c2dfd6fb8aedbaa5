/** A service as it is written, and what it comes to in some circumstances. */
import { load } from '../../src/config/load.ts'
import type { Check } from '../../src/model/check.ts'
import { defaultServing, type Serving } from '../../src/model/health.ts'
import { endpoint, parseIp } from '../../src/model/ip.ts'
import type { Override } from '../../src/model/override.ts'
import { keyOf } from '../../src/model/rows.ts'
import type { Wanted } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import type { Care } from '../../src/serve/census.ts'
import { type Memory, noMemory, type Verdict } from '../../src/serve/circumstances.ts'
import { type Served, serve } from '../../src/serve/serve.ts'

export interface Scene {
  readonly written: Wanted
  readonly cares: ReadonlyMap<string, Care>
}

/** Every backend has one check, whose key is the backend's address and port. */
export async function sceneOf(toml: string, serving: Partial<Serving> = {}): Promise<Scene> {
  const { desired, diagnostics } = await load([{ file: 'slb.toml', text: Buffer.from(toml) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
  const written = want(desired)
  const cares = new Map<string, Care>()
  for (const [key, row] of written.state.service) {
    const checks = new Map(
      row.destinations.map(each => [
        keyOf.destination(each),
        [{ key: endpoint(each.address, each.port) } as Check],
      ]),
    )
    const name = written.policies.get(key)?.name ?? ''
    const own = desired.services.find(one => one.name === name)?.serving ?? defaultServing
    cares.set(key, { name, checks, serving: { ...own, ...serving } })
  }
  return { written, cares }
}

/** What checks found, by address and port: `up`, `down`, `unknown`, or a weight. */
export type Found = Readonly<Record<string, Verdict['verdict'] | number>>

export interface When {
  readonly found?: Found
  readonly overrides?: readonly Override[]
  readonly memory?: Memory
  readonly now?: number
}

/** Serves; what nobody found anything of is up. */
export function serveWhen({ written, cares }: Scene, when: When): Served {
  const verdicts = new Map<string, Verdict>()
  for (const { checks } of cares.values())
    for (const [{ key } = { key: '' }] of checks.values()) {
      const found = when.found?.[key] ?? 'up'
      verdicts.set(
        key,
        typeof found === 'number' ? { verdict: 'up', weight: found } : { verdict: found },
      )
    }
  return serve(written, cares, {
    ...(when.found && { verdicts }),
    overrides: when.overrides ?? [],
    memory: when.memory ?? noMemory,
    now: when.now ?? 0,
  })
}

/** All destinations with their weights, in short: `10.0.0.1:80=1 10.0.0.2:80=0`. */
export function weights({ wanted }: Served): string {
  return [...wanted.state.service.values()]
    .flatMap(row => row.destinations)
    .map(({ address, port, weight }) => `${endpoint(address, port)}=${weight}`)
    .join(' ')
}

/** What an operator asks of a backend, of a service, or of the node. */
export function asking(ask: Override['ask'], service?: string, backend?: string): Override {
  const by = { at: '2026-01-01T00:00:00Z', by: 'ann', ask }
  if (service === undefined) return { ...by, target: { kind: 'node' } }
  if (backend === undefined) return { ...by, target: { kind: 'service', service } }
  const address = parseIp(backend)
  if (address === undefined) throw new Error(`no address: ${backend}`)
  return { ...by, target: { kind: 'backend', service, address } }
}
