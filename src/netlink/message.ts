/** The 16 bytes before every netlink message, and the flags in them (linux/netlink.h). */
import { align, type Frame, type Writer } from './attr.ts'

export const headerLength = 16

/** `nlmsg_flags` of requests. */
export const flag = {
  request: 0x1,
  ack: 0x4,
  /** NLM_F_ROOT | NLM_F_MATCH. */
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
} as const

/** `nlmsg_flags` of answers. */
export const answerFlag = {
  multi: 0x2,
  /** The table changed while it was dumped: what was sent may be wrong. */
  interrupted: 0x10,
  /** The error carries only the header of the request (NETLINK_CAP_ACK). */
  capped: 0x100,
  /** Attributes follow the error (NETLINK_EXT_ACK). */
  attributes: 0x200,
} as const

/** `nlmsg_type` below the first of any protocol's own. */
export const messageType = { noop: 1, error: 2, done: 3, overrun: 4 } as const

/**
 * Writes a header. Length, sequence and port are left to `finishMessage`, which the socket calls.
 * NLM_F_REQUEST is always set.
 */
export function startMessage(w: Writer, type: number, flags = 0): void {
  const half = w.at >> 1
  w.u16[half + 2] = type
  w.u16[half + 3] = flags | flag.request
  w.u32[(w.at >> 2) + 3] = 0
  w.at += headerLength
}

/** Fills in the header of the message that starts at `start` and ends where the writer is. */
export function finishMessage(w: Writer, start: number, sequence: number): void {
  w.u32[start >> 2] = w.at - start
  w.u32[(start >> 2) + 2] = sequence
  w.at = align(w.at)
}

/** Adds flags to the message that starts at `start`. */
export function addFlags(w: Writer, start: number, flags: number): void {
  w.u16[(start >> 1) + 3] = flagsOf(w, start) | flags
}

/** The header fields of the message that starts at `at`. */
export function lengthOf(f: Frame, at: number): number {
  return f.u32[at >> 2] ?? 0
}

export function typeOf(f: Frame, at: number): number {
  return f.u16[(at >> 1) + 2] ?? 0
}

export function flagsOf(f: Frame, at: number): number {
  return f.u16[(at >> 1) + 3] ?? 0
}

export function sequenceOf(f: Frame, at: number): number {
  return f.u32[(at >> 2) + 2] ?? 0
}

/** Where the next message starts. Always further on, so that a walk ends on any bytes. */
export function nextMessage(f: Frame, at: number): number {
  return at + Math.max(headerLength, align(lengthOf(f, at)))
}
