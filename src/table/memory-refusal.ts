/** How the kernel in memory says no: an error number, and what it means where it is said. */
import { SlbError, type SlbErrorCode } from '../model/error.ts'
import { errnoNumber, kernelError } from '../netlink/errno.ts'

/** A refusal, before it is known what for: by errno, with `code` and `words` where its usual meaning misleads. */
export type Refusal =
  | {
      readonly errno: string
      readonly code?: SlbErrorCode
      readonly words?: string
      readonly hint?: string
    }
  | { readonly errno?: undefined; readonly code: SlbErrorCode; readonly words: string }

/** ENOENT for want of a module rather than of a row. */
export function noModule(module: string, what: string): Refusal {
  const hint = `load the kernel module: \`modprobe ${module}\``
  return { errno: 'ENOENT', code: 'missing', words: `the kernel has no ${what}`, hint }
}

/** The refusal of an operation as an error. `what` is the operation with its key: `delete link slb0`. */
export function refusalError(what: string, refusal: Refusal): SlbError {
  if (refusal.errno === undefined) return new SlbError(refusal.code, `${what}: ${refusal.words}`)
  const { errno, ...meaning } = refusal
  return kernelError(errnoNumber(errno), what, meaning)
}
