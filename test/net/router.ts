/** What tests ask of a router, whichever program is one. */
import type { Family } from '../../src/model/ip.ts'
import { type Machine, runOn } from './segment.ts'

/** A speaker as its router is configured for it. */
export interface Neighbour {
  readonly address: string
  readonly as: number
  readonly password?: string
  /** Packets from it must have come over no more than so many hops (RFC 5082). */
  readonly ttlSecurity?: number
  /** It is not on the same network. */
  readonly multihop?: number
  /** Both if absent. */
  readonly families?: readonly Family[]
  /** Seconds; 90 if absent. */
  readonly hold?: number
  /** The session ends when it tells of more. */
  readonly maxPrefixes?: number
  /** IPv4 routes may have an IPv6 next hop (RFC 8950). gobgpd is not told so. */
  readonly extendedNextHop?: boolean
  /** Its routes are kept for so many seconds when it is cut. gobgpd alone has to be told so. */
  readonly gracefulRestart?: number
}

export interface RouterOptions {
  readonly as: number
  readonly neighbours: readonly Neighbour[]
  /** It logs no routes, which takes time. */
  readonly quiet?: boolean
}

/** A route as a router has learned it. Only attributes that were there. */
export interface Learned {
  /** `192.0.2.1/32`. */
  readonly prefix: string
  readonly nextHop: string
  readonly path: readonly number[]
  /** `65000:1`. */
  readonly communities: readonly string[]
  readonly large: readonly string[]
  readonly med?: number
  readonly localPref?: number
}

export interface Heard {
  readonly told: number
  readonly withdrawn: number
}

/** A daemon that speaks BGP with the speakers under test, and puts what it learns into its kernel. */
export interface Router {
  readonly kind: 'BIRD' | 'FRR' | 'gobgpd'
  readonly machine: Machine
  readonly as: number
  /** It would take a call: each of them pauses when it starts and after a session has ended. */
  awaits(neighbour: string): Promise<boolean>
  established(neighbour: string): Promise<boolean>
  /** All that it has learned of a family, by prefix and next hop. */
  learned(family: Family): Promise<readonly Learned[]>
  /** Asks the neighbour to tell everything again (RFC 2918). gobgpd never does. */
  refresh?(neighbour: string): Promise<void>
  /** Ends the session; it may come again. */
  reset(neighbour: string): Promise<void>
  /** How often it was told of a prefix, and told to forget it, by messages of any session. */
  heard(prefix: string): Heard
  /** Its own log, of updates, too. */
  said(): string
  /** SIGSTOP and SIGCONT make it silent and let it speak again. */
  signal(signal: NodeJS.Signals): void
  end(): Promise<void>
}

/** The routes of BGP in a router's kernel: next hops by prefix, both sorted. */
export type KernelRoutes = Readonly<Record<string, readonly string[]>>

interface RouteJson {
  readonly dst: string
  readonly gateway?: string
  readonly via?: { readonly host: string }
  readonly nexthops?: readonly RouteJson[]
}

/** Reads them by ip(8): both the protocol of BIRD and those of FRR. */
export async function kernelRoutes(machine: Machine): Promise<KernelRoutes> {
  const found: Record<string, string[]> = {}
  for (const family of ['-4', '-6'])
    for (const protocol of ['bird', 'bgp']) {
      const { stdout } = await runOn(
        machine,
        'ip',
        family,
        '-j',
        'route',
        'show',
        'proto',
        protocol,
      )
      for (const route of JSON.parse(stdout || '[]') as readonly RouteJson[]) {
        const hops = (route.nexthops ?? [route]).map(hop => hop.gateway ?? hop.via?.host ?? '')
        const prefix = withLength(route.dst, family === '-4' ? 32 : 128)
        found[prefix] = [...(found[prefix] ?? []), ...hops].sort()
      }
    }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** ip(8) leaves out the length of a host route. */
function withLength(prefix: string, bits: number): string {
  return prefix.includes('/') ? prefix : `${prefix}/${bits}`
}

/** How many routes of BGP a kernel has. */
export async function kernelCount(machine: Machine): Promise<number> {
  let lines = 0
  for (const family of ['-4', '-6'])
    for (const protocol of ['bird', 'bgp']) {
      const { stdout } = await runOn(machine, 'ip', family, 'route', 'show', 'proto', protocol)
      lines += stdout.split('\n').filter(line => /^\S/.test(line)).length
    }
  return lines
}
