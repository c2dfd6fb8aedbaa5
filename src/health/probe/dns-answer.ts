/** Which DNS answers are right. */
import type { DecodedPacket, Answer as Rr } from 'dns-packet'
import type { Question } from '../../model/check.ts'
import { parseIp } from '../../model/ip.ts'
import type { Answer } from '../probe.ts'
import { oneLine } from './fault.ts'

/** The question of a DNS check. */
export type Dns = Extract<Question, { readonly type: 'dns' }>

/** Response codes by number (RFC 1035, 4.1.1; RFC 2136, 2.2). */
const rcodes = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
]

/** The answer to the check. Records are compared as a zone file writes them (RFC 1035, 5). */
export function judge(packet: DecodedPacket, question: Dns): Answer {
  const number = packet.flags === undefined ? 0 : packet.flags & 0xf
  const rcode = rcodes[number] ?? `RCODE${number}`
  if (rcode !== question.rcode) return { ok: false, why: `${rcode}, not ${question.rcode}` }
  if (question.answer === undefined) return { ok: true }
  const texts = (packet.answers ?? []).flatMap(record => textsOf(record, question))
  const wanted = canonical(question.answer, question)
  if (texts.some(text => canonical(text, question) === wanted)) return { ok: true }
  const got = texts.length === 0 ? 'none' : oneLine(texts.join(', '))
  return { ok: false, why: `no ${question.record} record is ${question.answer}: got ${got}` }
}

/** A record of the type asked for as text; nothing for others, like the CNAMEs on the way to it. */
function textsOf(record: Rr, { record: type }: Dns): readonly string[] {
  if (record.type !== type) return []
  switch (record.type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return [record.data]
    case 'MX':
      return [`${record.data.preference ?? 0} ${record.data.exchange}`]
    case 'SRV': {
      const { priority, weight, port, target } = record.data
      return [`${priority ?? 0} ${weight ?? 0} ${port} ${target}`]
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data
      return [[mname, rname, serial, refresh, retry, expire, minimum].join(' ')]
    }
    case 'TXT':
      return [[record.data].flat().map(String).join('')]
    default:
      return []
  }
}

/** Addresses and names have many spellings; texts have one. */
function canonical(text: string, { record }: Dns): string {
  if (record === 'TXT') return text
  if (record === 'A' || record === 'AAAA') return parseIp(text) ?? text
  return text.toLowerCase().replaceAll(/\.(?= |$)/g, '')
}
