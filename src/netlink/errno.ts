/** Kernel error numbers to names, kinds and words: the one mapping. */
import { constants } from 'node:os'
import { SlbError, type SlbErrorCode } from '../model/error.ts'

/** 95 has two names on Linux; the kernel's own is this one. */
const names = new Map<number, string>([[constants.errno.EOPNOTSUPP, 'EOPNOTSUPP']])
for (const [name, number] of Object.entries(constants.errno))
  if (!names.has(number)) names.set(number, name)

/** The name of an error number (`ENOENT`), or `errno 12345` for one without. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}

/** The error number of a name on this machine; 0 if it has none. */
export function errnoNumber(name: string): number {
  return (constants.errno as Record<string, number>)[name] ?? 0
}

interface Meaning {
  readonly code: SlbErrorCode
  readonly words: string
}

const meanings: Readonly<Record<string, Meaning>> = {
  EEXIST: { code: 'stale', words: 'it exists already' },
  ESRCH: { code: 'stale', words: 'it does not exist' },
  ENOENT: { code: 'stale', words: 'it does not exist' },
  EADDRNOTAVAIL: { code: 'stale', words: 'no such address' },
  EAGAIN: { code: 'busy', words: 'the kernel cannot do it at the moment' },
  EBUSY: { code: 'busy', words: 'it is in use' },
  EINTR: { code: 'busy', words: 'interrupted' },
  ENOBUFS: { code: 'busy', words: 'answers were lost, the receive buffer was full' },
  ENOMEM: { code: 'busy', words: 'the kernel is out of memory' },
  EPERM: { code: 'denied', words: 'not permitted' },
  EACCES: { code: 'denied', words: 'access denied' },
  ENODEV: { code: 'missing', words: 'no such device' },
  ENXIO: { code: 'missing', words: 'no such device' },
  ENETUNREACH: { code: 'missing', words: 'there is no way to that network' },
  EOPNOTSUPP: { code: 'missing', words: 'this kernel does not support it' },
  EPROTONOSUPPORT: { code: 'missing', words: 'this kernel does not support the protocol' },
  EAFNOSUPPORT: { code: 'missing', words: 'this kernel does not support the address family' },
  EINVAL: { code: 'invalid', words: 'the kernel refuses the value' },
  ERANGE: { code: 'invalid', words: 'the value is out of range' },
  EMSGSIZE: { code: 'invalid', words: 'the message is too long' },
  EADDRINUSE: { code: 'invalid', words: 'the address is in use' },
  ENOSPC: { code: 'io', words: 'no space left' },
  EIO: { code: 'io', words: 'input or output error' },
  ETIMEDOUT: { code: 'timeout', words: 'no answer in time' },
}

/** What can be done about an error number, by its kind. */
export function codeOf(errno: number): SlbErrorCode {
  return meanings[errnoName(errno)]?.code ?? 'internal'
}

export interface KernelErrorOptions {
  /** What the kernel itself says (NLMSGERR_ATTR_MSG). */
  readonly text?: string | undefined
  readonly hint?: string | undefined
  /** A kind that fits the operation better than the general one. */
  readonly code?: SlbErrorCode | undefined
  /** Words that fit the operation better than the general ones. */
  readonly words?: string | undefined
}

/**
 * An error number as an SlbError. `what` is the operation and its object: `create service tcp
 * 192.0.2.1:80`. The message reads `WHAT: WORDS (ERRNO, the kernel says: TEXT)`.
 */
export function kernelError(
  errno: number,
  what: string,
  options: KernelErrorOptions = {},
): SlbError {
  const name = errnoName(errno)
  const code = options.code ?? codeOf(errno)
  const words = options.words ?? meanings[name]?.words ?? 'failed'
  const kernel = options.text === undefined ? '' : `, the kernel says: ${options.text}`
  const hint = options.hint ?? (code === 'denied' ? deniedHint : undefined)
  return new SlbError(code, `${what}: ${words} (${name}${kernel})`, {
    errno: name,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** What every change of the kernel's network tables needs (capabilities(7)). */
export const deniedHint = 'run as root or with the capability CAP_NET_ADMIN'
