/**
 * Another program that works on the same IPVS table all the time, as a process of its own: makes and
 * deletes services, edits those of slb, and now and then clears the whole table.
 *
 * It knows at every moment what should stand of its own, so it notices when somebody else took
 * something away: then a change of its own fails. Says when it begins, and ends on SIGTERM with its
 * figures as JSON.
 */
import { execFileSync } from 'node:child_process'
import type { Change } from '../../src/model/change.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type Destination, type Service, type ServiceId, serviceId } from '../../src/model/rows.ts'
import { openNetlink, protocol } from '../../src/netlink/socket.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'

/** What the churner did, and how often the table was not as it had left it. */
export interface Churned {
  readonly made: number
  readonly deleted: number
  readonly edited: number
  readonly cleared: number
  /** Changes of its own that failed: each is something of its own that somebody else changed. */
  readonly wronged: readonly string[]
}

/** Services of slb that it edits, as `-t ADDRESS:PORT`. */
const [victims = ''] = process.argv.slice(2)

const table = ipvsTable(() => openNetlink(protocol.generic))
const standing: Service[] = []
const wronged: string[] = []
const counts = { made: 0, deleted: 0, edited: 0, cleared: 0 }
let ending = false
let random = 12345

/** Numbers from 0 to below `limit`, the same in every run (Numerical Recipes' generator). */
function below(limit: number): number {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0
  return Math.floor((random / 2 ** 32) * limit)
}

function service(id: ServiceId): Service {
  return {
    id,
    scheduler: 'rr',
    schedulerFlags: 0,
    persistence: 0,
    netmask: 32,
    engine: '',
    onePacket: false,
    owned: false,
    destinations: [],
  }
}

function destination(of: ServiceId, address: string, weight: number): Destination {
  const { port } = of
  return { service: of, address: address as Ip, port, forward: 'nat', weight, upper: 0, lower: 0 }
}

async function apply(change: Change): Promise<void> {
  for (const { error } of await table.apply([change])) wronged.push(error.message)
}

async function make(): Promise<void> {
  const port = 1 + (counts.made % 60_000)
  const row = service(serviceId('tcp', 'ipv4', '198.51.100.1' as Ip, port))
  counts.made++
  standing.push(row)
  await apply({ op: 'create', kind: 'service', row })
  await apply({
    op: 'create',
    kind: 'destination',
    row: destination(row.id, '10.9.0.1', 1),
  })
}

async function remove(): Promise<void> {
  const [row] = standing.splice(below(standing.length), 1)
  if (row === undefined) return
  counts.deleted++
  await apply({ op: 'delete', kind: 'service', row })
}

/**
 * Meddles with a service of slb, as `ipvsadm -E`, `-a`, `-e` and `-d` do: the first wipes its mark.
 * Where the service or the destination is gone at the moment, nothing happens.
 */
async function edit(): Promise<void> {
  const names = victims.split(',')
  const [address = '', port = ''] = (names[below(names.length)] ?? '').split(':')
  const row = service(serviceId('tcp', 'ipv4', address as Ip, Number(port)))
  const known = destination(row.id, '10.0.0.1', 7)
  const meddling: readonly Change[] = [
    { op: 'update', kind: 'service', row: { ...row, scheduler: 'lc' } },
    { op: 'create', kind: 'destination', row: destination(row.id, '10.66.0.1', 1) },
    { op: 'update', kind: 'destination', row: known },
    { op: 'delete', kind: 'destination', row: known },
  ]
  const failures = await table.apply(meddling.slice(below(4)).slice(0, 1))
  if (failures.length === 0) counts.edited++
}

function clear(): void {
  execFileSync('ipvsadm', ['-C'])
  standing.length = 0
  counts.cleared++
}

process.on('SIGTERM', () => {
  ending = true
})
console.log('at work')
for (let step = 1; !ending; step++) {
  if (standing.length < 30 || (standing.length < 100 && below(2) === 0)) await make()
  else await remove()
  if (step % 10 === 0) await edit()
  if (step % 150 === 0) clear()
  if (step % 5 === 0) await new Promise(resolve => setTimeout(resolve, below(4)))
}
for (const row of [...standing]) {
  await apply({ op: 'update', kind: 'service', row })
}
table.close()
console.log(JSON.stringify({ ...counts, wronged } satisfies Churned))
