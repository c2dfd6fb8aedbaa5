/** FRR's zebra and bgpd as a router, driven by configuration files and vtysh(1). */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gracefulShutdown } from '../../src/model/announcement.ts'
import { ownDirectory, startDaemon } from './daemon.ts'
import type { Heard, Learned, Neighbour, Router, RouterOptions } from './router.ts'
import { type Machine, runOn } from './segment.ts'
import { until } from './until.ts'

/** zebra and bgpd that run; routers have them, and so have hosts whose speaker is a routing table. */
export interface Frr {
  /** What vtysh prints for commands, given one after the other. */
  ask(...commands: string[]): Promise<string>
  said(): string
  signal(signal: NodeJS.Signals): void
  end(): Promise<void>
}

const programs = '/usr/lib/frr'

/** Starts both with one configuration, as in /etc/frr/frr.conf, and waits until they have taken it. */
export async function startFrr(machine: Machine, config: string, quiet = false): Promise<Frr> {
  const directory = ownDirectory('frr')
  const run = join(directory.path, 'run')
  const log = join(directory.path, 'log')
  mkdirSync(run)
  writeFileSync(log, '')
  const configFile = join(directory.path, 'frr.conf')
  const debug = quiet ? '' : 'debug bgp updates in\ndebug bgp neighbor-events\n'
  writeFileSync(configFile, `${config}\n${debug}`)
  const empty = join(directory.path, 'empty.conf')
  writeFileSync(empty, '')
  // They give up root for the user frr before they write anything.
  execFileSync('chown', ['-R', 'frr:frr', directory.path])
  const start = (program: string) =>
    startDaemon(
      machine,
      join(programs, program),
      ...['-f', empty, '-i', join(run, `${program}.pid`), '-z', join(run, 'zserv.api')],
      ...['--vty_socket', run, '-P', '0', '--log', `file:${log}`, '--log-level', 'debugging'],
    )
  const ask = async (...commands: string[]): Promise<string> => {
    const words = commands.flatMap(command => ['-c', command])
    const { stdout, stderr } = await runOn(machine, 'vtysh', '--vty_socket', run, ...words)
    return stdout + stderr
  }
  const zebra = start('zebra')
  await until('zebra is there', () => existsSync(join(run, 'zserv.api')), Boolean)
  const bgpd = start('bgpd')
  const end = async (): Promise<void> => {
    await Promise.all([bgpd.end(), zebra.end()])
    directory.remove()
  }
  const said = (): string => readFileSync(log, 'utf8')
  try {
    await until('bgpd is there', () => existsSync(join(run, 'bgpd.vty')), Boolean)
    const told = await runOn(machine, 'vtysh', '--vty_socket', run, '-f', configFile)
    if (told.status !== 0) throw new Error(`FRR refuses: ${told.stdout}${told.stderr}\n${config}`)
  } catch (error) {
    await end()
    throw new Error(`${error}\n${zebra.said()}${bgpd.said()}`)
  }
  return { ask, said, signal: signal => bgpd.signal(signal), end }
}

/** A router with FRR. It waits for the speakers to come, and spreads traffic over equal ways. */
export async function frrRouter(machine: Machine, options: RouterOptions): Promise<Router> {
  const frr = await startFrr(machine, configOf(machine, options), options.quiet)
  return {
    kind: 'FRR',
    machine,
    as: options.as,
    awaits: async neighbour => (await stateOf(frr, neighbour)) === 'Active',
    established: async neighbour => (await stateOf(frr, neighbour)) === 'Established',
    learned: async family => parseRoutes(await frr.ask(`show bgp ${family} unicast json detail`)),
    refresh: async neighbour => {
      await frr.ask(`clear bgp ${neighbour} in`)
    },
    reset: async neighbour => {
      await frr.ask(`clear bgp ${neighbour}`)
    },
    heard: prefix => heardOf(frr.said(), prefix),
    said: frr.said,
    signal: frr.signal,
    end: frr.end,
  }
}

async function stateOf(frr: Frr, neighbour: string): Promise<string | undefined> {
  const said = await frr.ask(`show bgp neighbors ${neighbour} json`)
  return (JSON.parse(said) as Record<string, { bgpState?: string }>)[neighbour]?.bgpState
}

