/** Does a UDP port answer, or at least exist? */
import type { Probe } from '../probe.ts'
import { attempt, questionOf } from './attempt.ts'
import { dialDatagram, hangUpDatagram } from './dial.ts'
import { datagramFault, oneLine } from './fault.ts'

/**
 * Sends one datagram. Good if the answer begins as expected; where nothing is expected, if anything
 * comes back, or nothing at all until the timeout: then only an unreachable port is bad.
 */
export const udp: Probe = (check, signal) => {
  const { payload, expect } = questionOf(check, 'udp')
  return attempt(check, signal, it => {
    if (expect === undefined) it.silence = { ok: true }
    const socket = dialDatagram(check, connected => connected.send(payload))
    socket.on('error', error => it.tell(datagramFault(error, check)))
    socket.once('message', answer => {
      if (expect === undefined || answer.subarray(0, expect.length).equals(expect))
        it.tell({ ok: true })
      else it.tell({ ok: false, why: `the answer begins with ${shown(answer)}` })
    })
    return () => hangUpDatagram(socket)
  })
}

/** The first bytes of an answer: as text if they are printable. */
function shown(answer: Buffer): string {
  if (answer.length === 0) return 'nothing: it is empty'
  const first = answer.subarray(0, 24)
  const text = first.toString('latin1')
  return /^[\x20-\x7e]+$/.test(text) ? `"${oneLine(text)}"` : `0x${first.toString('hex')}`
}
