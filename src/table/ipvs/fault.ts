/** What went wrong with one change, in words: the errno facts of ip_vs_ctl.c and ip_vs_sync.c. */
import { type Change, describeChange, type Failure } from '../../model/change.ts'
import { familyOf } from '../../model/ip.ts'
import type { Destination, Service, Sync } from '../../model/rows.ts'
import { errnoName, type KernelErrorOptions, kernelError } from '../../netlink/errno.ts'

/** A change that the kernel answered with an error number; `text` is what the kernel itself says. */
export function failureOf(change: Change, errno: number, text: string | undefined): Failure {
  const meaning = explain(change, errnoName(errno))
  return { change, error: kernelError(errno, describeChange(change), { text, ...meaning }) }
}

/** Where an error number means more than it says: the same one has different causes. */
function explain(change: Change, errno: string): KernelErrorOptions {
  if (errno === 'ENOBUFS' || errno === 'ETIMEDOUT')
    return { words: 'the answer of the kernel was lost, so it may have happened' }
  switch (change.kind) {
    case 'service':
      return explainService(change.row, errno)
    case 'destination':
      return explainDestination(change.row, errno)
    case 'sync':
      return explainSync(change.row, errno)
    default:
      return {}
  }
}

/** ESRCH is the service; ENOENT is a module that the kernel cannot load. */
function explainService(row: Service, errno: string): KernelErrorOptions {
  if (errno !== 'ENOENT') return {}
  const scheduler = { what: `scheduler ${row.scheduler}`, module: `ip_vs_${row.scheduler}` }
  const engine = {
    what: `persistence engine ${row.engine}`,
    module: `ip_vs_pe_${row.engine}`,
  }
  const parts = row.engine === '' ? [scheduler] : [scheduler, engine]
  return {
    code: 'missing',
    words: `the kernel has no ${parts.map(part => part.what).join(' or no ')}`,
    hint: `load the kernel module: \`modprobe -a ${parts.map(part => part.module).join(' ')}\``,
  }
}

/** ESRCH is the service; ENOENT is the destination. */
function explainDestination(row: Destination, errno: string): KernelErrorOptions {
  if (errno === 'ESRCH') return { words: 'its service does not exist' }
  if (errno === 'ERANGE')
    return row.lower > row.upper
      ? { words: 'the lower threshold is above the upper one' }
      : { words: 'weights go from 0 to 2147483647' }
  if (errno !== 'EINVAL') return {}
  if (familyOf(row.address) !== row.service.family && row.forward !== 'tunnel')
    return {
      words: `an ${row.service.family} service cannot forward to ${row.address}`,
      hint: 'only forward = "tunnel" crosses address families',
    }
  if (row.tunnel?.type === 'gue' && row.tunnel.port === 0)
    return { words: 'a gue tunnel needs a port' }
  if (row.upper > 0x7fffffff) return { words: 'thresholds go from 0 to 2147483647' }
  return {
    words: `the kernel does not accept ${row.address} as a backend`,
    // Without any address there is no local routing table, and ip_vs takes every backend for a broadcast.
    hint: 'it must be a unicast address, and in a fresh network namespace lo must be up: `ip link set lo up`',
  }
}

function explainSync(row: Sync, errno: string): KernelErrorOptions {
  switch (errno) {
    case 'ENODEV':
      return { words: `there is no link ${row.interface}`, hint: 'list the links: `ip link`' }
    case 'ENETUNREACH':
      return { words: `${row.interface} is down or has no address` }
    case 'EEXIST':
      return { words: `a ${row.role} runs already` }
    case 'ESRCH':
      return { words: `no ${row.role} runs` }
    case 'EINVAL':
      return {
        words: 'the kernel refuses it',
        hint: 'the group must be a multicast address, and no service may have backends of the other address family',
      }
    default:
      return {}
  }
}
