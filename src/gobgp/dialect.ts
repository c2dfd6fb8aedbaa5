/**
 * The two generations of gobgpd's API. Field numbers are those of its `.proto` files; of what is used
 * here only these differ from 3.x to 4.x: the name of the service, what is behind the numbers of
 * tables, and that typed alternatives (`oneof`) took the place of google.protobuf.Any.
 */
import { type Field, message, text } from './protobuf.ts'

/** What a path has, in the words of the API. */
export type Part =
  | 'prefix'
  | 'origin'
  | 'as_path'
  | 'next_hop'
  | 'multi_exit_disc'
  | 'local_pref'
  | 'communities'
  | 'mp_reach'
  | 'large_communities'

export interface Dialect {
  readonly service: string
  /** The table of all routes. */
  readonly globalTable: number
  /** A part of a path as a field. */
  wrap(field: number, part: Part, body: Uint8Array): Buffer
  /** What is inside such a field, if it is a part that is known here. */
  unwrap(fields: readonly Field[]): Unwrapped | undefined
}

export interface Unwrapped {
  readonly part: Part
  readonly body: Buffer
}

const types: Readonly<Record<Part, string>> = {
  prefix: 'IPAddressPrefix',
  origin: 'OriginAttribute',
  as_path: 'AsPathAttribute',
  next_hop: 'NextHopAttribute',
  multi_exit_disc: 'MultiExitDiscAttribute',
  local_pref: 'LocalPrefAttribute',
  communities: 'CommunitiesAttribute',
  mp_reach: 'MpReachNLRIAttribute',
  large_communities: 'LargeCommunitiesAttribute',
}

const parts = Object.keys(types) as readonly Part[]
const typePrefix = 'type.googleapis.com/apipb.'

/** Debian 12 and 13 have 3.x. */
export const third: Dialect = {
  service: 'apipb.GobgpApi',
  globalTable: 0,
  wrap: (field, part, body) =>
    message(field, text(1, `${typePrefix}${types[part]}`), message(2, body)),
  unwrap(fields) {
    const [name, body] = [1, 2].map(at => fields.find(({ number }) => number === at)?.value)
    if (!Buffer.isBuffer(name)) return undefined
    const type = name.toString().slice(typePrefix.length)
    const part = parts.find(one => types[one] === type)
    return part && { part, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) }
  },
}

/** The numbers of `oneof` in Attribute; a prefix is number 1 of NLRI. */
const alternatives: Readonly<Record<Part, number>> = {
  prefix: 1,
  origin: 2,
  as_path: 3,
  next_hop: 4,
  multi_exit_disc: 5,
  local_pref: 6,
  communities: 9,
  mp_reach: 12,
  large_communities: 21,
}

/** 4.0 came in November 2025. */
export const fourth: Dialect = {
  service: 'api.GoBgpService',
  globalTable: 1,
  wrap: (field, part, body) => message(field, message(alternatives[part], body)),
  unwrap(fields) {
    for (const { number, value } of fields) {
      const part = parts.find(one => alternatives[one] === number)
      if (part !== undefined && Buffer.isBuffer(value)) return { part, body: value }
    }
    return undefined
  },
}
