/**
 * Tells that links or addresses have changed: the multicast groups of rtnetlink(7).
 *
 * What an event says is not read. It is a hint to look, and looking finds also what no event tells.
 *
 * The kernel announces what has come by a signal (O_ASYNC, fcntl(2)), which Node's loop takes like
 * any other: no thread waits in a call that could not be given up, nothing runs while nothing happens,
 * and closing is immediate. The signal is SIGURG, whose default action is to ignore, so that one that
 * comes late can't end the process; SIGIO would.
 */
import { SlbError } from '../model/error.ts'
import { errnoName, kernelError } from './errno.ts'
import { type Boxes, type Libc, libc } from './libc.ts'

/** `changed`: a link or an address is otherwise than before. `lost`: what changed is not known. */
export type LinkEvent = 'changed' | 'lost'

export interface LinkListenerOptions {
  /** The C library, or what stands in for it. */
  readonly libc?: Libc
  /** How long to wait for what belongs to the same change, in milliseconds. */
  readonly gather?: number
  /** The least time between two calls, in milliseconds. */
  readonly spacing?: number
  /** Told when there is no socket to listen on; `lost` follows as soon as there is one again. */
  readonly onTrouble?: (error: SlbError) => void
}

export interface LinkListener {
  /** After this nothing is told any more. */
  close(): Promise<void>
}

const family = 16
/** SOCK_RAW | SOCK_CLOEXEC. */
const socketType = 3 | 0x80000
/** RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR (linux/rtnetlink.h). */
const groups = 0x1 | 0x10 | 0x100

/** asm-generic/fcntl.h. */
const command = { setFlags: 4, setOwner: 8, setSignal: 10 } as const
const asynchronous = 0o20000
const signal = { name: 'SIGURG', number: 23 } as const

const solSocket = 1
const receiveBufferOption = 8
/**
 * Small on purpose. Each event is one signal, and Node queues signals in a pipe that holds some four
 * thousand: while its loop is blocked, the socket must overflow long before that pipe does, or SIGTERM
 * would be lost with the rest.
 */
const receiveBuffer = 64 << 10

const dontWait = 0x40
const boxCount = 64
/** So many calls, then others have their turn. */
const callsAtOnce = 16

const firstRetry = 100
const lastRetry = 10_000

/**
 * Listens in the network namespace of the calling thread, which must be the main one: signals reach
 * no other. Does not keep the process from ending.
 *
 * Never fails: an overflow (ENOBUFS) is `lost`, after any other error the socket is opened anew.
 */
export function listenLinks(
  onEvent: (event: LinkEvent) => void,
  options: LinkListenerOptions = {},
): LinkListener {
  const c = options.libc ?? libc()
  const calls = openGatherer(onEvent, options.gather ?? 10, options.spacing ?? 100)
  const boxes = c.boxes(Array.from({ length: boxCount }, () => new Uint8Array(16)))
  let fd = -1
  let deaf = false
  let retry: NodeJS.Timeout | undefined

  const take = (): void => {
    if (fd < 0) return
    const left = drain(c, fd, boxes, calls.note)
    if (left === 'more') setImmediate(take)
    if (left !== 'broken') return
    c.close(fd)
    fd = -1
    deaf = true
    open(firstRetry)
  }
  /** `wait`: how long until the next try if this one fails, in milliseconds. */
  const open = (wait: number): void => {
    try {
      fd = openSocket(c)
    } catch (error) {
      if (!(error instanceof SlbError)) throw error
      if (wait === firstRetry) options.onTrouble?.(error)
      deaf = true
      retry = setTimeout(open, wait, Math.min(wait * 2, lastRetry)).unref()
      return
    }
    if (deaf) calls.note('lost')
    deaf = false
    // What came before the signal was asked for.
    take()
  }
  process.on(signal.name, take)
  open(firstRetry)
  return {
    async close() {
      process.off(signal.name, take)
      clearTimeout(retry)
      calls.close()
      if (fd >= 0) c.close(fd)
      fd = -1
    },
  }
}

/** Takes what has come: all of it, so much that others should have their turn, or an error. */
function drain(
  c: Libc,
  fd: number,
  boxes: Boxes,
  note: (event: LinkEvent) => void,
): 'empty' | 'more' | 'broken' {
  for (let call = 0; call < callsAtOnce; call++) {
    if (c.recvmmsg(fd, boxes, dontWait) >= 0) note('changed')
    else {
      const errno = errnoName(c.errno())
      if (errno === 'EAGAIN') return 'empty'
      if (errno === 'ENOBUFS') note('lost')
      else if (errno !== 'EINTR') return 'broken'
    }
  }
  return 'more'
}

function openSocket(c: Libc): number {
  const fd = c.socket(family, socketType, 0)
  if (fd < 0) throw kernelError(c.errno(), 'open a socket for events of links')
  const set = (name: number, value: number): boolean => c.fcntl(fd, name, value) === 0
  const address = new Uint8Array(12)
  new Uint16Array(address.buffer)[0] = family
  new Uint32Array(address.buffer)[2] = groups
  const size = new Uint8Array(new Int32Array([receiveBuffer]).buffer)
  c.setsockopt(fd, solSocket, receiveBufferOption, size, size.length)
  if (
    set(command.setSignal, signal.number) &&
    set(command.setOwner, process.pid) &&
    set(command.setFlags, asynchronous) &&
    c.bind(fd, address, address.length) === 0
  )
    return fd
  const errno = c.errno()
  c.close(fd)
  throw kernelError(errno, 'listen to events of links')
}

/** Makes one call of many events that come together. */
function openGatherer(onEvent: (event: LinkEvent) => void, gather: number, spacing: number) {
  let pending: LinkEvent | undefined
  let timer: NodeJS.Timeout | undefined
  const fire = (): void => {
    timer = undefined
    if (pending === undefined) return
    const event = pending
    pending = undefined
    timer = setTimeout(fire, spacing).unref()
    onEvent(event)
  }
  return {
    note(event: LinkEvent): void {
      if (pending !== 'lost') pending = event
      timer ??= setTimeout(fire, gather).unref()
    },
    close(): void {
      clearTimeout(timer)
      pending = undefined
    },
  }
}
