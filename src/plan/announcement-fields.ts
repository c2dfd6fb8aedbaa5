/** Peers and routes as named fields, by the words of the configuration. */
import type { PasswordSource, Peer, Route } from '../model/announcement.ts'
import type { Fields } from './fields.ts'

export function peerFields(row: Peer): Fields {
  return {
    speaker: row.speaker,
    ...(row.api !== undefined && { api: row.api }),
    port: row.port,
    as: row.as,
    local_as: row.localAs,
    router_id: row.routerId ?? null,
    local_address: row.localAddress ?? null,
    hold: row.hold,
    keepalive: row.keepalive,
    multihop: row.multihop,
    ttl_security: row.ttlSecurity,
    graceful_restart: row.gracefulRestart,
    families: row.families,
    max_prefixes: row.maxPrefixes,
    password: row.password ? sourceName(row.password) : null,
  }
}

/** Where a password is, in words: never what it is. */
function sourceName(source: PasswordSource): string {
  const [[kind, name] = []] = Object.entries(source)
  return `${kind} ${name}`
}

export function describePeer(row: Peer): string[] {
  return [
    `AS ${row.as}`,
    ...(row.speaker === 'embedded' ? [] : [`by ${row.speaker}`]),
    ...(row.multihop === 1 ? [] : [`multihop ${row.multihop}`]),
    ...(row.ttlSecurity ? ['TTL security'] : []),
    ...(row.gracefulRestart === 0 ? [] : [`graceful restart ${row.gracefulRestart}s`]),
    ...(row.password ? ['with password'] : []),
  ]
}

export function routeFields(row: Route): Fields {
  return {
    speaker: row.speaker,
    ...(row.api !== undefined && { api: row.api }),
    next_hop: row.nextHop ?? null,
    communities: row.communities,
    large_communities: row.largeCommunities,
    med: row.med ?? null,
    local_pref: row.localPref ?? null,
    prepend: row.prepend,
    ...(row.table !== undefined && { table: row.table }),
    owned: row.owned,
  }
}

export function describeRoute(row: Route): string[] {
  const said = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${name} ${values.join(' ')}`]
  return [
    ...(row.speaker === 'embedded' ? [] : [`by ${row.speaker}`]),
    ...(row.table === undefined ? [] : [`table ${row.table}`]),
    ...(row.nextHop === undefined ? [] : [`next hop ${row.nextHop}`]),
    ...said('communities', row.communities),
    ...said('large communities', row.largeCommunities),
    ...(row.med === undefined ? [] : [`med ${row.med}`]),
    ...(row.localPref === undefined ? [] : [`local preference ${row.localPref}`]),
    ...(row.prepend === 0 ? [] : [`prepend ${row.prepend}`]),
  ]
}
