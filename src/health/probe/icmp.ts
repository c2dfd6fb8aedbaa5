/** Does a machine answer to an echo request (ping)? */
import type { Probe } from '../probe.ts'
import { attempt } from './attempt.ts'
import { pingSocket } from './ping-socket.ts'

/** Good as soon as the echo comes back, with the bytes that were sent. */
export const icmp: Probe = (check, signal) =>
  attempt(check, signal, it => {
    const socket = pingSocket(check)
    return socket.ping(check.address, error => {
      if (error === undefined) it.tell({ ok: true })
      else it.fail(error)
    })
  })
