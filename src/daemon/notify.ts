/**
 * Talking to the service manager: sd_notify(3) of systemd, datagrams to the socket that it names.
 *
 * Nothing here ever fails: without a service manager there is nobody to talk to, and one that restarts
 * is asked again with the next message.
 */
import { type Libc, libc } from '../netlink/libc.ts'

/** What the service manager is told. */
export interface Notifier {
  /** The daemon does its work; also the end of a reload. */
  ready(): void
  /** One line on how things are, shown by `systemctl status`. */
  status(text: string): void
  /** It starts still: the start may take so many milliseconds more, counted from now. */
  starting(within: number): void
  reloading(): void
  /** `within`: how long it may take, in milliseconds, if that may be longer than the unit allows. */
  stopping(within?: number): void
  /** Within each watchdog time at least once; see `pulse`. */
  alive(): void
  /** How often to say `alive`, in milliseconds: half of what the watchdog waits. Absent = no watchdog. */
  readonly pulse?: number
  close(): void
}

/** Time since boot in microseconds (CLOCK_MONOTONIC), and who we are. */
export interface NotifierOptions {
  readonly monotonic?: () => bigint
  readonly pid?: number
  readonly libc?: () => Libc
}

/** AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC. */
const family = 1
const socketType = 2 | 0o2000000
const dontWait = 0x40
const noSignal = 0x4000
/** SOL_SOCKET, SO_SNDTIMEO with 64 bits and with two longs (asm-generic/socket.h). */
const solSocket = 1
const sendTimeouts = [67, 21] as const
/** sizeof(sun_path), unix(7). */
const maxPath = 108
/** How long a message that matters may wait for a manager that is slow to read, in seconds. */
const patience = 1n

/**
 * Takes the variables of sd_notify(3) out of `environment`, so that no child speaks in our name.
 *
 * A socket of another kind than a path or an abstract name (`vsock:`) is not known here.
 */
export function openNotifier(
  environment: Record<string, string | undefined>,
  options: NotifierOptions = {},
): Notifier {
  const { NOTIFY_SOCKET: name = '', WATCHDOG_USEC: watchdog, WATCHDOG_PID: pid } = environment
  for (const key of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[key]
  const address = addressOf(name)
  const line = address === undefined ? undefined : openLine(address, options.libc ?? libc)
  const monotonic = options.monotonic ?? (() => process.hrtime.bigint() / 1000n)
  const send = (text: string, wait = true): void => line?.send(text, wait)
  const ours = pid === undefined || pid === `${options.pid ?? process.pid}`
  const pulse = line && ours ? Math.floor(Number(watchdog) / 2000) : 0
  return {
    ready: () => send('READY=1'),
    status: text => send(`STATUS=${text.replace(/\s+/g, ' ')}`, false),
    starting: within => send(`EXTEND_TIMEOUT_USEC=${within * 1000}`, false),
    reloading: () => send(`RELOADING=1\nMONOTONIC_USEC=${monotonic()}`),
    stopping: within =>
      send(`STOPPING=1${within === undefined ? '' : `\nEXTEND_TIMEOUT_USEC=${within * 1000}`}`),
    alive: () => send('WATCHDOG=1', false),
    ...(pulse > 0 ? { pulse } : {}),
    close: () => line?.close(),
  }
}

/** struct sockaddr_un: a path, or an abstract name that begins with `@`. */
function addressOf(name: string): Uint8Array | undefined {
  if (!name.startsWith('/') && !name.startsWith('@')) return undefined
  const abstract = name.startsWith('@')
  const path = Buffer.from(abstract ? `\0${name.slice(1)}` : `${name}\0`)
  if (path.length < 2 || path.length > maxPath) return undefined
  const address = new Uint8Array(2 + path.length)
  new Uint16Array(address.buffer, 0, 1)[0] = family
  address.set(path, 2)
  return address
}

interface Line {
  /** `wait`: the message matters, so that a full queue is waited for. */
  send(text: string, wait: boolean): void
  close(): void
}

/** The address is looked up with every datagram: a manager that comes back is found again. */
function openLine(address: Uint8Array, load: () => Libc): Line | undefined {
  const c = load()
  const fd = c.socket(family, socketType, 0)
  if (fd < 0) return undefined
  const time = new Uint8Array(new BigInt64Array([patience, 0n]).buffer)
  const bounded = sendTimeouts.some(
    option => c.setsockopt(fd, solSocket, option, time, time.length) === 0,
  )
  let open = true
  return {
    send(text, wait) {
      if (!open) return
      const bytes = Buffer.from(text)
      const flags = noSignal | (wait && bounded ? 0 : dontWait)
      c.sendto(fd, bytes, bytes.length, flags, address, address.length)
    },
    close() {
      if (open) c.close(fd)
      open = false
    },
  }
}
