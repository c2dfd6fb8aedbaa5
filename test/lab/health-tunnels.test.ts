/** Checks through the VIP take the tunnel that clients' packets take, whichever that is. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { daemonRig, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { insideNextTick, ip, run } from './namespace.ts'
import { labRig } from './rig.ts'
import { type Machine, withNetwork } from './topology.ts'

interface Way {
  readonly name: string
  readonly vip: string
  /** What the service says beside that it is tunnelled; what its check does. */
  readonly keys: string
  readonly check: string
  /** The backend's address, from the number of its machine. */
  readonly backend: (number: number) => string
  /** How the backend takes packets out of the tunnel. */
  readonly unpack: (machine: Machine) => readonly string[]
}

const ways: readonly Way[] = [
  {
    name: 'gre',
    vip: '192.0.2.10',
    keys: 'tunnel = { type = "gre" }',
    check: '',
    backend: number => `10.2.0.${number}`,
    unpack: ({ ipv4 }) => [`link add tunnel type gre local ${ipv4}`],
  },
  {
    name: 'gue',
    vip: '192.0.2.11',
    keys: 'tunnel = { type = "gue", port = 6080 }',
    check: '',
    backend: number => `10.2.0.${number}`,
    unpack: ({ ipv4 }) => ['fou add port 6080 gue', `link add tunnel type ipip local ${ipv4}`],
  },
  {
    name: 'six-over-four',
    vip: '2001:db8::10',
    keys: '',
    check: 'source = "fd02::1"',
    backend: number => `10.2.0.${number}`,
    unpack: ({ ipv4 }) => [`link add tunnel type sit local ${ipv4}`],
  },
  {
    name: 'four-over-six',
    vip: '192.0.2.12',
    keys: '',
    check: 'source = "10.2.0.1"',
    backend: number => `fd02::${number}`,
    unpack: ({ ipv6 }) => [`link add tunnel type ip6tnl mode ipip6 local ${ipv6}`],
  },
]

const textOf = ({ name, vip, keys, check, backend }: Way, index: number): string =>
  `[service.${name}]
vip = "${vip}"
port = 80
forward = "tunnel"
drain = "0s"
${keys}
backends = ["${backend(11 + index)}"]

[service.${name}.check]
type = "tcp"
via = "vip"
interval = "400ms"
timeout = "300ms"
rise = 1
fall = 2
${check}
`

/** What listens at a VIP; closed, its port refuses. */
interface Listener {
  listen(): Promise<void>
  close(): void
}

/** Holds the VIP behind the tunnel, and listens there. */
async function hold({ vip, unpack }: Way, machine: Machine): Promise<Listener> {
  const { namespace } = machine
  ip(namespace, 'link set lo up', ...unpack(machine), 'link set tunnel up')
  ip(namespace, `address add ${vip}${vip.includes(':') ? '/128 dev lo nodad' : '/32 dev lo'}`)
  for (const link of ['all', 'default', 'tunnel'])
    run(namespace, 'sysctl', '-qw', `net.ipv4.conf.${link}.rp_filter=0`)
  const server = createServer(socket => {
    socket.unref()
    socket.on('error', () => socket.destroy())
  }).unref()
  const listener: Listener = {
    async listen() {
      await insideNextTick(namespace, () => server.listen(80, vip))
      if (!server.listening) await once(server, 'listening')
    },
    close: () => void server.close(),
  }
  await listener.listen()
  return listener
}

/** The backends that new connections go to, but for those that lead checks. */
const serving = (): readonly string[] =>
  saved().flatMap(line => /^-a -t \S+ -r (\S+):80 /.exec(line)?.[1] ?? [])

test('gre, gue, and either family over the other: up where it answers behind the tunnel, down where not', () =>
  withNetwork(ways.length, async network => {
    const servers = await Promise.all(
      ways.map((way, index) => hold(way, network.backends[index] ?? network.client)),
    )
    const daemon = daemonRig({ 'slb.toml': ways.map(textOf).join('') }, labRig())
    await daemon.start()
    const untilAll = (): Promise<void> => until('all up', () => serving().length === ways.length)
    try {
      await untilAll()
      for (const [index, server] of servers.entries()) {
        server.close()
        await until(`${ways[index]?.name} down`, () => serving().length === ways.length - 1)
        await server.listen()
        await untilAll()
      }
      assert.not.match(daemon.text(), /fault in slb/)
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${saved().join('\n')}\n${daemon.text()}`)
    } finally {
      await daemon.stop('SIGKILL')
    }
  }))

test.run()
