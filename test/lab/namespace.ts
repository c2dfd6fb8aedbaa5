/**
 * Network namespaces for lab tests, switched to and fro within this process.
 *
 * A socket belongs for ever to the namespace it was made in, so one process can be the director,
 * its clients and its backends at once: `inside(backend, () => createServer().listen(80))`.
 * setns(2) moves only the calling thread, here the main one; /proc/net, child processes and
 * sockets follow it, but `fs.promises` works on other threads: read /proc/sys by the sync calls.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import koffi from 'koffi'

const libc = koffi.load('libc.so.6')
const unshare: (flags: number) => number = libc.func('int unshare(int flags)')
const setns: (fd: number, type: number) => number = libc.func('int setns(int fd, int type)')

/** CLONE_NEWNET of linux/sched.h. */
const newNetwork = 0x4000_0000

export interface Namespace {
  /** Names it to other programs: `ip link set eth0 netns PATH`, `nsenter --net=PATH`. */
  readonly path: string
  readonly descriptor: number
  /** It goes when the last socket, link or process in it does. */
  close(): void
}

/** A handle on the namespace that this process is in now. */
export function currentNamespace(): Namespace {
  const descriptor = openSync('/proc/thread-self/ns/net', 'r')
  return {
    descriptor,
    path: `/proc/${process.pid}/fd/${descriptor}`,
    close: () => closeSync(descriptor),
  }
}

/** Move this process to a fresh namespace with `lo` up: empty IPVS table, no links, no routes. */
export function enterFreshNamespace(): void {
  check('unshare', unshare(newNetwork))
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
}

/** A fresh namespace, `lo` up, without going there. */
export function freshNamespace(): Namespace {
  const here = currentNamespace()
  try {
    enterFreshNamespace()
    return currentNamespace()
  } finally {
    enter(here)
    here.close()
  }
}

/** Do synchronous work in another namespace: make a socket, start a program, read /proc. */
export function inside<T>(namespace: Namespace, work: () => T): T {
  const here = currentNamespace()
  enter(namespace)
  try {
    return work()
  } finally {
    enter(here)
    here.close()
  }
}

let turn: Promise<unknown> = Promise.resolve()

/**
 * Like `inside`, for what Node puts off to the next tick: `socket.connect`, `datagram.bind`.
 * Await it before anything else: until then this process is elsewhere.
 */
export function insideNextTick(namespace: Namespace, work: () => void): Promise<void> {
  const done = turn.then(async () => {
    const here = currentNamespace()
    enter(namespace)
    try {
      work()
      await new Promise<void>(resolve => process.nextTick(resolve))
    } finally {
      enter(here)
      here.close()
    }
  })
  turn = done.catch(() => {})
  return done
}

/** Run a program in a namespace (or where we are) and return what it prints; throws if it fails. */
export function run(namespace: Namespace | undefined, command: string, ...args: string[]): string {
  const work = (): string =>
    execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return namespace === undefined ? work() : inside(namespace, work)
}

/** Many `ip` commands in one process: `ip -batch`. */
export function ip(namespace: Namespace | undefined, ...lines: string[]): void {
  const work = (): void => {
    execFileSync('ip', ['-batch', '-'], {
      input: lines.join('\n'),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }
  if (namespace === undefined) work()
  else inside(namespace, work)
}

/** Moves this process to a namespace, for good. */
export function enter(namespace: Namespace): void {
  check('setns', setns(namespace.descriptor, newNetwork))
}

function check(call: string, result: number): void {
  if (result !== 0)
    throw new Error(`${call}: errno ${koffi.errno()}; run this test as root in the lab`)
}
