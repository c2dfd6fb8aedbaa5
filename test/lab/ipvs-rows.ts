/** Rows for the tests of the IPVS table, with what they do not say filled in. */
import type { Change } from '../../src/model/change.ts'
import { hostPrefix, type Ip } from '../../src/model/ip.ts'
import type { Tunnel } from '../../src/model/rows.ts'
import { type Destination, type Service, type ServiceId, serviceId } from '../../src/model/rows.ts'

export const web: ServiceId = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)
export const web6: ServiceId = serviceId('tcp', 'ipv6', '2001:db8::10' as Ip, 80)

export function service(id: ServiceId, fields: Partial<Service> = {}): Service {
  const netmask = hostPrefix(id.family)
  return {
    id,
    scheduler: 'wrr',
    schedulerFlags: 0,
    persistence: 0,
    netmask,
    engine: '',
    onePacket: false,
    owned: true,
    destinations: [],
    ...fields,
  }
}

export function backend(
  of: ServiceId,
  address: string,
  fields: Partial<Omit<Destination, 'service' | 'address'>> = {},
): Destination {
  const base = { service: of, address: address as Ip, port: 8080, forward: 'nat' as const }
  return { ...base, weight: 1, upper: 0, lower: 0, ...fields }
}

/** The changes that make a service with its destinations. */
export function building(row: Service): Change[] {
  const backends = row.destinations.map(
    destination => ({ op: 'create', kind: 'destination', row: destination }) as const,
  )
  return [{ op: 'create', kind: 'service', row }, ...backends]
}

export function ipip(): Tunnel {
  return { type: 'ipip', port: 0, checksum: 'none' }
}
export function gue(port: number, checksum: Tunnel['checksum']): Tunnel {
  return { type: 'gue', port, checksum }
}
export function gre(checksum: Tunnel['checksum']): Tunnel {
  return { type: 'gre', port: 0, checksum }
}
