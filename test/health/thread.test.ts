/** The real thread, real sockets on loopback: lists go in, changes come out, at all ends. */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { Worker } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../src/health/checker.ts'
import type { Figures } from '../../src/health/figures.ts'
import type { Watched } from '../../src/health/panel.ts'
import { type CheckingEnds, startChecking, Watcher } from '../../src/health/watcher.ts'
import type { Ip } from '../../src/model/ip.ts'
import { usualRules } from './rig.ts'

const entry = new URL('./tcp-thread.js', import.meta.url)
const rules = { ...usualRules, interval: 100, fastInterval: 100, timeout: 50, rise: 1, fall: 2 }

function watched(port: number, service: string, more: object = {}): Watched {
  const key = `tcp 127.0.0.1:${port}`
  const address = '127.0.0.1' as Ip
  return {
    check: { key, question: { type: 'tcp' }, rules, address, port },
    groups: [service],
    shown: 'unknown',
    ...more,
  }
}

/** Ends that remember, and wake whoever waits. */
class Memory implements CheckingEnds {
  readonly changes: Change[] = []
  readonly beats: Figures[] = []
  readonly deaths: Error[] = []
  #wake: (() => void)[] = []
  changed = (changes: readonly Change[]): void => {
    this.changes.push(...changes)
    this.#tell()
  }
  alert = (): void => {}
  beat = (figures: Figures): void => {
    this.beats.push(figures)
    this.#tell()
  }
  died = (error: Error): void => {
    this.deaths.push(error)
    this.#tell()
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#wake.push(resolve))
  }
  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

async function serve(port = 0): Promise<Server> {
  const server = createServer(socket => socket.destroy())
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

test('a backend comes up, dies and comes back, and is told each time', async () => {
  const memory = new Memory()
  const checking = startChecking(memory, entry)
  const server = await serve()
  const port = portOf(server)
  checking.watcher.watch([watched(port, 'web')])
  await memory.until(() => memory.changes.length === 1)
  assert.is(memory.changes[0]?.judgement.verdict, 'up')
  server.close()
  await memory.until(() => memory.changes.length === 2)
  const down = memory.changes[1]?.judgement
  assert.is(down?.verdict, 'down')
  assert.match(down?.why ?? '', 'ECONNREFUSED')
  assert.equal((await checking.watcher.snapshot()).get(`tcp 127.0.0.1:${port}`)?.verdict, 'down')
  const again = await serve(port)
  await memory.until(() => memory.changes.length === 3)
  assert.is(memory.changes[2]?.judgement.verdict, 'up')
  await memory.until(() => memory.beats.length > 0)
  assert.is(memory.beats[0]?.checks, 1)
  again.close()
  await checking.close()
  assert.equal(memory.deaths, [])
})

test('a list of many arrives whole, and the one after it as what differs', async () => {
  const memory = new Memory()
  const checking = startChecking(memory, entry)
  const many = Array.from({ length: 2001 }, (_, at) => watched(20_000 + at, 'web', { shown: 'up' }))
  const slow = many.map(one => ({
    ...one,
    check: { ...one.check, rules: { ...rules, interval: 600_000 } },
  }))
  checking.watcher.watch(slow)
  assert.is((await checking.watcher.snapshot()).size, 2001)
  checking.watcher.watch(slow.slice(600))
  checking.watcher.watch(slow.slice(700))
  checking.watcher.watch([...slow.slice(800), watched(19_999, 'mail', { shown: 'down' })])
  const all = await checking.watcher.snapshot()
  assert.is(all.size, 1202)
  assert.ok(all.has('tcp 127.0.0.1:19999') && !all.has('tcp 127.0.0.1:20799'))
  checking.watcher.watch([])
  assert.is((await checking.watcher.snapshot()).size, 0)
  await checking.close()
})

test('a further end says what is watched, from a thread of its own; the first one hears of it', async () => {
  const memory = new Memory()
  const checking = startChecking(memory, entry)
  const server = await serve()
  const port = checking.port()
  const code = `
    import { workerData } from 'node:worker_threads'
    const { Watcher } = await import(workerData.module)
    const watcher = new Watcher(workerData.port, { changed() { throw new Error('not asked for') } })
    watcher.watch(workerData.list)
  `
  const module = new URL('../../src/health/watcher.js', import.meta.url).href
  const engine = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { port, module, list: [watched(portOf(server), 'web')] },
    transferList: [port],
  })
  await memory.until(() => memory.changes.length === 1)
  await engine.terminate()
  // The checks go on without whoever ordered them.
  server.close()
  await memory.until(() => memory.changes.length === 2)
  // And another end that takes its place begins anew.
  const news: Change[] = []
  const other = new Watcher(checking.port(true), {
    changed: changes => {
      news.push(...changes)
    },
  })
  other.watch([watched(1, 'mail')])
  assert.equal([...(await other.snapshot()).keys()], ['tcp 127.0.0.1:1'])
  await memory.until(() => memory.changes.length === 3)
  assert.is((await other.snapshot()).get('tcp 127.0.0.1:1')?.verdict, 'down')
  assert.equal(
    news.map(({ key }) => key),
    ['tcp 127.0.0.1:1'],
  )
  await checking.close()
})

test('the thread of slb itself asks by TCP and by HTTP', async () => {
  const memory = new Memory()
  const checking = startChecking(memory)
  const server = createHttpServer((_, response) => response.writeHead(503).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connects = watched(port, 'web')
  const answers = {
    ...connects,
    check: {
      ...connects.check,
      key: 'http',
      rules: { ...rules, timeout: 1000 },
      question: {
        type: 'http' as const,
        method: 'GET',
        path: '/',
        headers: {},
        expect: [[200, 299]] as const,
        redirects: 0,
      },
    },
  }
  checking.watcher.watch([connects, answers])
  await memory.until(() => memory.changes.length === 2)
  const all = await checking.watcher.snapshot()
  assert.is(all.get(connects.check.key)?.verdict, 'up')
  assert.is(all.get('http')?.verdict, 'down')
  assert.is(all.get('http')?.why, 'status 503, not 200-299')
  await checking.close()
  server.closeAllConnections()
  server.close()
})

test('a thread that dies says so once', async () => {
  const memory = new Memory()
  startChecking(memory, new URL('data:text/javascript,throw new Error("a bug")'))
  await memory.until(() => memory.deaths.length > 0)
  await new Promise(resolve => setTimeout(resolve, 100))
  assert.equal(
    memory.deaths.map(({ message }) => message),
    ['a bug'],
  )
})

test.run()
