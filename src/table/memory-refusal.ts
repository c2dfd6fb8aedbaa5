/** How the kernel in memory says no: an error number, and what it means where it is said. */
import type { SlbError, SlbErrorCode } from '../model/error.ts'
import { errnoNumber, kernelError } from '../netlink/errno.ts'

/** A refusal by errno, before it is known what for; `code` and `words` where the usual meaning misleads. */
export interface Refusal {
  readonly errno: string
  readonly code?: SlbErrorCode
  readonly words?: string
  readonly hint?: string
}

/** ENOENT for want of a module rather than of a row. */
export function noModule(module: string, what: string): Refusal {
  const hint = `load the kernel module: \`modprobe ${module}\``
  return { errno: 'ENOENT', code: 'missing', words: `the kernel has no ${what}`, hint }
}

/** The refusal of an operation as an error. `what` is the operation with its key: `delete link slb0`. */
export function refusalError(what: string, { errno, ...meaning }: Refusal): SlbError {
  return kernelError(errnoNumber(errno), what, meaning)
}
