/** Faults of the outside world, as values: a code to act on, words to read, and the cause. */

/**
 * What kind of fault it is, by what can be done about it.
 *
 * - `stale`: the live system is not as the plan assumed (EEXIST, ESRCH, ENOENT of the key): read again, plan again.
 * - `busy`: passes by itself (EAGAIN, EBUSY, ENOBUFS, ENOMEM): try again.
 * - `denied`: a privilege is missing. `missing`: a kernel module, program or link is. `invalid`: the kernel refuses the value.
 * - `duplicate-address`: another host on the link has the address.
 * - `io`: reading or writing a file failed. `timeout`, `internal`: as they say.
 */
export type SlbErrorCode =
  | 'stale'
  | 'busy'
  | 'denied'
  | 'missing'
  | 'invalid'
  | 'duplicate-address'
  | 'io'
  | 'timeout'
  | 'locked'
  | 'internal'

export interface SlbErrorOptions {
  /** What to do next, as a sentence for the operator. */
  readonly hint?: string
  /** The errno's name (`ENOENT`), where there is one. */
  readonly errno?: string
  readonly cause?: unknown
}

/** A fault of the outside world. Thrown where nothing can go on, a value inside `Failure` otherwise. */
export class SlbError extends Error {
  readonly code: SlbErrorCode
  readonly hint: string | undefined
  readonly errno: string | undefined

  constructor(code: SlbErrorCode, message: string, options: SlbErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SlbError'
    this.code = code
    this.hint = options.hint
    this.errno = options.errno
  }
}
