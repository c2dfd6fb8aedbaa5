/** Routes as the paths of gobgpd, there and back. */
import type { Route } from '../model/announcement.ts'
import { type Family, familyOf, parseIp } from '../model/ip.ts'
import type { Dialect, Unwrapped } from './dialect.ts'
import {
  type Field,
  fieldsOf,
  message,
  messageIn,
  messagesIn,
  number,
  numberIn,
  numbers,
  numbersIn,
  text,
  textIn,
} from './protobuf.ts'

/**
 * The path identifier of our paths (RFC 7911): it marks them in the daemon. Peers see it only if they
 * have agreed on several paths to one prefix, and then only as a number.
 */
export const pathMark = 0x5b1b

/** IGP: the route comes from this AS. */
const originIgp = 0
const asSequence = 2

/** Fields of Path. */
const path = {
  nlri: 1,
  attributes: 2,
  withdraw: 5,
  family: 9,
  neighbour: 15,
  identifier: 18,
} as const

/** What gobgpd takes for its own address in each session. */
const unspecified = { ipv4: '0.0.0.0', ipv6: '::' } as const

/** AFI and SAFI unicast. */
export function familyMessage(field: number, family: Family): Buffer {
  return message(field, number(1, family === 'ipv4' ? 1 : 2), number(2, 1))
}

/** A path that announces a route; `as` is that of the daemon. */
export function pathOf(dialect: Dialect, route: Route, as: number): Buffer {
  const attribute = (part: Unwrapped['part'], ...body: readonly Uint8Array[]): Buffer =>
    dialect.wrap(path.attributes, part, Buffer.concat(body))
  const { med, localPref, prepend, communities, largeCommunities } = route
  const nextHop = route.nextHop ?? unspecified[familyOf(route.address)]
  const segment = message(
    1,
    number(1, asSequence),
    numbers(
      2,
      Array.from({ length: prepend }, () => as),
    ),
  )
  return Buffer.concat([
    ...identity(dialect, route),
    attribute('origin', number(1, originIgp)),
    ...(prepend === 0 ? [] : [attribute('as_path', segment)]),
    attribute('next_hop', text(1, nextHop)),
    ...(med === undefined ? [] : [attribute('multi_exit_disc', number(1, med))]),
    ...(localPref === undefined ? [] : [attribute('local_pref', number(1, localPref))]),
    ...(communities.length === 0
      ? []
      : [attribute('communities', numbers(1, communities.map(communityNumber)))]),
    ...(largeCommunities.length === 0
      ? []
      : [attribute('large_communities', ...largeCommunities.map(largeCommunity))]),
  ])
}

/** A path that takes a route back. */
export function withdrawalOf(dialect: Dialect, route: Route): Buffer {
  const nextHop = unspecified[familyOf(route.address)]
  return Buffer.concat([
    ...identity(dialect, route),
    number(path.withdraw, true),
    dialect.wrap(path.attributes, 'next_hop', text(1, nextHop)),
  ])
}

function identity(dialect: Dialect, { address, prefix }: Route): readonly Buffer[] {
  return [
    dialect.wrap(path.nlri, 'prefix', Buffer.concat([number(1, prefix), text(2, address)])),
    familyMessage(path.family, familyOf(address)),
    number(path.identifier, pathMark),
  ]
}

/** The route of a Path; undefined if a peer has told of it, or if it is no plain prefix. */
export function routeOf(dialect: Dialect, fields: readonly Field[]): Route | undefined {
  // A path of the daemon's own has no neighbour, in words of Go.
  if (parseIp(textIn(fields, path.neighbour)) !== undefined) return undefined
  const nlri = dialect.unwrap(messageIn(fields, path.nlri))
  if (nlri?.part !== 'prefix') return undefined
  const prefix = fieldsOf(nlri.body)
  const address = parseIp(textIn(prefix, 2))
  if (address === undefined) return undefined
  const attributes = new Map(
    messagesIn(fields, path.attributes).flatMap(one => {
      const found = dialect.unwrap(one)
      return found === undefined ? [] : [[found.part, fieldsOf(found.body)] as const]
    }),
  )
  const of = (part: Unwrapped['part']): readonly Field[] => attributes.get(part) ?? []
  const hop = textIn(of('next_hop'), 1) || textIn(of('mp_reach'), 2)
  const nextHop = hop === unspecified[familyOf(address)] ? undefined : parseIp(hop)
  return {
    speaker: 'gobgp',
    address,
    prefix: numberIn(prefix, 1),
    ...(nextHop === undefined ? {} : { nextHop }),
    communities: numbersIn(of('communities'), 1)
      .map(value => `${Math.floor(value / 65536)}:${value % 65536}`)
      .sort(),
    largeCommunities: messagesIn(of('large_communities'), 1)
      .map(one => [1, 2, 3].map(at => numberIn(one, at)).join(':'))
      .sort(),
    ...(attributes.has('multi_exit_disc') ? { med: numberIn(of('multi_exit_disc'), 1) } : {}),
    ...(attributes.has('local_pref') ? { localPref: numberIn(of('local_pref'), 1) } : {}),
    prepend: messagesIn(of('as_path'), 1).flatMap(segment => numbersIn(segment, 2)).length,
    owned: numberIn(fields, path.identifier) === pathMark,
  }
}

function communityNumber(community: string): number {
  const [high = 0, low = 0] = community.split(':').map(Number)
  return high * 65536 + low
}

function largeCommunity(community: string): Buffer {
  return message(1, ...community.split(':').map((value, at) => number(at + 1, Number(value))))
}
