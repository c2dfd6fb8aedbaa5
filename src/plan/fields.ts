/** Rows as named fields: what a plan shows of a row, and how two rows of one kind differ. */
import type { Kind, Rows, Tunnel } from '../model/rows.ts'
import { schedulerFlagNames } from '../model/scheduler.ts'
import { describePeer, describeRoute, peerFields, routeFields } from './announcement-fields.ts'

/** What a field can hold, ready for JSON. */
export type Value = string | number | boolean | readonly string[] | Readonly<Tunnel> | null

/** The fields of a row, by the words of the configuration, in the order in which they are shown. */
export type Fields = Readonly<Record<string, Value>>

/** A field that two rows disagree about. */
export interface FieldChange {
  readonly name: string
  readonly from: Value
  readonly to: Value
}

const views: { readonly [K in Kind]: (row: Rows[K]) => Fields } = {
  sysctl: row => ({ value: row.value }),
  timeouts: row => ({ ...row }),
  sync: row => ({
    interface: row.interface,
    id: row.id,
    group: row.group,
    port: row.port,
    ttl: row.ttl,
    maxlen: row.maxlen,
  }),
  link: row => ({ type: row.type, up: row.up, owned: row.owned }),
  service: row => ({
    scheduler: row.scheduler,
    scheduler_flags: schedulerFlagNames(row.scheduler, row.schedulerFlags),
    persistence: row.persistence,
    netmask: row.netmask,
    engine: row.engine,
    one_packet: row.onePacket,
    owned: row.owned,
  }),
  destination: row => ({
    forward: row.forward,
    weight: row.weight,
    upper: row.upper,
    lower: row.lower,
    ...(row.tunnel && { tunnel: row.tunnel }),
  }),
  address: row => ({ owned: row.owned }),
  snat: () => ({}),
  arp: () => ({}),
  peer: peerFields,
  route: routeFields,
}

/** The fields of a row that can change while its key stays. */
export function fieldsOf<K extends Kind>(kind: K, row: Rows[K]): Fields {
  return views[kind](row)
}

/** The fields that differ, an absent one being null. */
export function fieldChanges(from: Fields, to: Fields): readonly FieldChange[] {
  const changes: FieldChange[] = []
  for (const name of new Set([...Object.keys(to), ...Object.keys(from)])) {
    const change = { name, from: from[name] ?? null, to: to[name] ?? null }
    if (!sameValue(change.from, change.to)) changes.push(change)
  }
  return changes
}

function sameValue(a: Value, b: Value): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  return showValue('', a) === showValue('', b)
}

/** A field's value as people read it: `300s`, `gue:6080`, `none`. */
export function showValue(name: string, value: Value): string {
  if (value === null) return 'none'
  if (name === 'persistence') return value === 0 ? 'none' : `${value}s`
  if (name === 'netmask') return `/${value}`
  if (name === 'owned') return value ? 'slb' : 'none'
  if (name === 'upper' || name === 'lower') return value === 0 ? 'none' : String(value)
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value !== 'object') return value === '' ? 'none' : String(value)
  if (!('type' in value)) return value.length === 0 ? 'none' : value.join('+')
  const port = value.port === 0 ? '' : `:${value.port}`
  return `${value.type}${port}${value.checksum === 'none' ? '' : ` checksum ${value.checksum}`}`
}

const shownNames: Readonly<Record<string, string>> = {
  scheduler_flags: 'flags',
  one_packet: 'one-packet',
  owned: 'mark',
}

/** `weight 1 -> 5`. */
export function showChange({ name, from, to }: FieldChange): string {
  const values = `${showValue(name, from)} -> ${showValue(name, to)}`
  return name === 'value' ? values : `${shownNames[name] ?? name} ${values}`
}

/** One line that says all about a row that is not obvious: `wrr, persistence 300s`. */
export function describe<K extends Kind>(kind: K, row: Rows[K]): string {
  return (describers[kind] as (row: Rows[K]) => string[])(row).join(', ')
}

const describers: { readonly [K in Kind]: (row: Rows[K]) => string[] } = {
  sysctl: row => [row.value],
  timeouts: row =>
    (['tcp', 'tcpfin', 'udp'] as const).flatMap(name =>
      row[name] === undefined ? [] : [`${name} ${row[name]}s`],
    ),
  sync: row => [
    `on ${row.interface}`,
    `id ${row.id}`,
    `group ${row.group}`,
    `port ${row.port}`,
    `ttl ${row.ttl}`,
    ...(row.maxlen === 0 ? [] : [`maxlen ${row.maxlen}`]),
  ],
  link: row => [row.type, ...(row.up ? [] : ['down'])],
  service: row => {
    const parts = [row.scheduler]
    if (row.schedulerFlags !== 0)
      parts.push(`flags ${schedulerFlagNames(row.scheduler, row.schedulerFlags).join('+')}`)
    if (row.persistence !== 0) {
      const whole = row.netmask === (row.id.family === 'ipv4' ? 32 : 128)
      parts.push(`persistence ${row.persistence}s${whole ? '' : ` by /${row.netmask}`}`)
    }
    if (row.engine !== '') parts.push(`engine ${row.engine}`)
    if (row.onePacket) parts.push('one-packet')
    return parts
  },
  destination: row => {
    const parts = [row.forward as string, `weight ${row.weight}`]
    if (row.upper !== 0) parts.push(`upper ${row.upper}`)
    if (row.lower !== 0) parts.push(`lower ${row.lower}`)
    if (row.tunnel !== undefined) parts.push(showValue('tunnel', row.tunnel))
    return parts
  },
  address: () => [],
  snat: () => [],
  arp: () => [],
  peer: describePeer,
  route: describeRoute,
}
