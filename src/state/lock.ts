/** One writer per network namespace. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { SlbError } from '../model/error.ts'

/**
 * An abstract unix socket (unix(7)): its name belongs to the network namespace, as the IPVS tables
 * do, and the kernel frees it when the holder dies, however it dies. There is no stale lock.
 */
const address = '\0slb/writer'

export interface Lock {
  release(): Promise<void>
}

/**
 * Takes the lock of this network namespace.
 *
 * @param holder said to whoever is refused: `slb apply, pid 4242`.
 * @throws SlbError `locked` naming the holder, if it answers.
 */
export async function takeLock(holder: string): Promise<Lock> {
  const clients = new Set<Socket>()
  const server = createServer(client => {
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('error', () => {})
    client.end(`${holder}\n`)
  })
  try {
    await listening(server)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    const who = await askHolder()
    throw new SlbError('locked', `another slb is at work in this network namespace (${who})`, {
      errno: 'EADDRINUSE',
      hint: who.startsWith('slb run')
        ? 'it is the daemon: name its socket with --socket, or stop it'
        : 'wait until it has ended, then try again',
      cause,
    })
  }
  server.unref()
  return {
    release: () =>
      new Promise(done => {
        server.close(() => done())
        // A server ends only with its last connection, and any process of the namespace may hold one.
        for (const client of clients) client.destroy()
      }),
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path: address }, () => resolve())
  })
}

/** Who holds the lock, in its own words; a busy holder may not answer in time. */
function askHolder(): Promise<string> {
  return new Promise(resolve => {
    let answer = ''
    const socket = connect({ path: address })
    const end = (): void => {
      socket.destroy()
      resolve(answer.trim() || 'it is too busy to say who it is')
    }
    socket.setTimeout(500, end)
    socket.on('data', data => {
      answer += data
    })
    socket.on('error', end)
    socket.on('end', end)
  })
}
