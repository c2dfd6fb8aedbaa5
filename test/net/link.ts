/**
 * Two machines with a cable between them, and what goes over it: `eth0` of here, 10.77.0.1/24, and
 * `eth0` of there, 10.77.0.2/24, with fd77::1 and fd77::2.
 */
import type { Mac } from '../../src/l2/mac.ts'
import { type FrameListener, openFrameListener } from '../../src/l2/packet-socket.ts'
import { libc } from '../../src/netlink/libc.ts'
import {
  currentNamespace,
  enterFreshNamespace,
  freshNamespace,
  inside,
  ip,
  type Namespace,
  run,
} from '../lab/namespace.ts'
import { until } from './until.ts'

export interface Cable {
  readonly here: Namespace
  readonly there: Namespace
  /** The hardware addresses of both ends. */
  readonly mac: Mac
  readonly farMac: Mac
}

/** Moves to a fresh namespace that has a neighbour in another. */
export async function enterCable(): Promise<Cable> {
  enterFreshNamespace()
  const here = currentNamespace()
  const there = freshNamespace()
  ip(
    here,
    `link add eth0 type veth peer name eth0 netns ${there.path}`,
    'link set eth0 up',
    'address add 10.77.0.1/24 dev eth0',
    'address add fd77::1/64 dev eth0 nodad',
  )
  ip(
    there,
    'link set eth0 up',
    'address add 10.77.0.2/24 dev eth0',
    'address add fd77::2/64 dev eth0 nodad',
  )
  await untilCarrier(here, 'eth0')
  return { here, there, mac: macOf(here, 'eth0'), farMac: macOf(there, 'eth0') }
}

/** Waits until a link can be sent on. */
export async function untilCarrier(namespace: Namespace, name: string): Promise<void> {
  const look = (): string => linkOf(namespace, name).operstate
  await until(`${name} has a carrier`, look, state => state === 'UP')
}

interface ShownLink {
  readonly ifindex: number
  readonly address: string
  readonly operstate: string
}

/** What ip(8) says of a link. */
export function linkOf(namespace: Namespace, name: string): ShownLink {
  const [link] = JSON.parse(run(namespace, 'ip', '-j', 'link', 'show', name)) as ShownLink[]
  if (link === undefined) throw new Error(`no link ${name}`)
  return link
}

export function macOf(namespace: Namespace, name: string): Mac {
  return linkOf(namespace, name).address as Mac
}

/** The hardware address that a machine knows for a neighbour, as ip-neighbour(8) shows it. */
export function neighbourOf(namespace: Namespace, address: string): string | undefined {
  const shown = JSON.parse(run(namespace, 'ip', '-j', 'neigh', 'show', address)) as readonly {
    readonly lladdr?: string
  }[]
  return shown[0]?.lladdr
}

/** What a machine hears of one Ethernet type. */
export interface Capture {
  /** All frames since this was last asked. */
  frames(): Buffer[]
  close(): void
}

export function capture(namespace: Namespace, etherType: number): Capture {
  const listener: FrameListener = inside(namespace, () =>
    openFrameListener(libc(), linkOf(namespace, 'eth0').ifindex, etherType),
  )
  return {
    frames() {
      const heard: Buffer[] = []
      listener.receive(frame => heard.push(Buffer.from(frame)))
      return heard
    },
    close: () => listener.close(),
  }
}
