/** A TCP connection of an attempt, with TLS where asked. */
import type { Socket } from 'node:net'
import type { Check } from '../../model/check.ts'
import type { Attempt, Release } from './attempt.ts'
import { dial, hangUp } from './dial.ts'
import { secure, type Wish } from './secure.ts'

/** Takes the connection: secured, or not yet connected; and what is to be said of its certificate. */
export type Ready = (socket: Socket, warning?: string) => void

/**
 * Opens a connection and hands it over; returns how to let it go. Errors before that, and what
 * `ready` throws, end the attempt.
 */
export function open(it: Attempt, check: Check, wish: Wish | undefined, ready: Ready): Release {
  it.waitsFor = 'connection'
  const plain = dial(check)
  if (wish === undefined) {
    plain.once('connect', () => {
      it.waitsFor = 'answer'
    })
    plain.on('error', error => it.fail(error))
    it.guard(ready)(plain)
    return () => hangUp(plain)
  }
  plain.once('connect', () => {
    it.waitsFor = 'end of the TLS handshake'
  })
  const secured = it.guard((socket: Socket, warning: string | undefined) => {
    it.waitsFor = 'answer'
    ready(socket, warning)
  })
  const socket = secure(it, check, plain, wish, secured)
  if (socket === undefined) return () => hangUp(plain)
  // A reset of the connection below TLS crashes Node 20: it is closed in the ordinary way.
  return () => {
    socket.on('error', () => {})
    socket.destroy()
    plain.destroy()
  }
}
