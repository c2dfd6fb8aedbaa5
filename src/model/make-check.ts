/** Checks with their keys: the canonical text by which equal ones are known. */
import type { Check, Question, Rules, Tls } from './check.ts'
import { endpoint, type Ip } from './ip.ts'

/** Who is asked. */
export interface Target {
  readonly address: Ip
  /** 0 where the question has no port. */
  readonly port: number
  /** Ask through IPVS: packets carry this mark, which leads to this backend. */
  readonly way?: { readonly mark: number; readonly through: Ip }
}

/**
 * A question with its rules, to be put to any number of targets.
 *
 * The key begins as a person would say it, `http 10.0.0.11:8080 GET /healthz`, and goes on with all
 * that is not as usual. It is put together of two parts, one of which all targets share.
 */
export function checkMaker(
  question: Question,
  rules: Rules,
  source?: Ip,
): (target: Target) => Check {
  const word = questionWord(question)
  const rest = [...questionWords(question), ...rulesWords(rules)]
  if (source !== undefined) rest.push(`from=${source}`)
  const tail = rest.map(each => ` ${each}`).join('')
  const hasPort = question.type !== 'icmp'
  return ({ address, port, way }) => {
    const key = `${word} ${hasPort ? endpoint(address, port) : address}${tail}`
    return {
      key: way === undefined ? key : `${key} through=${way.through}${markWord(way.mark)}`,
      question,
      rules,
      address,
      port: hasPort ? port : 0,
      ...(source === undefined ? {} : { source }),
      ...way,
    }
  }
}

/** The same check by another mark. */
export function withMark(check: Check, mark: number): Check {
  const { key, mark: before } = check
  const rest = before === undefined ? key : key.slice(0, -markWord(before).length)
  return { ...check, key: rest + markWord(mark), mark }
}

/** The last word of a key. */
function markWord(mark: number): string {
  return ` mark=${mark}`
}

/** What the configuration calls the type of a question: http over TLS is https. */
export function questionWord(question: Question): string {
  return question.type === 'http' && question.tls ? 'https' : question.type
}

/** Everything that tells one question of a type from another; what is not said is as usual. */
function questionWords(question: Question): readonly string[] {
  switch (question.type) {
    case 'tcp':
    case 'icmp':
      return []
    case 'http':
      return httpWords(question)
    case 'dns':
      return [
        question.record,
        question.name,
        question.rcode,
        ...said('answer', question.answer && JSON.stringify(question.answer)),
      ]
    case 'udp':
      return [
        `payload=${hex(question.payload)}`,
        ...said('expect', question.expect && hex(question.expect)),
      ]
    case 'grpc':
      return [JSON.stringify(question.service), ...tlsWords(question.tls)]
    case 'exec':
      return [
        JSON.stringify(question.command),
        ...said('user', question.user),
        ...(question.weight ? ['weight'] : []),
      ]
  }
}

function httpWords(question: Extract<Question, { type: 'http' }>): readonly string[] {
  const headers = Object.entries(question.headers).sort(([a], [b]) => (a < b ? -1 : 1))
  const expect = question.expect.map(([first, last]) => `${first}-${last}`).join(',')
  return [
    question.method,
    question.path,
    ...said('host', question.host),
    ...said('headers', headers.length > 0 ? JSON.stringify(headers) : undefined),
    ...said('expect', expect === '200-299' ? undefined : expect),
    ...said('contains', question.contains && JSON.stringify(question.contains)),
    ...said('redirects', question.redirects || undefined),
    ...tlsWords(question.tls),
    ...said('weight', question.weightHeader),
  ]
}

function tlsWords(tls: Tls | undefined): readonly string[] {
  if (!tls) return []
  return [
    'tls',
    ...said('sni', tls.serverName),
    ...said('ca', tls.caFile && JSON.stringify(tls.caFile)),
    ...(tls.verify ? [] : ['verify=false']),
    `expiry=${tls.expiryWarning}`,
  ]
}

function rulesWords({
  interval,
  timeout,
  rise,
  fall,
  fastInterval,
  ban,
}: Rules): readonly string[] {
  return [
    `every=${interval}/${timeout}`,
    ...said('fast', fastInterval === interval ? undefined : fastInterval),
    `rise=${rise}`,
    `fall=${fall}`,
    ...said('ban', ban && `${ban.after}/${ban.window}/${ban.time}`),
  ]
}

function said(word: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${word}=${value}`]
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
