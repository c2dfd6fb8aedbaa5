/**
 * A router to be told of routes: BIRD 2 in a network namespace of its own, which goes with it. It has an
 * address for each session, so that one process is as many neighbours as wanted.
 *
 *     10.77.255.1 (here) - 10.77.1.N/16 (there)
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { searchPath } from '../test/lab/kernel/packages.ts'
import { tryCommand } from '../test/lab/kernel/run-command.ts'
import { freshNamespace, inside, ip, type Namespace, run } from '../test/lab/namespace.ts'

export const ourAs = 65001
export const itsAs = 65000

/** Where it is told from. */
export const ourAddress = '10.77.255.1'

/** How long anything may take to come, in milliseconds. */
const patience = 300_000

export interface Router {
  /** By session. */
  readonly addresses: readonly string[]
  /**
   * Waits until it has so many routes, counting each as often as it was told. Looks each 20 ms, unless
   * `pause` says otherwise; `alive` may throw.
   */
  untilRoutes(count: number, pause?: number, alive?: () => void): Promise<void>
  /** What it logged so far: states and messages, each line with its time. */
  log(): string
  /** Calls back with each route that goes from its kernel, until it is closed. */
  watchKernel(gone: (prefix: string) => void): void
  close(): Promise<void>
}

/** Starts it beside this namespace. Routes go into its kernel, too, as soon as it knows them. */
export async function openRouter(sessions: number, hold: number): Promise<Router> {
  const namespace = freshNamespace()
  const addresses = Array.from({ length: sessions }, (_, at) => `10.77.1.${at + 1}`)
  ip(
    undefined,
    `link add bench0 type veth peer name lan netns ${namespace.path}`,
    `address add ${ourAddress}/16 dev bench0`,
    'link set bench0 up',
  )
  ip(namespace, ...addresses.map(address => `address add ${address}/16 dev lan`), 'link set lan up')
  const directory = mkdtempSync(join(tmpdir(), 'slb-bench-bird-'))
  const [file, log, socket] = ['bird.conf', 'log', 'bird.ctl'].map(name => join(directory, name))
  writeFileSync(file ?? '', configOf(addresses, hold, log ?? ''))
  const bird = start(namespace, 'bird', '-f', '-c', file ?? '', '-s', socket ?? '')
  const children = [bird]
  const ask = async (...command: string[]): Promise<string> => {
    const args = ['-s', socket ?? '', ...command]
    return (await inside(namespace, () => tryCommand('birdc', args))).stdout
  }
  await untilIt(
    'BIRD answers',
    async () => (await ask('show', 'status')).includes('Daemon is up'),
    20,
  )
  return {
    addresses,
    untilRoutes: (count, pause = 20, alive = () => {}) =>
      untilIt(
        `${count} routes`,
        async () => routesIn(await ask('show', 'route', 'count')) === count,
        pause,
        alive,
      ),
    log: () => readFileSync(log ?? '', 'utf8'),
    watchKernel(gone) {
      const monitor = start(namespace, 'ip', '-4', 'monitor', 'route')
      children.push(monitor)
      if (monitor.stdout === null) return
      createInterface(monitor.stdout).on('line', line => {
        const [, prefix] = /^Deleted (?:unicast )?(\S+)/.exec(line) ?? []
        if (prefix !== undefined) gone(prefix)
      })
    },
    async close() {
      for (const child of children) await end(child)
      run(undefined, 'ip', 'link', 'delete', 'bench0')
      namespace.close()
      rmSync(directory, { recursive: true })
    },
  }
}

function routesIn(text: string): number {
  return Number(/^(\d+) of \d+ routes .* in table master4$/m.exec(text)?.[1])
}

function configOf(addresses: readonly string[], hold: number, log: string): string {
  return [
    `log "${log}" all;`,
    'timeformat log iso long ms;',
    'router id 10.77.1.1;',
    'protocol device {}',
    'protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }',
    `template bgp speaker {
  local as ${itsAs};
  direct;
  passive on;
  hold time ${hold};
  error wait time 1, 2;
  debug { states, packets };
  ipv4 { import all; export none; };
}`,
    // Of protocols with one neighbour BIRD starts the first alone; by the port, which it never calls, they
    // are neighbours of their own.
    ...addresses.map(
      (address, at) =>
        `protocol bgp p${at + 1} from speaker { source address ${address}; neighbor ${ourAddress} port ${10_000 + at} as ${ourAs}; }`,
    ),
    '',
  ].join('\n')
}

function start(namespace: Namespace, command: string, ...args: string[]): ChildProcess {
  return inside(namespace, () =>
    spawn(command, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, PATH: searchPath },
    }),
  )
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** @param pause between looks, in milliseconds. */
async function untilIt(
  what: string,
  isSo: () => Promise<boolean>,
  pause: number,
  alive: () => void = () => {},
): Promise<void> {
  for (const began = performance.now(); ; await sleep(pause)) {
    alive()
    if (await isSo()) return
    if (performance.now() - began > patience) throw new Error(`${what}: never`)
  }
}
