/** The announcer of this host: real links, real frames, real time. */

import type { SlbError } from '../model/error.ts'
import { type Libc, libc } from '../netlink/libc.ts'
import { type Netlink, openNetlink, protocol } from '../netlink/socket.ts'
import { type Air, type Alarm, type Announcer, openAnnouncer } from './announcer.ts'
import { etherTypeArp } from './arp.ts'
import { ownMacs, readLink } from './links.ts'
import { type FrameSender, openFrameListener, openFrameSender } from './packet-socket.ts'

/**
 * An announcer in the network namespace of the calling thread. Its sockets open when there is something
 * to announce.
 */
export function announceFromHere(onTrouble?: (error: SlbError) => void): Announcer {
  return openAnnouncer(openAir(libc), timers, onTrouble)
}

/** Links and frames of this host. */
export function openAir(c: () => Libc): Air {
  let sender: FrameSender | undefined
  let netlink: Netlink | undefined
  const route = (): Netlink => {
    netlink ??= openNetlink(protocol.route)
    return netlink
  }
  return {
    open() {
      sender ??= openFrameSender(c())
    },
    look: link => readLink(route(), link),
    listen: index => openFrameListener(c(), index, etherTypeArp),
    ownMacs: () => ownMacs(route()),
    send(index, frame) {
      sender ??= openFrameSender(c())
      return sender.send(index, frame)
    },
    close() {
      sender?.close()
      netlink?.close()
      sender = undefined
      netlink = undefined
    },
  }
}

/** The monotonic clock and the timers of Node. */
const timers: Alarm = {
  now: () => performance.now(),
  after(milliseconds, holds, call) {
    const timer = setTimeout(call, milliseconds)
    if (!holds) timer.unref()
    return () => clearTimeout(timer)
  },
}
