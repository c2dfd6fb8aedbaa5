/** What a check through the VIP cannot do. */
import { familyOf } from '../model/ip.ts'
import type { Destination } from '../model/rows.ts'
import { below } from './check-keys.ts'
import { type Fault, fault } from './fault.ts'
import type { Pattern } from './resolve-check.ts'

/** Why a check cannot reach this destination through its VIP; undefined = it can. */
export function cannotGoThrough(
  { at, family }: Pattern,
  { service, address, forward }: Destination,
): Fault | undefined {
  const via = below(at, 'via')
  const otherwise = { suggestion: 'write "backend", or take it out' }
  if (service.address === undefined)
    return fault(
      'bad-via',
      via,
      'a service by firewall mark has no VIP to check through',
      otherwise,
    )
  if (forward === 'nat' || forward === 'local')
    return fault(
      'bad-via',
      via,
      `a check through the VIP is for backends that have the VIP themselves, with forward = "direct" or "tunnel": ${address} is ${forward}`,
      otherwise,
    )
  const wanted = service.family
  if (family !== undefined && family !== wanted)
    return fault(
      'family-mismatch',
      below(at, 'source'),
      `the source is of another family than the VIP ${service.address}`,
    )
  if (family === undefined && wanted !== familyOf(address))
    return fault(
      'missing-key',
      { ...at, key: true },
      `a check through the VIP ${service.address} to ${address} needs a source of the VIP's family: the way there has none`,
      { suggestion: 'write source = "...", an address of this host that the backend can answer' },
    )
  return undefined
}
