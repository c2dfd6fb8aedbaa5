/**
 * The IPVS table alone, against its floors: `npm run lab -- node dist/bench/ipvs-table.js`.
 *
 * 10,000 services with 10 destinations each, every measurement in a fresh network namespace of the
 * same boot. Encoding has no kernel in it; the floor of writing is bytes that were prepared before;
 * ipvsadm is what else there is. The estimator of the kernel is off: it takes a share of the CPU
 * that has nothing to do with any of this.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Change } from '../src/model/change.ts'
import type { Ip } from '../src/model/ip.ts'
import { type Destination, type Service, type ServiceId, serviceId } from '../src/model/rows.ts'
import { openChannel } from '../src/netlink/channel.ts'
import { familyId } from '../src/netlink/genl.ts'
import { type Libc, libc } from '../src/netlink/libc.ts'
import { openNetlink, protocol } from '../src/netlink/socket.ts'
import { applyChanges } from '../src/table/ipvs/apply.ts'
import { ipvsTable } from '../src/table/ipvs/table.ts'
import { currentNamespace, enterFreshNamespace } from '../test/lab/namespace.ts'

const services = Number(process.argv[2] ?? 10_000)
const backends = 10
const rounds = 3

function rowsOf(count: number): Service[] {
  return Array.from({ length: count }, (_, i) => {
    const id = serviceId(
      'tcp',
      'ipv4',
      `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}` as Ip,
      80,
    )
    const destinations = Array.from({ length: backends }, (_, k) => destination(id, i, k))
    const plain = { scheduler: 'wrr', schedulerFlags: 0, persistence: 0, netmask: 32, engine: '' }
    return { id, ...plain, onePacket: false, owned: true, destinations }
  })
}

function destination(service: ServiceId, i: number, k: number): Destination {
  const n = i * backends + k
  const address = `172.${16 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}` as Ip
  return { service, address, port: 8080, forward: 'nat', weight: 1, upper: 0, lower: 0 }
}

const changesOf = (rows: readonly Service[]): Change[] =>
  rows.flatMap(row => [
    { op: 'create' as const, kind: 'service' as const, row },
    ...row.destinations.map(one => ({
      op: 'create' as const,
      kind: 'destination' as const,
      row: one,
    })),
  ])

/** The C library, but nothing is sent: chunks are kept, and the last message of each acknowledged. */
function recorder(chunks: Buffer[]): Libc {
  const words = new Uint32Array(9)
  return {
    ...libc(),
    send(_fd, bytes, length) {
      chunks.push(Buffer.from(bytes.subarray(0, length)))
      words.set([36, 2, sequenceOfLast(bytes, length), 0, 0])
      return length
    },
    boxes: memory => ({ count: 1, headers: new Uint8Array(), kept: memory, lengthOf: () => 36 }),
    recvmmsg(_fd, boxes) {
      const [box] = boxes.kept as Uint8Array[]
      box?.set(new Uint8Array(words.buffer))
      return 1
    },
  }
}

function sequenceOfLast(bytes: Uint8Array, length: number): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, length >> 2)
  let last = 0
  for (let at = 0; at < length; at += words[at >> 2] ?? length) last = at
  return words[(last >> 2) + 2] ?? 0
}

async function encode(family: number, changes: readonly Change[]): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  const netlink = openNetlink(protocol.generic, { libc: recorder(chunks) })
  await applyChanges(netlink, family, changes)
  netlink.close()
  return chunks
}

/** Nothing but send, and waiting for the acknowledgement of each chunk. */
function sendPrepared(chunks: readonly Buffer[]): void {
  const channel = openChannel(libc(), { protocol: protocol.generic, timeout: 10_000 })
  for (const chunk of chunks) {
    if (channel.send(chunk, chunk.length) !== 0) throw new Error('a chunk was not sent')
    if (channel.receive(true) !== 1) throw new Error('a chunk was not acknowledged')
  }
  channel.close()
}

/** An empty table; the namespace left behind stays, since taking it down costs time of its own. */
function fresh(): void {
  left.push(currentNamespace())
  enterFreshNamespace()
  writeFileSync('/proc/sys/net/ipv4/vs/run_estimation', '0')
}
const left: unknown[] = []

const times = new Map<string, number[]>()

async function time<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const start = performance.now()
  const result = await work()
  const taken = performance.now() - start
  times.set(what, [...(times.get(what) ?? []), taken])
  return result
}

async function round(withIpvsadm: boolean): Promise<void> {
  const changes = changesOf(rowsOf(services))
  const control = openNetlink(protocol.generic)
  const family = familyId(control, 'IPVS', { message: 'no IPVS', hint: '' })
  control.close()
  const chunks = await time('encode, nothing sent', () => encode(family, changes))
  fresh()
  await time('floor: prepared bytes sent', () => sendPrepared(chunks))
  fresh()
  const table = ipvsTable()
  const failures = await time('apply', () => table.apply(changes))
  if (failures.length > 0) throw failures[0]?.error
  const state = await time('read', () => table.read())
  if (state.service?.size !== services) throw new Error('the read lacks services')
  table.close()
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const
  const text = await time('ipvsadm -Sn', () => execFileSync('ipvsadm', ['-Sn'], options))
  if (!withIpvsadm) return
  fresh()
  await time('ipvsadm -R', () => execFileSync('ipvsadm', ['-R'], { input: text }))
}

for (let i = 0; i < rounds; i++) await round(i === 0)
console.log(`${services} services x ${backends} destinations, best of ${rounds}, milliseconds\n`)
for (const [what, taken] of times) {
  const all = taken.map(one => one.toFixed(0)).join(' ')
  console.log(
    `${what.padEnd(28)}${Math.min(...taken)
      .toFixed(0)
      .padStart(8)}   (${all})`,
  )
}
process.exit(0)
