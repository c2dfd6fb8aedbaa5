/** A daemon that checks backends, and clients that show where traffic goes. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { type DaemonRig, daemonRig, untilSaved } from './daemon-rig.ts'
import { inside } from './namespace.ts'
import { labRig } from './rig.ts'
import { type Machine, type Network, withNetwork } from './topology.ts'

export const vip = '192.0.2.10'

/** A service with two backends, and a check with these keys. */
export const web = (check: string, more = ''): string => `[service.web]
vip = "${vip}"
port = 80
scheduler = "rr"
drain = "2s"
backends = ["10.2.0.11:8080", "10.2.0.12:8080"]
${more}
[service.web.check]
interval = "200ms"
timeout = "100ms"
rise = 2
fall = 2
${check}
`

/** What `ipvsadm -Sn` says of it and of its backends. */
export const row = '-A -t 192.0.2.10:80 -s rr'
export const one = '-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w 1'
export const two = '-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w 1'

/** A server that tells its name; closed, its port refuses. */
export async function serve({ name, namespace }: Machine, port = 8080): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.end(`${name} ${socket.remoteAddress}\n`)
  })
  inside(namespace, () => server.listen(port))
  if (!server.listening) await once(server, 'listening')
  return server.unref()
}

export interface Scene {
  readonly network: Network
  readonly daemon: DaemonRig
  readonly servers: Server[]
}

/** A daemon that checks two backends, both of which answer. Further machines answer, too. */
export function checked(
  text: string,
  work: (scene: Scene) => Promise<void>,
  machines = 2,
): Promise<void> {
  return withNetwork(machines, async network => {
    const servers = await Promise.all(network.backends.map(backend => serve(backend)))
    network.open.push(...servers)
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    daemon.rig.file('etc/slb.toml', text)
    try {
      await daemon.start()
      await untilSaved(row, one, two)
      await work({ network, daemon, servers })
    } finally {
      await daemon.stop()
    }
  })
}

/** From now on its port refuses. */
export async function close(server: Server | undefined): Promise<void> {
  server?.close()
  if (server !== undefined) await once(server, 'close')
}
