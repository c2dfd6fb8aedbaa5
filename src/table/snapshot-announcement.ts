/** Announcements as lines of a snapshot, as JSON, and back. */
import type { Arp, PasswordSource, Peer, Route } from '../model/announcement.ts'
import { arpKey, peerKey, routeKey } from '../model/announcement.ts'
import type { Family } from '../model/ip.ts'
import type { Fields } from './snapshot-fields.ts'
import { type Words, word } from './snapshot-words.ts'

const u8 = 255
const u16 = 65_535
const u32 = 4_294_967_295
const families = ['ipv4', 'ipv6'] as const
const sources = ['file', 'env', 'credential'] as const

export function arpLine({ link, address }: Arp): string {
  return `arp ${word(link)} ${address}`
}

export function parseArp(words: Words): Arp {
  return { link: words.word('a link name'), address: words.ip('an address') }
}

export function peerLine(row: Peer): string {
  return [
    `peer ${row.address} port ${row.port} as ${row.as} by ${row.speaker} as ${row.localAs}`,
    ...(row.api === undefined ? [] : [`api ${word(row.api)}`]),
    ...said('id', row.routerId),
    ...said('from', row.localAddress),
    `hold ${row.hold}s keepalive ${row.keepalive}s hops ${row.multihop}`,
    ...(row.ttlSecurity ? ['ttl-security'] : []),
    ...said('graceful-restart', row.gracefulRestart && `${row.gracefulRestart}s`),
    ...row.families,
    ...said('at-most', row.maxPrefixes),
    ...(row.password ? [`password ${sourceLine(row.password)}`] : []),
  ].join(' ')
}

function sourceLine(source: PasswordSource): string {
  const [[kind = '', name = ''] = []] = Object.entries(source)
  return `${kind} ${word(name)}`
}

/** A word with its value, unless that is absent or 0. */
function said(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined || value === 0 ? [] : [`${name} ${value}`]
}

export function parsePeer(words: Words): Peer {
  const address = words.ip('an address')
  const port = named(words, 'port', u16)
  const as = named(words, 'as', u32)
  words.oneOf('"by"', ['by'])
  const speaker = words.oneOf('a speaker', ['embedded', 'gobgp'])
  const localAs = named(words, 'as', u32)
  const api = words.take('api') ? words.word('where its API is') : undefined
  const routerId = words.take('id') ? words.ip('a router id') : undefined
  const localAddress = words.take('from') ? words.ip('an address') : undefined
  const hold = named(words, 'hold', u16, 's')
  const keepalive = named(words, 'keepalive', u16, 's')
  const multihop = named(words, 'hops', u8)
  const ttlSecurity = words.take('ttl-security')
  const gracefulRestart = words.option('graceful-restart', u16, 's') ?? 0
  const told = families.filter(family => words.take(family))
  const maxPrefixes = words.option('at-most', u32) ?? 0
  const password = words.take('password') ? parseSource(words) : undefined
  return {
    speaker,
    ...(api !== undefined && { api }),
    address,
    port,
    as,
    localAs,
    ...(routerId && { routerId }),
    ...(localAddress && { localAddress }),
    hold,
    keepalive,
    multihop,
    ttlSecurity,
    gracefulRestart,
    families: told,
    maxPrefixes,
    ...(password && { password }),
  }
}

function parseSource(words: Words): PasswordSource {
  const kind = words.oneOf('where the password is', sources)
  return { [kind]: words.word('a name') } as unknown as PasswordSource
}

export function routeLine(row: Route): string {
  return [
    `route ${row.address}/${row.prefix} by ${row.speaker}`,
    ...(row.api === undefined ? [] : [`api ${word(row.api)}`]),
    ...said('via', row.nextHop),
    ...row.communities.map(one => `community ${one}`),
    ...row.largeCommunities.map(one => `large ${one}`),
    ...(row.med === undefined ? [] : [`med ${row.med}`]),
    ...(row.localPref === undefined ? [] : [`preference ${row.localPref}`]),
    ...said('prepend', row.prepend),
    ...(row.table === undefined ? [] : [`table ${row.table}`]),
    ...(row.owned ? ['ours'] : []),
  ].join(' ')
}

