/** A State as JSON for programs (`slb get -o json`). The way back is snapshot-from-json.ts. */
import { type Kind, keyOf, type Rows } from '../model/rows.ts'
import { schedulerFlagNames } from '../model/scheduler.ts'
import { type State, type TopKind, topKinds } from '../model/state.ts'
import { sorted } from './snapshot.ts'
import { arpJson, peerJson, routeJson } from './snapshot-announcement.ts'

/** Rises when a reader of the old form could misread the new one. */
export const formatVersion = 1

/** A row in JSON: always with its canonical `key`. */
export interface JsonRow {
  readonly key: string
  readonly [field: string]: unknown
}

/** A State in JSON: the rows of each kind in canonical order. */
export type JsonState = { readonly format_version: number } & {
  readonly [K in TopKind]: readonly JsonRow[]
}

/** The JSON of one row: its key and its fields in snake_case; nothing is left out for being a default. */
export const jsonOf: { readonly [K in Kind]: (row: Rows[K]) => JsonRow } = {
  sysctl: row => ({ key: keyOf.sysctl(row), name: row.name, value: row.value }),
  timeouts: row => ({ key: keyOf.timeouts(row), ...row }),
  sync: row => ({ key: keyOf.sync(row), ...row }),
  link: row => ({ key: keyOf.link(row), ...row }),
  service: row => ({
    key: row.id.key,
    protocol: row.id.protocol,
    family: row.id.family,
    ...(row.id.address === undefined
      ? { fwmark: row.id.fwmark }
      : { address: row.id.address, port: row.id.port }),
    scheduler: row.scheduler,
    scheduler_flags: schedulerFlagNames(row.scheduler, row.schedulerFlags),
    persistence: row.persistence,
    netmask: row.netmask,
    engine: row.engine,
    one_packet: row.onePacket,
    owned: row.owned,
    destinations: row.destinations.map(jsonOf.destination),
  }),
  destination: row => ({
    key: keyOf.destination(row),
    address: row.address,
    port: row.port,
    forward: row.forward,
    weight: row.weight,
    upper: row.upper,
    lower: row.lower,
    ...(row.tunnel && { tunnel: row.tunnel }),
  }),
  address: row => ({
    key: keyOf.address(row),
    link: row.link,
    address: row.address,
    prefix: row.prefix,
    nodad: row.nodad,
    dad_failed: row.dadFailed,
    owned: row.owned,
  }),
  snat: row => ({ key: keyOf.snat(row), service: row.service.key }),
  arp: arpJson,
  peer: peerJson,
  route: routeJson,
}

/** A State as a plain value for `JSON.stringify`, rows in the order of `toText`. */
export function toJson(state: State): JsonState {
  const rows = topKinds.map(kind => {
    const json = jsonOf[kind] as (row: unknown) => JsonRow
    return [kind, sorted<unknown>(state[kind]).map(json)] as const
  })
  return {
    format_version: formatVersion,
    ...(Object.fromEntries(rows) as Record<TopKind, JsonRow[]>),
  }
}
