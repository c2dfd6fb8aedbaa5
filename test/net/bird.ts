/** BIRD 2 as a router, driven by its configuration file and birdc(8). */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Daemon, ownDirectory, startDaemon } from './daemon.ts'
import type { Heard, Learned, Neighbour, Router, RouterOptions } from './router.ts'
import { type Machine, runOn } from './segment.ts'
import { until } from './until.ts'

/** A BIRD that runs; routers have one, and so have hosts whose speaker is a routing table. */
export interface Bird {
  /** What birdc prints for a command. */
  ask(...command: string[]): Promise<string>
  readonly daemon: Daemon
  end(): Promise<void>
}

/** Starts BIRD with a configuration and waits until it answers. */
export async function startBird(machine: Machine, config: string, quiet = false): Promise<Bird> {
  const directory = ownDirectory('bird')
  const file = join(directory.path, 'bird.conf')
  const socket = join(directory.path, 'bird.ctl')
  const debug = quiet ? '' : 'debug protocols { states, routes, events };'
  writeFileSync(file, `log stderr all;\n${debug}\n${config}`)
  const daemon = startDaemon(machine, 'bird', '-f', '-c', file, '-s', socket)
  const ask = async (...command: string[]): Promise<string> => {
    const { stdout, stderr } = await runOn(machine, 'birdc', '-s', socket, ...command)
    return stdout + stderr
  }
  const end = async (): Promise<void> => {
    await daemon.end()
    directory.remove()
  }
  try {
    await until(
      'BIRD answers',
      () => ask('show', 'status'),
      said => said.includes('Daemon is up'),
    )
  } catch (error) {
    await end()
    throw new Error(`${error}\n${daemon.said()}`)
  }
  return { ask, daemon, end }
}

/** A session as BIRD counts it. */
export interface Session {
  /** The how-manieth with this neighbour it is; absent = none stands. */
  readonly nth?: number
  /** Routes that it was told of by messages, and told to forget, of both families. */
  readonly updates: number
  readonly withdrawals: number
}

export interface BirdRouter extends Router {
  session(neighbour: string): Promise<Session>
  /** What birdc prints for a command. */
  ask(...command: string[]): Promise<string>
}

/** A router with BIRD. It waits for the speakers to come, and spreads traffic over equal ways. */
export async function birdRouter(machine: Machine, options: RouterOptions): Promise<BirdRouter> {
  const bird = await startBird(machine, configOf(machine, options), options.quiet)
  const names = new Map(options.neighbours.map(({ address }, index) => [address, `peer${index}`]))
  const nameOf = (neighbour: string): string => names.get(neighbour) ?? neighbour
  return {
    kind: 'BIRD',
    machine,
    as: options.as,
    awaits: async neighbour =>
      (await bird.ask('show', 'protocols', nameOf(neighbour))).includes('Passive'),
    established: async neighbour =>
      (await bird.ask('show', 'protocols', nameOf(neighbour))).includes('Established'),
    learned: async family => {
      const table = family === 'ipv4' ? 'master4' : 'master6'
      return parseRoutes(await bird.ask('show', 'route', 'table', table, 'all'))
    },
    refresh: async neighbour => {
      await bird.ask('reload', 'in', nameOf(neighbour))
    },
    reset: async neighbour => {
      await bird.ask('restart', nameOf(neighbour))
    },
    heard: prefix => heardOf(bird.daemon.said(), prefix),
    session: async neighbour => {
      const name = nameOf(neighbour)
      const text = await bird.ask('show', 'protocols', 'all', name)
      // What it logged before it answered is read by now, or in the next turn.
      await nextTurn()
      await nextTurn()
      return sessionOf(text, bird.daemon.said(), name)
    },
    ask: bird.ask,
    said: () => bird.daemon.said(),
    signal: signal => bird.daemon.signal(signal),
    end: () => bird.end(),
  }
}

function configOf({ ipv4 }: Machine, { as, neighbours }: RouterOptions): string {
  const kernel = (['ipv4', 'ipv6'] as const).map(
    family =>
      `protocol kernel { learn; ${family} { import all; export where source = RTS_BGP; }; merge paths on; }`,
  )
  return [
    `router id ${ipv4};`,
    'protocol device {}',
    'protocol direct { ipv4; ipv6; }',
    ...kernel,
    ...neighbours.map((neighbour, index) => peerConfig(as, neighbour, index)),
    '',
  ].join('\n')
}