export function parseRoute(words: Words): Route {
  const { address, prefix } = words.prefix()
  words.oneOf('"by"', ['by'])
  const speaker = words.oneOf('a speaker', ['embedded', 'gobgp', 'table'])
  const api = words.take('api') ? words.word('where its API is') : undefined
  const nextHop = words.take('via') ? words.ip('a next hop') : undefined
  const communities = all(words, 'community')
  const largeCommunities = all(words, 'large')
  const med = words.option('med', u32)
  const localPref = words.option('preference', u32)
  const prepend = words.option('prepend', u8) ?? 0
  const table = words.option('table', u32)
  return {
    speaker,
    ...(api !== undefined && { api }),
    address,
    prefix,
    ...(nextHop && { nextHop }),
    communities,
    largeCommunities,
    ...(med !== undefined && { med }),
    ...(localPref !== undefined && { localPref }),
    prepend,
    ...(table !== undefined && { table }),
    owned: words.take('ours'),
  }
}

function named(words: Words, name: string, max: number, unit = ''): number {
  words.oneOf(`"${name}"`, [name])
  return words.whole(name, max, unit)
}

function all(words: Words, name: string): readonly string[] {
  const found: string[] = []
  while (words.take(name)) found.push(words.word('a community'))
  return found
}

export function arpJson(row: Arp): { readonly key: string } {
  return { key: arpKey(row), ...row }
}

export function peerJson({ localAs, routerId, localAddress, ...row }: Peer): {
  readonly key: string
} {
  const { ttlSecurity, gracefulRestart, maxPrefixes, ...rest } = row
  return {
    key: peerKey({ ...row, localAs }),
    ...rest,
    local_as: localAs,
    ...(routerId && { router_id: routerId }),
    ...(localAddress && { local_address: localAddress }),
    ttl_security: ttlSecurity,
    graceful_restart: gracefulRestart,
    max_prefixes: maxPrefixes,
  } as { readonly key: string }
}

export function routeJson({ nextHop, largeCommunities, localPref, ...row }: Route): {
  readonly key: string
} {
  return {
    key: routeKey({ ...row, largeCommunities }),
    ...row,
    ...(nextHop && { next_hop: nextHop }),
    large_communities: largeCommunities,
    ...(localPref !== undefined && { local_pref: localPref }),
  } as { readonly key: string }
}

export function arpFrom(fields: Fields): Arp {
  return { link: fields.text('link'), address: fields.ip('address') }
}

export function peerFrom(fields: Fields): Peer {
  return {
    speaker: fields.oneOf('speaker', ['embedded', 'gobgp']),
    ...(fields.has('api') && { api: fields.text('api') }),
    address: fields.ip('address'),
    port: fields.whole('port', u16),
    as: fields.whole('as', u32),
    localAs: fields.whole('local_as', u32),
    ...(fields.has('router_id') && { routerId: fields.ip('router_id') }),
    ...(fields.has('local_address') && { localAddress: fields.ip('local_address') }),
    hold: fields.whole('hold', u16),
    keepalive: fields.whole('keepalive', u16),
    multihop: fields.whole('multihop', u8),
    ttlSecurity: fields.flag('ttl_security'),
    gracefulRestart: fields.whole('graceful_restart', u16),
    families: fields.list('families').filter((one): one is Family => {
      if (one === 'ipv4' || one === 'ipv6') return true
      throw fields.fault('families', `${one} is no address family`)
    }),
    maxPrefixes: fields.whole('max_prefixes', u32),
    ...(fields.has('password') && { password: sourceFrom(fields.object('password')) }),
  }
}

function sourceFrom(fields: Fields): PasswordSource {
  const kind = sources.find(one => fields.has(one)) ?? 'file'
  return { [kind]: fields.text(kind) } as unknown as PasswordSource
}

export function routeFrom(fields: Fields): Route {
  return {
    speaker: fields.oneOf('speaker', ['embedded', 'gobgp', 'table']),
    ...(fields.has('api') && { api: fields.text('api') }),
    address: fields.ip('address'),
    prefix: fields.whole('prefix', 128),
    ...(fields.has('next_hop') && { nextHop: fields.ip('next_hop') }),
    communities: texts(fields, 'communities'),
    largeCommunities: texts(fields, 'large_communities'),
    ...(fields.has('med') && { med: fields.whole('med', u32) }),
    ...(fields.has('local_pref') && { localPref: fields.whole('local_pref', u32) }),
    prepend: fields.whole('prepend', u8),
    ...(fields.has('table') && { table: fields.whole('table', u32) }),
    owned: fields.flag('owned'),
  }
}

function texts(fields: Fields, name: string): readonly string[] {
  return fields.list(name).map(one => {
    if (typeof one === 'string') return one
    throw fields.fault(name, 'a list of strings should stand here')
  })
}
