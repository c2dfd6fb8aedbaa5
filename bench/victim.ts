/** A backend that falls silent when told to, and knows since when: it takes connections and says nothing. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What a backend that is well says. */
export const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n'

export interface Victim {
  readonly address: string
  readonly port: number
  /** When the first connection came that got no answer, in milliseconds of performance.now. */
  silentSince(): number | undefined
  hang(): void
  close(): void
}

/** A backend at an address of loopback, in this process. */
export async function openVictim(address: string): Promise<Victim> {
  let hung = false
  let since: number | undefined
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (hung) since ??= performance.now()
    else socket.once('data', () => socket.end(answer))
  })
  server.listen(0, address)
  await once(server, 'listening')
  return {
    address,
    port: (server.address() as AddressInfo).port,
    silentSince: () => since,
    hang() {
      hung = true
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
