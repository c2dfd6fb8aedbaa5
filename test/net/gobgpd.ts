/** gobgpd as a router, driven by its configuration file and gobgp(1). It has no kernel routes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownDirectory, startDaemon } from './daemon.ts'
import type { Heard, Learned, Neighbour, Router, RouterOptions } from './router.ts'
import { type Machine, runOn } from './segment.ts'
import { until } from './until.ts'

/** A router with gobgpd that waits for the speakers to come. */
export async function gobgpRouter(machine: Machine, options: RouterOptions): Promise<Router> {
  const directory = ownDirectory('gobgp')
  const file = join(directory.path, 'gobgpd.toml')
  writeFileSync(file, configOf(machine, options))
  const daemon = startDaemon(
    machine,
    'gobgpd',
    ...['-f', file, '--api-hosts', '127.0.0.1:50051', '--pprof-disable', '-l', 'debug', '-p'],
  )
  const ask = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await runOn(machine, 'gobgp', '-j', ...words)
    return stdout || stderr
  }
  const stateOf = async (neighbour: string): Promise<number | undefined> =>
    (JSON.parse(await ask('neighbor', neighbour)) as PeerJson).state?.session_state
  const end = async (): Promise<void> => {
    await daemon.end()
    directory.remove()
  }
  try {
    await until(
      'gobgpd has its neighbours',
      () => ask('neighbor'),
      said => options.neighbours.every(({ address }) => said.includes(`"${address}"`)),
    )
  } catch (error) {
    await end()
    throw new Error(`${error}\n${daemon.said()}`)
  }
  return {
    kind: 'gobgpd',
    machine,
    as: options.as,
    awaits: async neighbour => (await stateOf(neighbour)) === sessionState.active,
    established: async neighbour => (await stateOf(neighbour)) === sessionState.established,
    learned: async family => parseRoutes(await ask('global', 'rib', '-a', family)),
    reset: async neighbour => {
      // Its own reset takes no call for 30 seconds, whatever its configuration says.
      await ask('neighbor', neighbour, 'disable')
      await ask('neighbor', neighbour, 'enable')
    },
    heard: prefix => heardOf(daemon.said(), prefix),
    said: () => daemon.said(),
    signal: signal => daemon.signal(signal),
    end,
  }
}

/** SessionState in gobgp's API. */
const sessionState = { active: 3, established: 6 } as const

interface PeerJson {
  readonly state?: { readonly session_state?: number }
}

function configOf({ ipv4 }: Machine, { as, neighbours }: RouterOptions): string {
  return [
    '[global.config]',
    `  as = ${as}`,
    `  router-id = "${ipv4}"`,
    ...neighbours.flatMap(peerConfig),
    '',
  ].join('\n')
}

function peerConfig(neighbour: Neighbour): readonly string[] {
  const { address, as, families = ['ipv4', 'ipv6'], hold = 90, password } = neighbour
  const { multihop, ttlSecurity, gracefulRestart } = neighbour
  return [
    '[[neighbors]]',
    '  [neighbors.config]',
    `    neighbor-address = "${address}"`,
    `    peer-as = ${as}`,
    ...(password === undefined ? [] : [`    auth-password = "${password}"`]),
    '  [neighbors.transport.config]',
    '    passive-mode = true',
    '  [neighbors.timers.config]',
    `    hold-time = ${hold}`,
    `    keepalive-interval = ${Math.max(1, Math.floor(hold / 3))}`,
    ...(multihop === undefined
      ? []
      : [
          '  [neighbors.ebgp-multihop.config]',
          '    enabled = true',
          `    multihop-ttl = ${multihop}`,
        ]),
    ...(ttlSecurity === undefined
      ? []
      : [
          '  [neighbors.ttl-security.config]',
          '    enabled = true',
          `    ttl-min = ${256 - ttlSecurity}`,
        ]),
    ...(gracefulRestart === undefined
      ? []
      : [
          '  [neighbors.graceful-restart.config]',
          '    enabled = true',
          `    restart-time = ${gracefulRestart}`,
        ]),
    ...families.flatMap(family => [
      '  [[neighbors.afi-safis]]',
      '    [neighbors.afi-safis.config]',
      `      afi-safi-name = "${family}-unicast"`,
      ...(gracefulRestart === undefined
        ? []
        : ['    [neighbors.afi-safis.mp-graceful-restart.config]', '      enabled = true']),
    ]),
  ]
}

interface PathJson {
  readonly attrs: readonly AttributeJson[]
}

/** Numbers are those of the path attributes of RFC 4271, 1997, 4760 and 8092. */
interface AttributeJson {
  readonly type: number
  readonly value?: unknown
  readonly nexthop?: string
  readonly metric?: number
  readonly communities?: readonly number[]
  readonly as_paths?: readonly { readonly asns: readonly number[] }[]
}

/** What gobgpd logged of a prefix at level debug. */
export function heardOf(said: string, prefix: string): Heard {
  const count = (part: RegExp): number =>
    [...said.matchAll(/msg="received update".*$/gm)].filter(([line]) => {
      const told = part.exec(line)?.[1] ?? ''
      return told.split(/[ ,\]]+/).includes(prefix)
    }).length
  return {
    told: count(/nlri="\[(.*?)\]"/) + count(/MpReach.*?NLRIs: \[(.*?)\]/),
    withdrawn: count(/withdrawals="\[(.*?)\]"/) + count(/MpUnreach.*?NLRIs: \[(.*?)\]/),
  }
}

/** `gobgp global rib -j`. */
export function parseRoutes(text: string): readonly Learned[] {
  if (!text.trim().startsWith('{')) return []
  const table = JSON.parse(text) as Readonly<Record<string, readonly PathJson[]>>
  return Object.entries(table).flatMap(([prefix, paths]) =>
    paths.map(path => parsePath(prefix, path)),
  )
}

function parsePath(prefix: string, { attrs }: PathJson): Learned {
  const of = (type: number): AttributeJson | undefined => attrs.find(one => one.type === type)
  const med = of(4)?.metric
  const localPref = of(5)?.value
  const large = (of(32)?.value ?? []) as readonly {
    readonly ASN: number
    readonly LocalData1: number
    readonly LocalData2: number
  }[]
  return {
    prefix,
    nextHop: of(14)?.nexthop ?? of(3)?.nexthop ?? '',
    path: of(2)?.as_paths?.flatMap(({ asns }) => asns) ?? [],
    communities: (of(8)?.communities ?? []).map(value => `${value >>> 16}:${value & 0xffff}`),
    large: large.map(({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`),
    ...(med === undefined ? {} : { med }),
    ...(typeof localPref === 'number' ? { localPref } : {}),
  }
}
