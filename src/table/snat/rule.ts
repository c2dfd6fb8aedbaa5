/**
 * One source-NAT rule for each virtual service, in the JSON of nftables (libnftables-json(5)).
 *
 * IPVS rewrites the destination on the way from LOCAL_IN to POSTROUTING. With `net.ipv4.vs.conntrack`
 * the connection is tracked, its original destination is still the virtual service, and what a
 * postrouting chain of type `nat` does to its first packet is done to all.
 */
import { type Ip, parseIp } from '../../model/ip.ts'
import { type Protocol, type ServiceId, serviceId } from '../../model/rows.ts'

/** A value of JSON that is looked into field by field. */
export type Json = unknown

interface Match {
  readonly match: { readonly op: '==' | '!='; readonly left: Json; readonly right: string | number }
}
type Statement = Match | { readonly [verdict in Verdict]?: null }

/** What a rule does: rewrites the source, or nothing. */
export type Verdict = 'masquerade' | 'accept'

/**
 * The rule's statements. A packet that still has the virtual service's address (a `direct` or
 * `tunnel` destination) is not touched. A firewall mark would not do: packets that carry it and are
 * forwarded without IPVS look the same here as those that IPVS has balanced.
 */
export function ruleFor(id: ServiceId, verdict: Verdict = 'masquerade'): readonly Statement[] {
  if (id.address === undefined) throw new Error(`${id.key} has no address to make a rule for`)
  const protocol = id.family === 'ipv6' ? 'ip6' : 'ip'
  return [
    equal(original(`${protocol} daddr`), id.address),
    equal(meta('l4proto'), id.protocol),
    ...(id.port === 0 ? [] : [equal(original('proto-dst'), id.port)]),
    { match: { op: '!=', left: { payload: { protocol, field: 'daddr' } }, right: id.address } },
    { [verdict]: null },
  ]
}

/**
 * The service that a listed rule is for and what it does, or undefined if it is none of those that
 * `ruleFor` makes. Statements that nft adds when it lists a rule (`meta nfproto`) are allowed.
 */
export function readRule(
  statements: Json,
): { readonly service: ServiceId; readonly verdict: Verdict } | undefined {
  if (!Array.isArray(statements)) return undefined
  const facts = new Map<string, string | number>()
  let verdict: Verdict | undefined
  for (const statement of statements) {
    if (field(statement, 'masquerade') === null) verdict = 'masquerade'
    else if (field(statement, 'accept') === null) verdict = 'accept'
    else {
      const fact = factOf(field(statement, 'match'))
      if (fact === undefined) return undefined
      facts.set(fact.name, fact.value)
    }
  }
  const service = listenerOf(facts)
  return service === undefined || verdict === undefined ? undefined : { service, verdict }
}

function listenerOf(facts: ReadonlyMap<string, string | number>): ServiceId | undefined {
  const family = facts.has('ct ip6 daddr') ? 'ipv6' : 'ipv4'
  const name = family === 'ipv6' ? 'ip6' : 'ip'
  const address = addressIn(facts.get(`ct ${name} daddr`))
  const protocol = facts.get('meta l4proto')
  const port = facts.get('ct proto-dst') ?? 0
  const expected = 3 + (facts.has('ct proto-dst') ? 1 : 0) + (facts.has('meta nfproto') ? 1 : 0)
  if (address === undefined || addressIn(facts.get(`not ${name} daddr`)) !== address)
    return undefined
  if (!isProtocol(protocol) || typeof port !== 'number' || facts.size !== expected) return undefined
  if ((facts.get('meta nfproto') ?? family) !== family) return undefined
  return serviceId(protocol, family, address, port)
}

/** A match as a name and the value that it asks for. */
function factOf(match: Json): { name: string; value: string | number } | undefined {
  const left = field(match, 'left')
  const right = field(match, 'right')
  const op = field(match, 'op')
  if (typeof right !== 'string' && typeof right !== 'number') return undefined
  const ct = field(left, 'ct')
  const payload = field(left, 'payload')
  const metaKey = field(field(left, 'meta'), 'key')
  if (op === '==' && typeof metaKey === 'string') return { name: `meta ${metaKey}`, value: right }
  if (op === '==' && field(ct, 'dir') === 'original')
    return { name: `ct ${field(ct, 'key')}`, value: right }
  if (op === '!=' && payload !== undefined)
    return { name: `not ${field(payload, 'protocol')} ${field(payload, 'field')}`, value: right }
  return undefined
}

/** A field of a JSON object; undefined of anything else. */
export function field(value: Json, name: string): Json {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, Json>)[name]
    : undefined
}

function equal(left: Json, right: string | number): Match {
  return { match: { op: '==', left, right } }
}

function meta(key: string): Json {
  return { meta: { key } }
}

function original(key: string): Json {
  return { ct: { key, dir: 'original' } }
}

function addressIn(value: string | number | undefined): Ip | undefined {
  return typeof value === 'string' ? parseIp(value) : undefined
}

function isProtocol(value: Json): value is Protocol {
  return value === 'tcp' || value === 'udp' || value === 'sctp'
}
