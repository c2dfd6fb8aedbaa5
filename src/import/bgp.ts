/** `[bgp]` and its peers, of rows that have all in common what a file says once. */
import type { PasswordSource, Peer, Route } from '../model/announcement.ts'
import { defaultSettle } from '../model/defaults.ts'
import { type Family, familyOf, type Ip } from '../model/ip.ts'
import type { Wanted } from '../plan/types.ts'
import type { Block } from './block.ts'
import { plainName } from './group.ts'
import { string } from './service.ts'

/** Where the configuration says nothing; times in seconds but for the notice, which is in milliseconds. */
const usual = { hold: 9, keepalive: 3, notice: 2000, table: 198 }

/** Why a row cannot stand in a file whose first row is another; undefined = it can. */
export function unlike(
  row: Peer | Route,
  model: Peer | Route | undefined,
  routes: readonly Route[],
): string | undefined {
  if (model === undefined) return undefined
  if (row.speaker !== model.speaker || row.api !== model.api)
    return `a file has one speaker, which is ${model.speaker} here`
  if ('localAs' in row) {
    const first = model as Peer
    if (row.localAs !== first.localAs) return `a file has one AS of ours, ${first.localAs} here`
    return row.routerId === first.routerId ? undefined : 'a file has one router id'
  }
  const [first] = routes.filter(one => one.speaker === model.speaker && one.api === model.api)
  if (row.table !== first?.table) return `a file has one table, ${first?.table} here`
  const hop = nextHopOf(routes, familyOf(row.address))
  return row.nextHop === hop ? undefined : 'a file has one next hop of each family'
}

function nextHopOf(routes: readonly Route[], family: Family): Ip | undefined {
  return routes.find(row => familyOf(row.address) === family)?.nextHop
}

/** The blocks; rows that `unlike` speaks against are not among them. */
export function bgpBlocks(
  peers: readonly Peer[],
  routes: readonly Route[],
  { withdrawal }: Pick<Wanted, 'withdrawal'>,
): readonly Block[] {
  const [peer] = peers
  const [route] = routes
  const { speaker = 'embedded', api } = peer ?? route ?? {}
  const hops = (['ipv4', 'ipv6'] as const).flatMap(family => {
    const hop = nextHopOf(routes, family)
    return hop === undefined ? [] : [`${family} = ${string(hop)}`]
  })
  const { notice = usual.notice, settle = defaultSettle } = withdrawal ?? {}
  const table = route?.table ?? usual.table
  const lines = [
    ...(speaker === 'embedded'
      ? ['# As the journal has it: only slb run knows what it tells its peers.']
      : [`speaker = ${string(speaker)}`]),
    ...(peer === undefined ? [] : [`as = ${peer.localAs}`]),
    ...(peer?.routerId === undefined ? [] : [`router_id = ${string(peer.routerId)}`]),
    ...(table === usual.table ? [] : [`table = ${table}`]),
    ...(api === undefined
      ? []
      : [
          '# Nothing tells who begins it: if that is slb run, own = true belongs here.',
          `gobgp = { address = ${string(api)} }`,
        ]),
    ...(hops.length === 0 ? [] : [`next_hop = { ${hops.join(', ')} }`]),
    ...(notice === usual.notice ? [] : [`graceful_shutdown = ${milliseconds(notice)}`]),
    ...(settle === defaultSettle ? [] : [`settle = ${milliseconds(settle)}`]),
  ]
  return [{ title: '[bgp]', lines }, ...peers.map(peerBlock)]
}

function peerBlock(row: Peer): Block {
  const seconds = (key: string, value: number, other: number): readonly string[] =>
    value === other ? [] : [`${key} = ${string(`${value}s`)}`]
  return {
    title: `[bgp.peer.${plainName(`peer-${row.address}`)}]`,
    lines: [
      `address = ${string(row.address)}`,
      `as = ${row.as}`,
      ...(row.port === 179 ? [] : [`port = ${row.port}`]),
      ...(row.localAddress === undefined ? [] : [`local_address = ${string(row.localAddress)}`]),
      ...seconds('hold', row.hold, usual.hold),
      ...seconds('keepalive', row.keepalive, usual.keepalive),
      ...(row.multihop === 1 ? [] : [`multihop = ${row.multihop}`]),
      ...(row.ttlSecurity ? ['ttl_security = true'] : []),
      ...seconds('graceful_restart', row.gracefulRestart, 0),
      ...(row.families.length === 2 ? [] : [`families = [${row.families.map(string).join(', ')}]`]),
      ...(row.maxPrefixes === 0 ? [] : [`max_prefixes = ${row.maxPrefixes}`]),
      ...(row.password === undefined ? [] : passwordLines(row.password)),
    ],
  }
}

/** Where it is: what it is stands in no row. */
function passwordLines(source: PasswordSource): readonly string[] {
  const [[kind = '', name = ''] = []] = Object.entries(source)
  return [`password = { ${kind} = ${string(name)} }`]
}

function milliseconds(time: number): string {
  return string(time % 1000 === 0 ? `${time / 1000}s` : `${time}ms`)
}
