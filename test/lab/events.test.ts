/** Events of links and addresses, from the kernel itself. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type LinkEvent, listenLinks } from '../../src/netlink/events.ts'
import { rounds } from '../rounds.ts'
import { enterFreshNamespace, ip } from './namespace.ts'

const runs = rounds(3, 100)

interface Ear {
  readonly events: LinkEvent[]
  /** The next call, or nothing for so long, in milliseconds. */
  next(patience?: number): Promise<LinkEvent | undefined>
  /** The next call that is another: the kernel may still have had something to tell of what was before. */
  after(call: LinkEvent): Promise<LinkEvent | undefined>
  close(): Promise<void>
}

/** Listens in a fresh namespace that has a link `d0` and the pair `v0`, `v1`. */
async function listen(): Promise<Ear> {
  enterFreshNamespace()
  // Without link-local addresses: the kernel would tell of each when it has looked for duplicates, seconds later.
  ip(
    undefined,
    'link add d0 type dummy',
    'link set d0 addrgenmode none up',
    'link add v0 type veth peer name v1',
    'link set v0 addrgenmode none up',
  )
  const events: LinkEvent[] = []
  const listener = listenLinks(event => events.push(event), { gather: 5, spacing: 20 })
  const ear: Ear = {
    events,
    async next(patience = 5000) {
      for (const start = performance.now(); performance.now() - start < patience; await sleep(5))
        if (events.length > 0) return events.shift()
      return undefined
    },
    async after(call) {
      for (;;) {
        const next = await ear.next()
        if (next !== call) return next
      }
    },
    close: () => listener.close(),
  }
  while ((await ear.next(200)) !== undefined);
  return ear
}

/** What must stand first, or the change would be none and the kernel would tell nothing. */
const beforehand: Readonly<Record<string, string>> = {
  'it is flushed': 'addr add 192.0.2.1/32 dev d0',
  'a link comes up': 'link set d0 down',
}

for (const [what, ...lines] of [
  ['an IPv4 address is added', 'addr add 192.0.2.1/32 dev d0'],
  ['it is flushed', 'addr flush dev d0'],
  ['an IPv6 address is added', 'addr add 2001:db8::1/128 dev d0 nodad'],
  ['a link goes down', 'link set d0 down'],
  ['a link comes up', 'link set d0 up'],
  ['a link is renamed', 'link set d0 name d1'],
  ['a link is deleted with its peer', 'link del v0'],
  ['a link is made', 'link add d2 type dummy'],
] as const)
  test(`${what}: that is told`, async () => {
    const ear = await listen()
    const before = beforehand[what]
    if (before !== undefined) ip(undefined, before)
    while ((await ear.next(200)) !== undefined);
    ip(undefined, ...lines)
    assert.is(await ear.next(), 'changed')
    await ear.close()
  })

test('nothing changes: nothing is told', async () => {
  const ear = await listen()
  execFileSync('ip', ['address'])
  assert.is(await ear.next(300), undefined)
  await ear.close()
})

test(`a burst of 4000 addresses under a blocked loop: it goes on listening (${runs} rounds)`, async () => {
  const ear = await listen()
  const lines = Array.from({ length: 4000 }, (_, i) => `10.${(i >> 8) + 1}.${i & 255}.1/32 dev d0`)
  for (let round = 0; round < runs; round++) {
    // Synchronous: the loop stands still while they come and go.
    const op = round % 2 === 0 ? 'add' : 'del'
    ip(undefined, ...lines.map(line => `addr ${op} ${line}`))
    assert.is(await ear.after('changed'), 'lost')
    while ((await ear.next(200)) !== undefined);
    ip(undefined, 'link set v1 down', 'link set v1 up')
    assert.is(await ear.next(), 'changed')
    while ((await ear.next(100)) !== undefined);
  }
  await ear.close()
})

test('a burst that the loop can follow is few calls', async () => {
  const ear = await listen()
  const child: ChildProcess = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin?.end(
    Array.from({ length: 4000 }, (_, i) => `addr add 10.9.${i >> 8}.${i & 255}/32 dev d0\n`).join(
      '',
    ),
  )
  const began = performance.now()
  await once(child, 'exit')
  const took = performance.now() - began
  await sleep(200)
  assert.ok(ear.events.length >= 1)
  assert.ok(ear.events.length <= took / 20 + 2, `${ear.events.length} calls in ${took} ms`)
  await ear.close()
})

test('SIGTERM is heard after a burst under a blocked loop', async () => {
  const ear = await listen()
  let heard = false
  process.once('SIGTERM', () => {
    heard = true
  })
  ip(
    undefined,
    ...Array.from({ length: 8000 }, (_, i) => `addr add 10.9.${i >> 8}.${i & 255}/32 dev d0`),
  )
  process.kill(process.pid, 'SIGTERM')
  // A signal that is waited for does not keep Node running.
  for (let waited = 0; !heard && waited < 5000; waited += 10) await sleep(10)
  assert.ok(heard)
  await ear.close()
})

test('listening does not keep a process from ending', async () => {
  const events = new URL('../../src/netlink/events.js', import.meta.url).href
  const script = `import { listenLinks } from '${events}'; const l = listenLinks(() => {}); if (process.argv[1]) await l.close()`
  for (const args of [[], ['close']])
    execFileSync(process.execPath, ['--input-type=module', '-e', script, ...args], {
      timeout: 60_000,
    })
})

test.run()
