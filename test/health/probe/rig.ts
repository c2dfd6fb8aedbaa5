/** Servers that fail in every way there is, and what a probe leaves behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import * as assert from 'uvu/assert'
import type { Answer, Probe } from '../../../src/health/probe.ts'
import type { Check, Question } from '../../../src/model/check.ts'
import { type Ip, parseIp } from '../../../src/model/ip.ts'
import { projectFolder } from '../../project.ts'

const pemFolder = join(projectFolder, 'test/health/probe/pem')

/** A file of test/health/probe/pem, as a path: certificates of one authority, until 2120. */
export function pemPath(name: string): string {
  return join(pemFolder, `${name}.pem`)
}

/** Key and certificate of a server. */
export function keyPair(name: string): { key: Buffer; cert: Buffer } {
  return { key: readFileSync(pemPath('key')), cert: readFileSync(pemPath(name)) }
}

export function ip(text: string): Ip {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return address
}

/** Something that a test opened. */
export interface Opened {
  readonly port: number
  close(): Promise<void>
}

/** A TCP server that does with each connection as it is told. */
export function serve(
  handle: (socket: Socket) => void,
  address = '127.0.0.1',
  port = 0,
): Promise<Opened> {
  return listen(createServer(guard(handle)), address, port)
}

/** The same with TLS and one of the certificates. */
export function serveTls(name: string, handle: (socket: Socket) => void): Promise<Opened> {
  return listen(createTlsServer(keyPair(name), guard(handle)), '127.0.0.1')
}

const guard =
  (handle: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.on('error', () => {})
    handle(socket)
    socket.resume()
  }

/** Any server, listening on a free port; its connections are cut when it closes. */
export async function listen(server: Server, address: string, port = 0): Promise<Opened> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    socket.on('error', () => {})
    sockets.add(socket.once('close', () => sockets.delete(socket)))
  })
  server.listen(port, address)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A UDP port that answers each datagram by others. */
export async function datagrams(
  answers: (asked: Buffer) => readonly Buffer[],
  address = '127.0.0.1',
): Promise<Opened> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (asked, from) => {
    for (const answer of answers(asked)) socket.send(answer, from.port, from.address)
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** Answers each request by the same bytes, and does no more. */
export function say(text: string): (socket: Socket) => void {
  return socket => socket.once('data', () => socket.write(text))
}

/** A port that nobody listens to. */
export async function freePort(): Promise<number> {
  const server = await serve(() => {})
  await server.close()
  return server.port
}

/**
 * A port that takes no connection and refuses none: the kernel drops the SYN when the queue of a
 * listener that has been stopped is full.
 */
export async function blackHole(): Promise<Opened> {
  const script = `const s = require('net').createServer().listen(0, '127.0.0.1', 1, () => console.log(s.address().port))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = Number(String((await once(child.stdout, 'data'))[0]))
  child.kill('SIGSTOP')
  await stopped(child)
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await new Promise(resolve => setTimeout(resolve, 100))
  return {
    port,
    async close() {
      for (const socket of fillers) socket.destroy()
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  const state = (): string => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1] ?? ''
  while (!state().startsWith('T')) await new Promise(resolve => setTimeout(resolve, 2))
}

/** Opens something, uses it and closes it. */
export async function using<T>(
  opened: Promise<Opened>,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const it = await opened
  try {
    return await use(it.port)
  } finally {
    await it.close()
  }
}

export interface Extra {
  readonly timeout?: number
  readonly address?: string
  readonly source?: string
  readonly mark?: number
}

/** A check of a port on loopback. */
export function checkOf(question: Question, port: number, extra: Extra = {}): Check {
  const timeout = extra.timeout ?? 5000
  return {
    key: JSON.stringify([question, port, extra]),
    question,
    rules: { interval: 10_000, timeout, rise: 1, fall: 1, fastInterval: 10_000 },
    address: ip(extra.address ?? '127.0.0.1'),
    port,
    ...(extra.source === undefined ? {} : { source: ip(extra.source) }),
    ...(extra.mark === undefined ? {} : { mark: extra.mark }),
  }
}

/** Asks once, with nobody who gives up. */
export function ask(probe: Probe, check: Check): Promise<Answer> {
  return probe(check, new AbortController().signal)
}

/** Asserts a bad answer that is not our own fault. */
export function isDown(answer: Answer, why: string | RegExp): void {
  assert.is(answer.ok, false, JSON.stringify(answer))
  if (answer.ok) return
  if (typeof why === 'string') assert.is(answer.why, why)
  else assert.match(answer.why, why)
  assert.is(answer.own, undefined, `${answer.why}: our own fault?`)
}

/** Asserts that the answer says nothing of the other side. */
export function isOwn(answer: Answer, why: string | RegExp): void {
  assert.is(answer.ok, false)
  if (answer.ok) return
  if (typeof why === 'string') assert.is(answer.why, why)
  else assert.match(answer.why, why)
  assert.is(answer.own, true, `${answer.why}: not our own fault?`)
}

/** The sockets and pipes that this process has open. */
export function openSockets(): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return /^(socket|pipe):/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  }).length
}

/** Timers and children that still are there; of sockets, Node counts those that were collected late. */
function leftovers(): number {
  const kinds = ['Timeout', 'Immediate', 'ProcessWrap']
  return process.getActiveResourcesInfo().filter(kind => kinds.includes(kind)).length
}

/** Asserts that `use` leaves no socket and no timer behind, at the latest some turns of the loop later. */
export async function leavesNothing(use: () => Promise<unknown>): Promise<void> {
  const sockets = openSockets()
  const others = leftovers()
  await use()
  for (let turn = 0; turn < 200; turn++) {
    if (openSockets() <= sockets && leftovers() <= others) return
    await new Promise(resolve => setImmediate(resolve))
    if (turn > 20) await new Promise(resolve => setTimeout(resolve, 5))
  }
  assert.equal([openSockets(), leftovers()], [sockets, others])
}
