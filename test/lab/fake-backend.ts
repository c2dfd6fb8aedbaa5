/**
 * A backend as a process of its own, so that it can be killed and stopped like one:
 * `node fake-backend.js NAME`. It tells its name over TCP on ports 8080, 8082 and 8083, over UDP on port
 * 8080, and over HTTP on port 8081; lines on its standard input make it misbehave, and it says when it
 * is asked.
 */
import { createSocket } from 'node:dgram'
import { type EventEmitter, once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { createServer, type Server } from 'node:net'

const [name = ''] = process.argv.slice(2)
let mode = 'well'

/** A port for each service: two that go to one port get each other's answers where clients' ports meet. */
const ports = [8080, 8082, 8083]

const traffic = (): Server =>
  createServer(socket => {
    socket.on('error', () => socket.destroy())
    if (mode === 'resets') return void socket.resetAndDestroy()
    socket.write(`${name} ${socket.remoteAddress}\n`)
    socket.pipe(socket)
  })

const health = createHttp((_, response) => {
  console.log(`asked ${mode}`)
  if (mode === 'resets') return void response.socket?.resetAndDestroy()
  response.statusCode = mode === 'fails' ? 503 : 200
  response.end(name)
})

const listening = (one: EventEmitter): Promise<unknown> => once(one, 'listening')

const datagrams = createSocket('udp4', (_, from) => {
  datagrams.send(name, from.port, from.address)
})

process.stdin.on('data', (chunk: Buffer) => {
  mode = chunk.toString().trim().split('\n').at(-1) ?? mode
  console.log(`is ${mode}`)
})
process.stdin.on('end', () => process.exit())

for (const port of ports) await listening(traffic().listen(port, '0.0.0.0'))
await listening(health.listen(8081, '0.0.0.0'))
await listening(datagrams.bind(8080))
console.log('ready')