function configOf({ ipv4 }: Machine, { as, neighbours }: RouterOptions): string {
  const families = ['ipv4', 'ipv6'] as const
  return [
    'frr defaults traditional',
    // Of two next hops the link-local one is FRR's choice, which says nothing about whose it is.
    'route-map global permit 10',
    ' set ipv6 next-hop prefer-global',
    `router bgp ${as}`,
    ` bgp router-id ${ipv4}`,
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ' no bgp network import-check',
    ...neighbours.flatMap(peerConfig),
    ...families.flatMap(family => [
      ` address-family ${family} unicast`,
      '  maximum-paths 8',
      ...neighbours
        .filter(({ families: told = families }) => told.includes(family))
        .flatMap(({ address, maxPrefixes }) => [
          `  neighbor ${address} activate`,
          ...(family === 'ipv6' ? [`  neighbor ${address} route-map global in`] : []),
          ...(maxPrefixes === undefined
            ? []
            : [`  neighbor ${address} maximum-prefix ${maxPrefixes}`]),
        ]),
      ' exit-address-family',
    ]),
    '',
  ].join('\n')
}

function peerConfig(neighbour: Neighbour): readonly string[] {
  const { address, as, hold = 90, password, multihop, ttlSecurity } = neighbour
  const { extendedNextHop = false } = neighbour
  const lines = [
    `remote-as ${as}`,
    'passive',
    `timers ${Math.max(1, Math.floor(hold / 3))} ${hold}`,
    'timers connect 1',
    ...(password === undefined ? [] : [`password ${password}`]),
    ...(multihop === undefined || ttlSecurity !== undefined ? [] : [`ebgp-multihop ${multihop}`]),
    ...(extendedNextHop ? ['capability extended-nexthop'] : []),
    ...(ttlSecurity === undefined ? [] : [`ttl-security hops ${ttlSecurity}`]),
  ]
  return lines.map(line => ` neighbor ${address} ${line}`)
}

interface PathJson {
  readonly aspath?: { readonly segments?: readonly { readonly list: readonly number[] }[] }
  readonly metric?: number
  readonly locPrf?: number
  readonly localpref?: number
  readonly community?: { readonly list?: readonly string[]; readonly string?: string }
  readonly largeCommunity?: { readonly string?: string }
  readonly nexthops?: readonly { readonly ip?: string; readonly scope?: string }[]
}

/** `show bgp FAMILY unicast json detail`. */
export function parseRoutes(text: string): readonly Learned[] {
  const { routes = {} } = JSON.parse(text) as {
    routes?: Readonly<Record<string, readonly PathJson[]>>
  }
  // Before the paths of a prefix comes an entry about the prefix itself.
  return Object.entries(routes).flatMap(([prefix, found]) =>
    found.filter(path => path.aspath !== undefined).map(path => parsePath(prefix, path)),
  )
}

function parsePath(prefix: string, path: PathJson): Learned {
  const nextHop = path.nexthops?.find(({ scope }) => scope !== 'link-local')?.ip ?? ''
  const med = path.metric
  const localPref = path.locPrf ?? path.localpref
  const words = (text = ''): readonly string[] => text.split(' ').filter(Boolean)
  return {
    prefix,
    nextHop,
    path: path.aspath?.segments?.flatMap(({ list }) => list) ?? [],
    // The one that FRR shows by name, of those that tests use (RFC 8326).
    communities: words(path.community?.string?.replace('graceful-shutdown', gracefulShutdown)),
    large: words(path.largeCommunity?.string),
    ...(med === undefined ? {} : { med }),
    ...(localPref === undefined ? {} : { localPref }),
  }
}

/** What FRR logged of a prefix with `debug bgp updates in`. */
export function heardOf(said: string, prefix: string): Heard {
  const text = prefix.replaceAll('.', '\\.')
  const count = (line: RegExp): number => [...said.matchAll(line)].length
  return {
    told: count(new RegExp(`rcvd ${text} IPv[46] unicast`, 'g')),
    withdrawn: count(new RegExp(`rcvd UPDATE about ${text} .*-- withdrawn`, 'g')),
  }
}
