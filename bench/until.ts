/** Wait for something to be in the kernel's table, looking every five milliseconds, alike for all programs. */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseIp } from '../src/model/ip.ts'
import { type Service, type ServiceId, serviceId } from '../src/model/rows.ts'
import { ipvsTable } from '../src/table/ipvs/table.ts'

/** A TCP service over IPv4, as the benchmark's configuration has them. */
export function tcpService(vip: string, port: number): ServiceId {
  const address = parseIp(vip)
  if (address === undefined) throw new Error(`no VIP: ${vip}`)
  return serviceId('tcp', 'ipv4', address, port)
}

/** Resolves with the seconds it took, from `began` (of performance.now) on. */
export async function untilKernelHas(
  id: ServiceId,
  began: number,
  condition: (service: Service) => boolean,
  check: () => void = () => {},
): Promise<number> {
  const table = ipvsTable()
  try {
    for (;;) {
      check()
      const { service } = await table.read({ services: [id] })
      const row = service?.get(id.key)
      if (row !== undefined && condition(row)) return (performance.now() - began) / 1000
      if (performance.now() - began > 600_000) throw new Error(`${id.key} never came`)
      await sleep(5)
    }
  } finally {
    table.close()
  }
}