function peerConfig(as: number, neighbour: Neighbour, index: number): string {
  const { families = ['ipv4', 'ipv6'], hold = 90, maxPrefixes, password } = neighbour
  const far = neighbour.extendedNextHop === true ? ' extended next hop on;' : ''
  const limit = maxPrefixes === undefined ? '' : ` import limit ${maxPrefixes} action restart;`
  return [
    `protocol bgp peer${index} {`,
    `  local as ${as};`,
    `  neighbor ${neighbour.address} as ${neighbour.as};`,
    '  passive on;',
    `  hold time ${hold};`,
    '  error wait time 1, 2;',
    neighbour.multihop === undefined ? '  direct;' : `  multihop ${neighbour.multihop};`,
    ...(neighbour.ttlSecurity === undefined ? [] : ['  ttl security on;']),
    ...(password === undefined ? [] : [`  password "${password}";`]),
    ...families.map(
      family =>
        `  ${family} { import keep filtered off; import all; export none;${limit}${family === 'ipv4' ? far : ''} };`,
    ),
    '}',
  ].join('\n')
}

/**
 * What `show protocols all NAME` of BIRD 2 tells, and its log. Since when a session stands is no name for
 * it: BIRD works that out anew each time, and not always to the same millisecond.
 */
function sessionOf(text: string, said: string, name: string): Session {
  const stands = /^peer\d+ +BGP +\S+ +up +\S+ +Established/m.test(text)
  const sum = (words: string): number =>
    [...text.matchAll(new RegExp(`${words}: +(\\d+)`, 'g'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    )
  return {
    ...(stands && { nth: said.split(`${name}: BGP session established\n`).length - 1 }),
    updates: sum('Import updates'),
    withdrawals: sum('Import withdraws'),
  }
}

/** `show route all` of BIRD 2: a route by each line that does not begin with a tab. */
export function parseRoutes(text: string): readonly Learned[] {
  const found: Learned[] = []
  let prefix = ''
  for (const part of text.split(/^(?!\t)/m)) {
    const head = /^(\S*) +\w+ \[/.exec(part)
    if (head === null) continue
    prefix = head[1] || prefix
    if (part.includes('BGP.as_path')) found.push(parseRoute(prefix, part))
  }
  return found.sort((a, b) => order(a, b))
}

function order(a: Learned, b: Learned): number {
  const [left, right] = [a, b].map(({ prefix, nextHop }) => `${prefix} ${nextHop}`)
  return (left ?? '') < (right ?? '') ? -1 : 1
}

function parseRoute(prefix: string, text: string): Learned {
  const value = (name: string): string | undefined =>
    new RegExp(`BGP\\.${name}: (.*)$`, 'm').exec(text)?.[1]
  const lists = (name: string): string[] =>
    [...(value(name) ?? '').matchAll(/\(([^)]*)\)/g)].map(found =>
      (found[1] ?? '').replaceAll(/[, ]+/g, ':'),
    )
  const med = value('med')
  const localPref = value('local_pref')
  return {
    prefix,
    nextHop: (value('next_hop') ?? '').split(' ')[0] ?? '',
    path: (value('as_path') ?? '').split(' ').filter(Boolean).map(Number),
    communities: lists('community'),
    large: lists('large_community'),
    ...(med === undefined ? {} : { med: Number(med) }),
    ...(localPref === undefined ? {} : { localPref: Number(localPref) }),
  }
}

/**
 * What BIRD logged of a prefix with `debug { routes }`. The end of a session takes routes away by the
 * same words: count only while it stands.
 */
export function heardOf(said: string, prefix: string): Heard {
  const text = `${prefix.replaceAll('.', '\\.')} `
  const count = (words: string): number =>
    [...said.matchAll(new RegExp(`peer\\d+\\.ipv[46] > (?:${words}) .*${text}`, 'g'))].length
  return {
    told: count('added \\[\\w+\\]|updated \\[\\w+\\]|ignored'),
    withdrawn: count('removed \\[\\w+\\]'),
  }
}
