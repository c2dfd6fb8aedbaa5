/** What went wrong with one change, in words: the errno facts of ip_vs_ctl.c. */
import { type Change, changeKey, type Failure } from '../../model/change.ts'
import type { Service } from '../../model/rows.ts'
import { errnoName, type KernelErrorOptions, kernelError } from '../../netlink/errno.ts'

/** A change that the kernel answered with an error number; `text` is what the kernel itself says. */
export function failureOf(change: Change, errno: number, text: string | undefined): Failure {
  const what = `${change.op} ${changeKey(change)}`
  return { change, error: kernelError(errno, what, { text, ...explain(change, errnoName(errno)) }) }
}

/** Where an error number means more than it says: the same one has different causes. */
function explain(change: Change, errno: string): KernelErrorOptions {
  if (errno === 'ENOBUFS' || errno === 'ETIMEDOUT')
    return { words: 'the answer of the kernel was lost, the change may have happened' }
  if (change.kind === 'service') return explainService(change.row, errno)
  if (change.kind === 'destination') return destinationFaults[errno] ?? {}
  return change.kind === 'sync' ? (syncFaults[errno] ?? {}) : {}
}

/** ESRCH is the service; ENOENT is a module that the kernel cannot load. */
function explainService(row: Service, errno: string): KernelErrorOptions {
  if (errno !== 'ENOENT') return {}
  const modules = [`ip_vs_${row.scheduler}`]
  if (row.engine !== '') modules.push(`ip_vs_pe_${row.engine}`)
  const parts = [`scheduler ${row.scheduler}`]
  if (row.engine !== '') parts.push(`persistence engine ${row.engine}`)
  return {
    code: 'missing',
    words: `the kernel has no ${parts.join(' or no ')}`,
    hint: `load it with: modprobe -a ${modules.join(' ')}`,
  }
}

const destinationFaults: Readonly<Record<string, KernelErrorOptions>> = {
  ESRCH: { words: 'its service does not exist' },
  ERANGE: {
    words: 'the lower threshold is above the upper one, or the weight is out of range',
  },
  EINVAL: {
    words: 'the kernel refuses the address, or the way of forwarding to it',
    hint: 'a backend of the other address family can only be reached with forward = "tunnel"',
  },
}

const syncFaults: Readonly<Record<string, KernelErrorOptions>> = {
  ENODEV: { words: 'its interface does not exist', hint: 'list the links with: ip link' },
  ESRCH: { words: 'no such daemon runs' },
  EEXIST: { words: 'such a daemon runs already' },
}
