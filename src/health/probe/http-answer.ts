/** Which HTTP answers are right. */
import type { IncomingMessage } from 'node:http'
import type { Question } from '../../model/check.ts'
import type { Answer } from '../probe.ts'
import { oneLine } from './fault.ts'
import { readWeight, weightWords } from './weight.ts'

/** The question of an HTTP check. */
export type Http = Extract<Question, { readonly type: 'http' }>

/** The head of an answer. */
export type Head = Pick<IncomingMessage, 'statusCode' | 'headers'>

/** What came after the head. */
export interface Rest {
  /** The body, or as much of it as is read. */
  readonly chunks: readonly Uint8Array[]
  /** True if there is more of it. */
  readonly cut: boolean
  /** What is to be said of the certificate. */
  readonly certificate?: string | undefined
}

/** Why the status is wrong; undefined if it is not. */
export function judgeStatus(head: Head, { expect }: Http): Answer | undefined {
  const status = head.statusCode ?? 0
  if (expect.some(([first, last]) => status >= first && status <= last)) return undefined
  const ranges = expect.map(([first, last]) => (first === last ? first : `${first}-${last}`))
  return { ok: false, why: `status ${status}, not ${ranges.join(', ')}` }
}

/** The answer to the check, of an HTTP answer whose status is right. */
export function judge(head: Head, question: Http, rest: Rest): Answer {
  const { contains, weightHeader } = question
  if (contains !== undefined && !Buffer.concat(rest.chunks).includes(contains)) {
    const what = rest.cut ? 'the first 64 KiB of the body do' : 'the body does'
    return { ok: false, why: `${what} not contain "${oneLine(contains, 40)}"` }
  }
  const weight = weightHeader === undefined ? undefined : weightOf(head, weightHeader)
  const warning = [rest.certificate, weight?.warning].filter(text => text !== undefined).join('; ')
  return {
    ok: true,
    ...(weight?.weight === undefined ? {} : { weight: weight.weight }),
    ...(warning === '' ? {} : { warning }),
  }
}

function weightOf(head: Head, name: string): { weight?: number; warning?: string } {
  const value = head.headers[name.toLowerCase()]
  if (typeof value !== 'string') return { warning: `the answer has no header ${name}` }
  const weight = readWeight(value)
  return weight === undefined
    ? { warning: `header ${name} says "${oneLine(value, 40)}", not ${weightWords}` }
    : { weight }
}

/** The name in a Host header, without its port and without the brackets of IPv6 (RFC 9110, 7.2). */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
}
