/**
 * Backends that answer, in a process of their own: `fork('answering.js')`. It tells its ports when it
 * listens, on all addresses of loopback, and at each message the processor time that it took since the
 * last one, in seconds.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { answer } from './victim.ts'

export interface Ports {
  readonly tcp: number
  readonly http: number
}

/** What is needed of HTTP: the first packet is the request. */
function answerHttp(socket: Socket): void {
  socket.once('data', () => socket.end(answer))
}

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen({ host: '0.0.0.0', port: 0, backlog: 4096 })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

// Whoever only connects also leaves: reading is what sees that.
const ports: Ports = {
  tcp: await listen(socket => socket.resume()),
  http: await listen(answerHttp),
}
let before = process.cpuUsage()
process.on('message', () => {
  const { user, system } = process.cpuUsage(before)
  before = process.cpuUsage()
  process.send?.((user + system) / 1e6)
})
process.on('disconnect', () => process.exit())
process.send?.(ports)
