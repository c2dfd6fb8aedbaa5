/** Settings of the kernel that a configuration can state: timeouts, sync daemons, and switches to keep. */
import { longestIdle } from '../config/duration.ts'
import { kernelTimeouts } from '../model/defaults.ts'
import type { Sync } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import { switchNames } from '../model/switches.ts'
import type { Block } from './block.ts'
import { string } from './service.ts'

/** The key in `[kernel]` of each switch that has one of its own. */
const keys = new Map<string, string>(Object.entries(switchNames).map(([key, name]) => [name, key]))

const vs = 'net.ipv4.vs.'

/** `[kernel]` and its tables, as far as they have something to say. */
export function kernelBlocks(state: State, keep: ReadonlySet<string>): readonly Block[] {
  const kept = [...keep].sort()
  const own = kept.flatMap(name => keys.get(name) ?? [])
  const others = kept.filter(name => name.startsWith(vs) && !keys.has(name))
  const blocks = [
    // Daemons have no room for a mark: whoever wants those that run must say so.
    { title: '[ownership]', lines: state.sync.size > 0 ? ['conflict = "adopt"'] : [] },
    { title: '[kernel]', lines: [...own.map(keepLine), ...timeoutLines(state)] },
    { title: '[kernel.vs]', lines: others.map(name => keepLine(name.slice(vs.length))) },
    ...[...state.sync.values()].map(row => ({ title: '[[kernel.sync]]', lines: syncLines(row) })),
  ]
  return blocks.filter(block => block.lines.length > 0)
}

function keepLine(key: string): string {
  return `${key} = "keep" # the services need it, but live it is otherwise`
}

/** Longer ones than a configuration may ask for stay as they are, since nothing is said of them. */
function timeoutLines(state: State): readonly string[] {
  const row = state.timeouts.get('timeouts')
  const stated = (['tcp', 'tcpfin', 'udp'] as const).flatMap(name => {
    const seconds = row?.[name]
    if (seconds === undefined || seconds === kernelTimeouts[name] || seconds > longestIdle)
      return []
    return [`${name} = ${string(`${seconds}s`)}`]
  })
  return stated.length === 0 ? [] : [`timeouts = { ${stated.join(', ')} }`]
}

function syncLines(row: Sync): readonly string[] {
  return [
    `role = ${string(row.role)}`,
    `interface = ${string(row.interface)}`,
    `id = ${row.id}`,
    `group = ${string(row.group)}`,
    `port = ${row.port}`,
    `ttl = ${row.ttl}`,
    `maxlen = ${row.maxlen}`,
  ]
}
