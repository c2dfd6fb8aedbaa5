/** Lines of a snapshot back to rows: the inverse of `lineOf`. */
import { familyOf, hostPrefix } from '../model/ip.ts'
import {
  type Address,
  type Destination,
  fwmarkId,
  type Link,
  type Service,
  type ServiceId,
  type Snat,
  type Sync,
  type Sysctl,
  serviceId,
  type Timeouts,
  type Tunnel,
} from '../model/rows.ts'
import { schedulerFlag } from '../model/scheduler.ts'
import type { Words } from './snapshot-words.ts'

/** The widest numbers of the wire: ports are u16, weights and thresholds u32 with the sign bit free. */
const u16 = 65_535
const u32 = 4_294_967_295

export function parseSysctl(words: Words): Sysctl {
  const name = words.word('a sysctl name')
  words.oneOf('"="', ['='])
  return { name, value: words.rest() }
}

export function parseTimeouts(words: Words): Timeouts {
  const tcp = words.option('tcp', u32, 's')
  const tcpfin = words.option('tcpfin', u32, 's')
  const udp = words.option('udp', u32, 's')
  return {
    ...(tcp !== undefined && { tcp }),
    ...(tcpfin !== undefined && { tcpfin }),
    ...(udp !== undefined && { udp }),
  }
}

export function parseSync(words: Words): Sync {
  const role = words.oneOf('a role', ['master', 'backup'])
  const named = (word: string, max: number): number => {
    words.oneOf(`"${word}"`, [word])
    return words.whole(word, max)
  }
  const link = words.word('an interface')
  const id = named('id', 255)
  words.oneOf('"group"', ['group'])
  const group = words.ip('group')
  const port = named('port', u16)
  const ttl = named('ttl', 255)
  return { role, interface: link, id, group, port, ttl, maxlen: named('maxlen', u16) }
}

export function parseLink(words: Words): Link {
  const name = words.word('a link name')
  const type = words.word('a link type')
  const up = words.oneOf('"up" or "down"', ['up', 'down']) === 'up'
  return { name, type, up, owned: words.take('ours') }
}

export function parseServiceId(words: Words): ServiceId {
  const protocol = words.oneOf('a protocol', ['tcp', 'udp', 'sctp', 'fwmark'])
  if (protocol === 'fwmark') {
    const fwmark = words.whole('fwmark', u32)
    return fwmarkId(fwmark, words.oneOf('a family', ['ipv4', 'ipv6']))
  }
  const { address, port } = words.endpoint()
  return serviceId(protocol, familyOf(address), address, port)
}

/** A service without its destinations: they have lines of their own. */
export function parseService(words: Words): Service {
  const id = parseServiceId(words)
  const scheduler = words.word('a scheduler')
  let schedulerFlags = 0
  for (const name of [
    'sh-fallback',
    'mh-fallback',
    'flag-1',
    'sh-port',
    'mh-port',
    'flag-2',
    'flag-3',
  ]) {
    const flag = schedulerFlag(scheduler, name)
    if (flag !== undefined && words.take(name)) schedulerFlags |= flag
  }
  return {
    id,
    scheduler,
    schedulerFlags,
    persistence: words.option('persistence', u32, 's') ?? 0,
    netmask: words.option('netmask', 128) ?? hostPrefix(id.family),
    engine: words.take('engine') ? words.word('an engine') : '',
    onePacket: words.take('one-packet'),
    owned: words.take('ours'),
    destinations: [],
  }
}

function parseTunnel(words: Words): Tunnel | undefined {
  const type = (['ipip', 'gue', 'gre'] as const).find(name => words.take(name))
  if (type === undefined) return undefined
  const port = words.option('port', u16) ?? 0
  const checksum = words.take('checksum')
    ? words.oneOf('a checksum', ['none', 'full', 'remote'])
    : 'none'
  return { type, port, checksum }
}

/** The line behind its arrow. */
export function parseDestination(words: Words, service: ServiceId): Destination {
  const { address, port } = words.endpoint()
  const forward = words.oneOf('a forwarding method', ['nat', 'direct', 'tunnel', 'local'])
  const tunnel = forward === 'tunnel' ? parseTunnel(words) : undefined
  words.oneOf('"weight"', ['weight'])
  const weight = words.whole('weight', 2_147_483_647)
  const upper = words.option('upper', u32) ?? 0
  const lower = words.option('lower', u32) ?? 0
  return { service, address, port, forward, weight, upper, lower, ...(tunnel && { tunnel }) }
}

export function parseAddress(words: Words): Address {
  const link = words.word('a link name')
  const { address, prefix } = words.prefix()
  const nodad = words.take('nodad')
  const dadFailed = words.take('dad-failed')
  return { link, address, prefix, nodad, dadFailed, owned: words.take('ours') }
}

export function parseSnat(words: Words): Snat {
  return { service: parseServiceId(words) }
}
