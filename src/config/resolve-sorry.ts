/** `sorry`: the server that answers while a service cannot. */
import { endpoint, familyOf } from '../model/ip.ts'
import type { Destination } from '../model/rows.ts'
import { parseEndpoint } from './address.ts'
import { checkEndpoint } from './check-backend.ts'
import type { SorryConfig } from './config.gen.ts'
import { type Fault, fault, type Spot, warning } from './fault.ts'
import { spotOf } from './layers.ts'
import type { Site } from './resolve-backend.ts'

/** By the key of the virtual service; those of another family than the server's have none. */
export function resolveSorry(
  { layers, listeners, forward: usual, tunnel }: Site,
  given: SorryConfig,
  rows: readonly (readonly Destination[])[],
  faults: Fault[],
): ReadonlyMap<string, Destination> {
  const table = typeof given === 'string' ? { address: given } : given
  const at = (key: 'address' | 'forward'): Spot =>
    spotOf(layers, 'sorry', ...(typeof given === 'string' ? [] : [key]))
  const sorry = new Map<string, Destination>()
  const parsed = parseEndpoint(table.address)
  if (typeof parsed === 'string') {
    faults.push(fault('bad-address', at('address'), parsed))
    return sorry
  }
  const { address } = parsed
  const forward = table.forward ?? usual
  const family = familyOf(address)
  const mine = listeners.filter(({ id }) => id.family === family || forward === 'tunnel')
  const wrong = checkEndpoint(parsed, forward, mine, false)
  if (wrong) faults.push(fault(wrong.code, at('address'), wrong.message))
  const other = listeners.find(each => !mine.includes(each))
  if (other)
    faults.push(
      (mine.length === 0 ? fault : warning)(
        'family-mismatch',
        at('address'),
        `${address} cannot say sorry for ${other.id.key}, which is of the other family`,
      ),
    )
  for (const { id, backendPort } of mine) {
    const port = parsed.port === -1 ? backendPort : parsed.port
    const row = { service: id, address, port, forward, weight: 1, upper: 0, lower: 0 }
    sorry.set(id.key, forward === 'tunnel' ? { ...row, tunnel } : row)
  }
  const backend = rows
    .flat()
    .find(row => row.address === address && row.port === sorry.get(row.service.key)?.port)
  if (backend)
    faults.push(
      fault(
        'sorry-is-backend',
        at('address'),
        `${endpoint(address, backend.port)} is a backend of this service: it cannot say sorry for itself`,
      ),
    )
  return sorry
}
