/** Backends that fail in the ways in which real ones do, and clients that never stop asking. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { until } from './daemon-rig.ts'
import { inside, insideNextTick } from './namespace.ts'
import type { Machine, Network } from './topology.ts'
import { connect } from './traffic.ts'

const entry = fileURLToPath(new URL('fake-backend.js', import.meta.url))

/** How a backend answers: `fails` concerns health over HTTP alone, `resets` traffic as well. */
export type Mode = 'well' | 'resets' | 'fails'

export interface Backend {
  readonly machine: Machine
  /** When it was asked for its health over HTTP since it has become bad, on the monotonic clock. */
  readonly asked: readonly number[]
  /** Does it in the process that serves now. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  become(mode: Mode): Promise<void>
  /** Ends the process: its ports refuse. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Starts a backend on each machine; they end with the network. */
export function startBackends({ open, backends }: Network): Promise<readonly Backend[]> {
  return Promise.all(
    backends.map(async machine => {
      const backend = fakeBackend(machine)
      await backend.start()
      open.push({ close: () => void backend.kill() })
      return backend
    }),
  )
}

function fakeBackend(machine: Machine): Backend {
  let child: ChildProcessByStdio<Writable, Readable, null> | undefined
  let said = ''
  const asked: number[] = []
  const saying = (line: string): Promise<void> => until(line, () => said.includes(`${line}\n`))
  return {
    machine,
    asked,
    signal: signal => child?.kill(signal),
    async become(mode) {
      said = ''
      asked.length = 0
      child?.stdin.write(`${mode}\n`)
      await saying(`is ${mode}`)
    },
    async kill() {
      if (child === undefined) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      child = undefined
      await gone
    },
    async start() {
      said = ''
      const one = inside(machine.namespace, () =>
        spawn(process.execPath, [entry, machine.name], { stdio: ['pipe', 'pipe', 'inherit'] }),
      )
      one.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (/asked (fails|resets)/.test(chunk.toString())) asked.push(performance.now())
      })
      child = one
      await saying('ready')
    },
  }
}

/** One answer that a client got, or did not get. */
export interface Asking {
  /** When it began, on the monotonic clock. */
  readonly at: number
  /** The name of the backend; what went wrong if there is none. */
  readonly answer: string
}

export interface Clients {
  /** All that have ended, in the order in which they began. */
  readonly all: readonly Asking[]
  /** Waits until each that began between now and `milliseconds` later has ended; gives their answers. */
  during(milliseconds: number): Promise<readonly string[]>
  /** Ends them when those that have begun have ended. */
  stop(): Promise<readonly Asking[]>
}

/** How long a client waits, in milliseconds: long enough for a connection that is sent twice. */
const patience = 4000

/** Clients that connect to a VIP one after the other, whatever became of the one before, until the network closes. */
export function clients(
  { client, open: things }: Network,
  address: string,
  port: number,
  pause = 25,
): Clients {
  const all: Asking[] = []
  const open = new Map<Promise<void>, number>()
  let going = true
  const ask = async (at: number): Promise<void> => {
    const answer = await connect(client, address, port, patience).then(
      flow => {
        flow.close()
        return flow.backend
      },
      (error: Error) => error.message,
    )
    all.push({ at, answer })
  }
  const loop = (async () => {
    while (going) {
      const at = performance.now()
      const one: Promise<void> = ask(at).finally(() => open.delete(one))
      open.set(one, at)
      await sleep(pause)
    }
  })()
  things.push({
    close() {
      going = false
    },
  })
  const sorted = (): readonly Asking[] => all.sort((a, b) => a.at - b.at)
  return {
    all,
    async during(milliseconds) {
      const begun = performance.now()
      await sleep(milliseconds)
      const ended = performance.now()
      await Promise.all([...open].flatMap(([one, at]) => (at >= begun ? [one] : [])))
      const some = sorted().filter(({ at }) => at >= begun && at <= ended)
      return some.map(({ answer }) => answer)
    },
    async stop() {
      going = false
      await loop
      await Promise.all(open.keys())
      return sorted()
    },
  }
}

export interface Talk {
  /** The names that answered, with the moments, on the monotonic clock. */
  readonly heard: readonly Asking[]
}

/** A UDP client that never pauses: one socket, a datagram every so often. It ends with the network. */
export async function talk(
  { client, open }: Network,
  address: string,
  port: number,
): Promise<Talk> {
  const socket = createSocket('udp4')
  const heard: Asking[] = []
  socket.on('message', message => heard.push({ at: performance.now(), answer: String(message) }))
  socket.on('error', () => {})
  const listening = once(socket, 'listening')
  await insideNextTick(client.namespace, () => socket.bind(0))
  await listening
  const timer = setInterval(() => socket.send('who are you?', port, address), 20)
  open.push({
    close() {
      clearInterval(timer)
      socket.close()
    },
  })
  return { heard }
}
