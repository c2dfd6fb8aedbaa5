/** What the network is told, as `[bgp]`, its peers, and keys of VIPs. */
import type { Peer, Route } from '../model/announcement.ts'
import type { Ip } from '../model/ip.ts'
import { isHost, isWithin } from '../model/network.ts'
import type { State } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'
import { bgpBlocks, unlike } from './bgp.ts'
import type { Block } from './block.ts'
import { string } from './service.ts'

/** What no row says of announcements. */
export type Rules = Pick<Wanted, 'strict' | 'withdrawal'>

export interface Told {
  readonly blocks: readonly Block[]
  /** How each VIP is announced, as lines of its table. */
  readonly byAddress: ReadonlyMap<Ip, readonly string[]>
  /** What a file cannot say, with the reason. */
  readonly leftOut: readonly (readonly [string, string])[]
}

/** Says how the VIPs of these services are announced. A file has one speaker, and one AS of ours. */
export function toldOf(state: State, rules: Rules): Told {
  const vips = new Set<Ip>()
  for (const { id } of state.service.values()) if (id.address !== undefined) vips.add(id.address)
  const peers = [...state.peer.values()]
  const routes = [...state.route.values()].filter(({ owned }) => owned)
  const leftOut: (readonly [string, string])[] = []
  const [model] = [...peers, ...routes]
  const anonymous = model !== undefined && model.speaker !== 'table' && peers.length === 0
  if (anonymous) leftOut.push(['[bgp]', 'without a peer nothing tells our own AS number'])
  const sayable = <Row extends Peer | Route>(rows: readonly Row[], keyOf: (row: Row) => string) =>
    rows.filter(row => {
      const why = anonymous ? 'there is no [bgp]' : unlike(row, model, routes)
      if (why !== undefined) leftOut.push([keyOf(row), why])
      return why === undefined
    })
  const toldPeers = sayable(peers, ({ address }) => `peer ${address}`)
  const toldRoutes = sayable(routes, ({ address, prefix }) => `route ${address}/${prefix}`)
  const routeOf = routesByVip(vips, toldRoutes, leftOut)
  const byAddress = new Map<Ip, readonly string[]>()
  for (const address of vips) {
    const lines = vipLines(address, routeOf.get(address), state, rules)
    if (lines.length > 0) byAddress.set(address, lines)
  }
  for (const [key, { address }] of state.arp)
    if (!vips.has(address)) leftOut.push([key, 'no service is behind it'])
  const blocks = anonymous || model === undefined ? [] : bgpBlocks(toldPeers, toldRoutes, rules)
  return { blocks, byAddress, leftOut }
}

/** Each VIP has one route: its own before that of a network that it is in. */
function routesByVip(
  vips: ReadonlySet<Ip>,
  routes: readonly Route[],
  leftOut: (readonly [string, string])[],
): ReadonlyMap<Ip, Route> {
  const byVip = new Map<Ip, Route>()
  for (const row of routes) if (isHost(row) && vips.has(row.address)) byVip.set(row.address, row)
  const said = new Set(byVip.values())
  for (const row of routes)
    for (const address of isHost(row) ? [] : vips)
      if (!byVip.has(address) && isWithin(address, row)) {
        byVip.set(address, row)
        said.add(row)
      }
  for (const row of routes)
    if (!said.has(row))
      leftOut.push([
        `route ${row.address}/${row.prefix}`,
        'it leads to no VIP of a service that has no route of its own',
      ])
  return byVip
}

function vipLines(
  address: Ip,
  route: Route | undefined,
  { arp }: State,
  { strict }: Rules,
): readonly string[] {
  const link = [...arp].find(([, row]) => row.address === address)
  const ways = [...(link ? ['"arp"'] : []), ...(route ? ['"bgp"'] : [])]
  if (ways.length === 0) return []
  const keys = [link?.[0], route && `route ${route.address}/${route.prefix}`]
  return [
    `announce = ${ways.length === 1 ? ways[0] : `[${ways.join(', ')}]`}`,
    ...(link ? [`uplink = ${string(link[1].link)}`] : []),
    ...(route ? routeLines(route) : []),
    ...(keys.some(key => key !== undefined && strict?.has(key)) ? ['announce_when = "all"'] : []),
  ]
}

function routeLines(row: Route): readonly string[] {
  const communities = [...row.communities, ...row.largeCommunities].map(string)
  return [
    ...(isHost(row) ? [] : [`prefix = ${row.prefix}`]),
    ...(communities.length === 0 ? [] : [`communities = [${communities.join(', ')}]`]),
    ...(row.med === undefined ? [] : [`med = ${row.med}`]),
    ...(row.localPref === undefined ? [] : [`local_pref = ${row.localPref}`]),
    ...(row.prepend === 0 ? [] : [`prepend = ${row.prepend}`]),
  ]
}
