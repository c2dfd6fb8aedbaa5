/** Does a DNS server answer a question as it should? */
import { randomInt } from 'node:crypto'
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, streamEncode } from 'dns-packet'
import type { Check } from '../../model/check.ts'
import type { Probe } from '../probe.ts'
import { type Attempt, attempt, questionOf, type Release } from './attempt.ts'
import { dial, dialDatagram, hangUp, hangUpDatagram } from './dial.ts'
import { type Dns, judge } from './dns-answer.ts'
import { datagramFault } from './fault.ts'

/**
 * Good if the response code is the one expected, and one of the records is what it must be. Asked
 * over UDP; again over TCP if the answer was cut short and what is missing matters (RFC 7766, 5).
 *
 * Not by Node's resolver: it does not tell its own faults from those of the server, reads
 * /etc/resolv.conf for each server that it asks, and can't set a mark.
 */
export const dns: Probe = (check, signal) => {
  const question = questionOf(check, 'dns')
  return attempt(check, signal, it => {
    const id = randomInt(0x10000)
    let close: Release = () => {}
    close = askByDatagram(it, check, question, id, answer => {
      const verdict = judge(answer, question)
      if (verdict.ok || !answer.flag_tc || question.answer === undefined) {
        it.tell(verdict)
        return
      }
      close()
      close = askByStream(it, check, question, id)
    })
    return () => close()
  })
}

function query(question: Dns, id: number) {
  return {
    type: 'query' as const,
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: question.record, name: question.name }],
  }
}

function askByDatagram(
  it: Attempt,
  check: Check,
  question: Dns,
  id: number,
  took: (answer: DecodedPacket) => void,
): Release {
  const message = encode(query(question, id))
  const socket = dialDatagram(check, connected => connected.send(message))
  socket.on('error', error => it.tell(datagramFault(error, check)))
  const received = it.guard((bytes: Buffer) => {
    const answer = read(it, bytes, question, id)
    if (answer !== undefined) took(answer)
  })
  socket.on('message', received)
  return () => hangUpDatagram(socket)
}

/** Messages over TCP have their length before them (RFC 1035, 4.2.2). */
function askByStream(it: Attempt, check: Check, question: Dns, id: number): Release {
  it.waitsFor = 'connection for the whole answer'
  const socket = dial(check)
  socket.once('connect', () => {
    it.waitsFor = 'answer over TCP'
    socket.write(streamEncode(query(question, id)))
  })
  let received = Buffer.alloc(0)
  socket.on('data', bytes => {
    received = Buffer.concat([received, bytes])
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
    const answer = read(it, received.subarray(2, 2 + received.readUInt16BE(0)), question, id)
    if (answer !== undefined) it.tell(judge(answer, question))
  })
  socket.on('error', error => it.fail(error))
  socket.on('end', () => it.tell({ ok: false, why: 'connection closed without an answer' }))
  return () => hangUp(socket)
}

/**
 * The answer to our question; undefined for what is no answer to it (RFC 5452, 9.1). One that bears
 * our number but cannot be read ends the attempt.
 */
function read(it: Attempt, bytes: Buffer, question: Dns, id: number): DecodedPacket | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id || ((bytes[2] ?? 0) & 0x80) === 0)
    return undefined
  try {
    const answer = decode(bytes)
    const asked = answer.questions?.[0]
    // A server that cannot read the question need not repeat it.
    if (asked === undefined) return answer
    const same = asked.type === question.record && plain(asked.name) === plain(question.name)
    return same ? answer : undefined
  } catch {
    it.tell({ ok: false, why: 'the answer is not DNS' })
    return undefined
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
