/** Does a TCP port take connections? */
import type { Probe } from '../probe.ts'
import { attempt } from './attempt.ts'
import { dial, hangUp } from './dial.ts'

/** Good as soon as the connection stands; nothing is sent on it. */
export const tcp: Probe = (check, signal) =>
  attempt(check, signal, it => {
    it.waitsFor = 'connection'
    const socket = dial(check)
    socket.once('connect', () => it.tell({ ok: true }))
    socket.once('error', error => it.fail(error))
    return () => hangUp(socket)
  })
