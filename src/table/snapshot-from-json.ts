/** JSON back to a State: the inverse of `toJson`. */
import type { Diagnostic } from '../model/diagnostic.ts'
import {
  compareDestinations,
  type Destination,
  keyOf,
  type Service,
  type ServiceId,
  type Sync,
  type Timeouts,
} from '../model/rows.ts'
import { schedulerFlag } from '../model/scheduler.ts'
import { type State, stateOf, type TopKind, topKinds } from '../model/state.ts'
import type { Snapshot } from './snapshot.ts'
import { arpFrom, peerFrom, routeFrom } from './snapshot-announcement.ts'
import { FieldFault, Fields } from './snapshot-fields.ts'
import { formatVersion } from './snapshot-json.ts'
import { parseServiceId } from './snapshot-parse.ts'
import { LineFault, Words } from './snapshot-words.ts'

const u8 = 255
const u16 = 65_535
const u32 = 4_294_967_295

/** Reads what `toJson` made, after JSON.parse. The first fault ends the reading: programs write this, not people. */
export function fromJson(json: unknown, file = 'snapshot'): Snapshot {
  try {
    const fields = new Fields(json, '')
    const version = fields.whole('format_version', u32)
    if (version !== formatVersion)
      throw fields.fault(
        'format_version',
        `${version} is not the format ${formatVersion} that is read here`,
      )
    const maps = topKinds.map(kind => [kind, rowsOf(kind, fields)] as const)
    return { state: Object.fromEntries(maps) as unknown as State, diagnostics: [] }
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error
    const message = `${file}: ${error.pointer || '/'}: ${error.message}`
    const fault: Diagnostic = { severity: 'error', code: 'snapshot-json', message }
    return { state: stateOf(), diagnostics: [fault] }
  }
}

function rowsOf(kind: TopKind, fields: Fields): Map<string, unknown> {
  const rows = new Map<string, unknown>()
  // Snapshots from before there were announcements have none.
  if (isAnnouncement(kind) && !fields.has(kind)) return rows
  for (const one of fields.objects(kind)) {
    const row = rowFrom[kind](one)
    const key = (keyOf[kind] as (row: unknown) => string)(row)
    if (rows.has(key)) throw one.fault('key', `${key} stands here twice`)
    rows.set(key, row)
  }
  return rows
}

function isAnnouncement(kind: TopKind): boolean {
  return kind === 'arp' || kind === 'peer' || kind === 'route'
}

function serviceIdAt(fields: Fields, name: string): ServiceId {
  try {
    const words = new Words(fields.text(name))
    const id = parseServiceId(words)
    words.end()
    return id
  } catch (error) {
    throw error instanceof LineFault ? fields.fault(name, error.message) : error
  }
}

function serviceFrom(fields: Fields): Service {
  const id = serviceIdAt(fields, 'key')
  const scheduler = fields.text('scheduler')
  let schedulerFlags = 0
  for (const name of fields.list('scheduler_flags')) {
    const flag = typeof name === 'string' ? schedulerFlag(scheduler, name) : undefined
    if (flag === undefined)
      throw fields.fault('scheduler_flags', `${scheduler} has no flag ${name}`)
    schedulerFlags |= flag
  }
  const destinations = [...fields.objects('destinations')].map(one => destinationFrom(one, id))
  destinations.sort(compareDestinations)
  const twice = destinations.find((row, at) => {
    const next = destinations[at + 1]
    return next !== undefined && compareDestinations(row, next) === 0
  })
  if (twice) throw fields.fault('destinations', `${keyOf.destination(twice)} stands here twice`)
  return {
    id,
    scheduler,
    schedulerFlags,
    persistence: fields.whole('persistence', u32),
    netmask: fields.whole('netmask', 128),
    engine: fields.text('engine'),
    onePacket: fields.flag('one_packet'),
    owned: fields.flag('owned'),
    destinations,
  }
}

function destinationFrom(fields: Fields, service: ServiceId): Destination {
  const tunnel = fields.has('tunnel') ? fields.object('tunnel') : undefined
  return {
    service,
    address: fields.ip('address'),
    port: fields.whole('port', u16),
    forward: fields.oneOf('forward', ['nat', 'direct', 'tunnel', 'local']),
    weight: fields.whole('weight', 2_147_483_647),
    upper: fields.whole('upper', u32),
    lower: fields.whole('lower', u32),
    ...(tunnel && {
      tunnel: {
        type: tunnel.oneOf('type', ['ipip', 'gue', 'gre']),
        port: tunnel.whole('port', u16),
        checksum: tunnel.oneOf('checksum', ['none', 'full', 'remote']),
      },
    }),
  }
}

function timeoutsFrom(fields: Fields): Timeouts {
  const names = (['tcp', 'tcpfin', 'udp'] as const).filter(name => fields.has(name))
  return Object.fromEntries(names.map(name => [name, fields.whole(name, u32)]))
}

function syncFrom(fields: Fields): Sync {
  return {
    role: fields.oneOf('role', ['master', 'backup']),
    interface: fields.text('interface'),
    id: fields.whole('id', u8),
    group: fields.ip('group'),
    port: fields.whole('port', u16),
    ttl: fields.whole('ttl', u8),
    maxlen: fields.whole('maxlen', u16),
  }
}

const rowFrom: { readonly [K in TopKind]: (fields: Fields) => unknown } = {
  sysctl: fields => ({ name: fields.text('name'), value: fields.text('value') }),
  timeouts: timeoutsFrom,
  sync: syncFrom,
  link: fields => ({
    name: fields.text('name'),
    type: fields.text('type'),
    up: fields.flag('up'),
    owned: fields.flag('owned'),
  }),
  service: serviceFrom,
  address: fields => ({
    link: fields.text('link'),
    address: fields.ip('address'),
    prefix: fields.whole('prefix', 128),
    nodad: fields.flag('nodad'),
    dadFailed: fields.flag('dad_failed'),
    owned: fields.flag('owned'),
  }),
  snat: fields => ({ service: serviceIdAt(fields, 'service') }),
  arp: arpFrom,
  peer: peerFrom,
  route: routeFrom,
}
