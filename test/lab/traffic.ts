/** Small servers and clients for lab tests, each in the namespace it belongs to. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, Socket } from 'node:net'
import { inside, insideNextTick } from './namespace.ts'
import type { Machine, Network } from './topology.ts'

/** On each of these: a server that tells its name to every connection, then echoes what it gets. */
export async function serveTcp(
  { open }: Network,
  machines: readonly Machine[],
  port: number,
): Promise<void> {
  for (const machine of machines) {
    const server = createServer(socket => {
      socket.unref().on('error', () => socket.destroy())
      socket.write(`${machine.name} ${socket.remoteAddress}\n`)
      socket.pipe(socket)
    })
    open.push(server.unref())
    inside(machine.namespace, () => server.listen(port))
    if (!server.listening) await once(server, 'listening')
  }
}

/** On each of these: a server that answers every datagram with its name. */
export async function serveUdp(
  { open }: Network,
  machines: readonly Machine[],
  port: number,
): Promise<void> {
  for (const machine of machines) {
    const socket = createSocket({ type: 'udp6', ipv6Only: false }).unref()
    socket.on('message', (_, from) => socket.send(machine.name, from.port, from.address))
    open.push(socket)
    await bind(machine, socket, port)
  }
}

/** A connected flow that can be asked for an echo. */
export interface Flow {
  /** The name of the backend that took it. */
  readonly backend: string
  /** The address that it came from, as that backend saw it. */
  readonly seenAs: string
  /** Send a line and wait for it to come back; rejects when the connection is gone. */
  echo(line: string): Promise<string>
  close(): void
}

/** Connect to a VIP from a machine. Rejects when refused, reset or silent for `timeout` ms. */
export async function connect(
  from: Machine,
  address: string,
  port: number,
  timeout = 5000,
): Promise<Flow> {
  const socket = new Socket()
  const lines = lineQueue(socket, timeout)
  await insideNextTick(from.namespace, () => socket.connect(port, address))
  const [backend = '', remote = ''] = (await lines()).split(' ')
  return {
    backend,
    seenAs: remote.replace(/^::ffff:/, ''),
    echo: line => {
      socket.write(`${line}\n`)
      return lines()
    },
    close: () => socket.destroy(),
  }
}

/** Which backends take `count` new connections, in order. */
export async function askNames(
  from: Machine,
  address: string,
  port: number,
  count: number,
): Promise<string[]> {
  const names: string[] = []
  for (let index = 0; index < count; index++) {
    const flow = await connect(from, address, port)
    names.push(flow.backend)
    flow.close()
  }
  return names
}

/** Which backend answers one datagram; rejects when none does within `timeout` ms. */
export async function askUdp(
  from: Machine,
  address: string,
  port: number,
  timeout = 5000,
): Promise<string> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  try {
    await bind(from, socket, 0)
    socket.send('who are you?', port, address)
    const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(timeout) })
    return String(message)
  } finally {
    socket.close()
  }
}

async function bind(machine: Machine, socket: UdpSocket, port: number): Promise<void> {
  const listening = once(socket, 'listening')
  await insideNextTick(machine.namespace, () => socket.bind(port))
  await listening
}

/** The lines that a socket receives, one at a time. */
function lineQueue(socket: Socket, timeout: number): () => Promise<string> {
  let text = ''
  let fault: Error | undefined
  let wake = (): void => {}
  socket.on('data', chunk => {
    text += chunk.toString()
    wake()
  })
  socket.on('error', error => {
    fault = error
    wake()
  })
  socket.on('close', () => {
    fault ??= new Error('connection closed')
    wake()
  })
  return async () => {
    const silent = setTimeout(() => socket.destroy(new Error(`silent for ${timeout} ms`)), timeout)
    try {
      for (;;) {
        const end = text.indexOf('\n')
        if (end >= 0) {
          const line = text.slice(0, end)
          text = text.slice(end + 1)
          return line
        }
        if (fault !== undefined) throw fault
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    } finally {
      clearTimeout(silent)
    }
  }
}
