/** Settings of the kernel that a configuration can state: timeouts, sync daemons, and switches to keep. */
import type { Sync } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Block } from './block.ts'
import { string } from './service.ts'

/** What a kernel has that nobody told otherwise (ip_vs_proto_tcp.c, ip_vs_proto_udp.c), in seconds. */
const usualTimeouts = { tcp: 900, tcpfin: 120, udp: 300 }

/** The switches that have a key of their own in `[kernel]`. */
const switches: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': 'ip_forward',
  'net.ipv6.conf.all.forwarding': 'ipv6_forward',
  'net.ipv4.vs.conntrack': 'conntrack',
}

const vs = 'net.ipv4.vs.'

/** `[kernel]` and its tables, as far as they have something to say. */
export function kernelBlocks(state: State, keep: ReadonlySet<string>): readonly Block[] {
  const kept = [...keep].sort()
  const own = kept.flatMap(name => switches[name] ?? [])
  const others = kept.filter(name => name.startsWith(vs) && !(name in switches))
  const blocks = [
    { title: '[kernel]', lines: [...own.map(keepLine), ...timeoutLines(state)] },
    { title: '[kernel.vs]', lines: others.map(name => keepLine(name.slice(vs.length))) },
    ...[...state.sync.values()].map(row => ({ title: '[[kernel.sync]]', lines: syncLines(row) })),
  ]
  return blocks.filter(block => block.lines.length > 0)
}

function keepLine(key: string): string {
  return `${key} = "keep" # the services need it, but live it is otherwise`
}

function timeoutLines(state: State): readonly string[] {
  const row = state.timeouts.get('timeouts')
  const keys = (['tcp', 'tcpfin', 'udp'] as const).flatMap(name =>
    row?.[name] === undefined || row[name] === usualTimeouts[name]
      ? []
      : [`${name} = ${string(`${row[name]}s`)}`],
  )
  return keys.length === 0 ? [] : [`timeouts = { ${keys.join(', ')} }`]
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
