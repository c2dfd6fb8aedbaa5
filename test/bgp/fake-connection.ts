/** Connections without sockets: what is sent is there to be read, what arrives is what the test says. */
import type { Connection, ConnectionEnds } from '../../src/bgp/connection.ts'
import { keepalive } from '../../src/bgp/wire/message.ts'
import { decodeNotification, describeCodes } from '../../src/bgp/wire/notification.ts'
import { hex, ip } from './rig.ts'
import { messageOf } from './wrong-messages.ts'

const goodOpen = messageOf(1, hex('04 fde8 0009 c00002fe 08 02 06 41 04 0000fde8'))

/** A connection that the test is the other side of. */
export class FakeConnection implements Connection {
  blocked = false
  sent: Uint8Array[] = []
  last: string | undefined
  over = false
  readonly ends: ConnectionEnds
  readonly closed: Promise<void>
  close = (): void => {}
  constructor(ends: ConnectionEnds) {
    this.ends = ends
    this.closed = new Promise(resolve => {
      this.close = resolve
    })
  }
  send(bytes: Uint8Array, handed?: () => void): void {
    this.sent.push(bytes)
    if (!this.blocked) handed?.()
  }
  hangUp(bytes?: Uint8Array): Promise<void> {
    this.over = true
    if (bytes !== undefined) this.last = describeCodes(decodeNotification(bytes.subarray(19)))
    return this.closed
  }
  establish(): void {
    this.ends.connected(ip('127.0.0.1'))
    this.ends.arrived(goodOpen)
    this.ends.arrived(keepalive)
  }
}
