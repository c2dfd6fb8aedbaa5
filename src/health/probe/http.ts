/** Does an HTTP server give the right answer? */
import { type ClientRequest, type IncomingMessage, request as send } from 'node:http'
import type { Socket } from 'node:net'
import type { Check } from '../../model/check.ts'
import { endpoint } from '../../model/ip.ts'
import type { Probe } from '../probe.ts'
import { type Attempt, attempt, questionOf, type Release } from './attempt.ts'
import { open } from './connection.ts'
import { codeOf, faultOf } from './fault.ts'
import { type Http, hostName, judge, judgeStatus } from './http-answer.ts'
import { type Place, redirect } from './http-redirect.ts'

/** As much of a body is read and searched; the rest does not matter. */
export const bodyLimit: number = 64 * 1024

/**
 * Good if the status is one of those expected, the answer is complete (64 KiB of the body will do)
 * and holds the text that it must contain.
 *
 * Redirects are followed only where asked, and only to the address and port that are checked: one
 * that leads elsewhere is a bad answer.
 *
 * Node's own client, but without an Agent, which would be made anew for each request. On loopback
 * this costs 120 µs of CPU, half of it the kernel's connection.
 */
export const http: Probe = (check, signal) => {
  const question = questionOf(check, 'http')
  const host = question.host ?? endpoint(check.address, check.port)
  return attempt(check, signal, it => {
    let close: Release = () => {}
    const ask = (place: Place, redirects: number): void => {
      close = exchange(it, check, { question, host, place }, (answer, request, warning) => {
        const next = redirects > 0 ? redirect(answer, place, origins(check, question)) : undefined
        if (next === undefined) take(it, question, answer, warning)
        else if (next.inside === undefined) it.tell({ ok: false, why: next.why })
        else {
          forget(request)
          close()
          ask(next.inside, redirects - 1)
        }
      })
    }
    ask({ method: question.method, path: question.path }, question.redirects)
    return () => close()
  })
}

interface Request {
  readonly question: Http
  readonly host: string
  readonly place: Place
}

type Took = (answer: IncomingMessage, request: ClientRequest, warning: string | undefined) => void

/** One request on a connection of its own, up to the head of the answer. */
function exchange(it: Attempt, check: Check, wanted: Request, took: Took): Release {
  const { tls, host } = wanted.question
  const wish = tls && { tls, host: host === undefined ? undefined : hostName(host) }
  return open(it, check, wish, (socket, warning) => {
    const request = ask(socket, wanted)
    request.on('error', error => {
      if (codeOf(error).startsWith('HPE_')) it.tell({ ok: false, why: notHttp(error) })
      else if (error.message === 'socket hang up')
        it.tell({ ok: false, why: 'connection closed without an answer' })
      else it.tell(faultOf(error, check))
    })
    request.once(
      'response',
      it.guard(answer => took(answer, request, warning)),
    )
    // Without a listener, Node would close the connection without a word (101, RFC 9110, 15.2.2).
    request.once('upgrade', (answer, upgraded) => {
      upgraded.on('error', () => {})
      it.tell(judgeStatus(answer, wanted.question) ?? { ok: true })
    })
    request.end()
  })
}

function ask(socket: Socket, { question, host, place }: Request): ClientRequest {
  const headers = ['Host', host, 'Connection', 'close']
  let named = false
  for (const [name, value] of Object.entries(question.headers)) {
    headers.push(name, value)
    if (name.toLowerCase() === 'user-agent') named = true
  }
  if (!named) headers.push('User-Agent', 'slb')
  return send({
    createConnection: () => socket,
    method: place.method,
    path: place.path,
    setHost: false,
    headers,
  })
}

/** An error of Node's parser of HTTP. */
function notHttp(error: Error): string {
  if (codeOf(error) === 'HPE_HEADER_OVERFLOW') return 'the head of the answer is too long'
  return `the answer is not HTTP (${codeOf(error)})`
}

/** Reads the rest of the answer and judges it. */
function take(
  it: Attempt,
  question: Http,
  answer: IncomingMessage,
  certificate: string | undefined,
): void {
  const bad = judgeStatus(answer, question)
  if (bad !== undefined) {
    it.tell(bad)
    return
  }
  it.waitsFor = 'end of the answer'
  const chunks: Buffer[] = []
  let length = 0
  const tell = (): void => {
    const cut = length > bodyLimit || (length === bodyLimit && !answer.complete)
    it.tell(judge(answer, question, { chunks, cut, certificate }))
  }
  answer.on('error', () =>
    it.tell({ ok: false, why: 'connection closed before the end of the answer' }),
  )
  // Before Node's own listener, which begins to close the connection: then it can't be reset.
  answer.prependListener('end', tell)
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, bodyLimit - length))
    length += chunk.length
    if (length >= bodyLimit) tell()
  })
}

/** A request that was answered: what happens to it now is of no interest. */
function forget(request: ClientRequest): void {
  request.removeAllListeners('error')
  request.on('error', () => {})
}

/** What the server that is checked may call itself. */
function origins(check: Check, question: Http): readonly string[] {
  const scheme = question.tls === undefined ? 'http' : 'https'
  const address = `${scheme}://${endpoint(check.address, check.port)}`
  return question.host === undefined ? [address] : [`${scheme}://${question.host}`, address]
}
