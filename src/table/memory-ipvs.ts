/**
 * IPVS's rules in memory: what net/netfilter/ipvs/ip_vs_ctl.c answers to a change, errno by errno.
 *
 * Every function changes the kernel and returns nothing, or returns a refusal and changes nothing.
 */
import { familyOf, scopeOf } from '../model/ip.ts'
import type { Destination, Service, Sync, Timeouts } from '../model/rows.ts'
import { type MemoryKernel, placeOf, type Slot } from './memory-kernel.ts'
import { noModule, type Refusal } from './memory-refusal.ts'

/** IP_VS_CMD_NEW_SERVICE: the service alone, without destinations. */
export function newService(kernel: MemoryKernel, row: Service): Refusal | undefined {
  if (kernel.service.has(row.id.key)) return { errno: 'EEXIST' }
  const refused = checkService(kernel, row)
  if (refused === undefined)
    kernel.service.set(row.id.key, {
      service: { ...row, destinations: [] },
      destinations: new Map(),
    })
  return refused
}

/** IP_VS_CMD_SET_SERVICE: all fields at once; an engine that it does not name is cleared. */
export function setService(kernel: MemoryKernel, row: Service): Refusal | undefined {
  const slot = kernel.service.get(row.id.key)
  if (slot === undefined) return { errno: 'ESRCH' }
  const refused = checkService(kernel, row)
  if (refused === undefined) slot.service = { ...row, destinations: [] }
  return refused
}

/** IP_VS_CMD_DEL_SERVICE: the destinations go with it. */
export function deleteService(kernel: MemoryKernel, row: Service): Refusal | undefined {
  return kernel.service.delete(row.id.key) ? undefined : { errno: 'ESRCH' }
}

function checkService(kernel: MemoryKernel, row: Service): Refusal | undefined {
  const { scheduler, engine } = row
  if (scheduler !== 'none' && !kernel.schedulers.has(scheduler))
    return noModule(`ip_vs_${scheduler}`, `scheduler ${scheduler}`)
  if (engine !== '' && !kernel.engines.has(engine))
    return noModule(`ip_vs_pe_${engine}`, `persistence engine ${engine}`)
  if (row.id.family === 'ipv6' && (row.netmask < 1 || row.netmask > 128)) return { errno: 'EINVAL' }
  return undefined
}

/** IP_VS_CMD_NEW_DEST. */
export function newDestination(kernel: MemoryKernel, row: Destination): Refusal | undefined {
  const slot = kernel.service.get(row.service.key)
  if (slot === undefined) return { errno: 'ESRCH' }
  const refused = checkDestination(kernel, row)
  if (refused !== undefined) return refused
  if (slot.destinations.has(placeOf(row))) return { errno: 'EEXIST' }
  if (!reachable(row)) return { errno: 'EINVAL' }
  return put(slot, row)
}

/** IP_VS_CMD_SET_DEST: all fields at once. */
export function setDestination(kernel: MemoryKernel, row: Destination): Refusal | undefined {
  const slot = kernel.service.get(row.service.key)
  if (slot === undefined) return { errno: 'ESRCH' }
  const refused = checkDestination(kernel, row)
  if (refused !== undefined) return refused
  if (!slot.destinations.has(placeOf(row))) return { errno: 'ENOENT' }
  return put(slot, row)
}

/** IP_VS_CMD_DEL_DEST. */
export function deleteDestination(kernel: MemoryKernel, row: Destination): Refusal | undefined {
  const slot = kernel.service.get(row.service.key)
  if (slot === undefined) return { errno: 'ESRCH' }
  return slot.destinations.delete(placeOf(row)) ? undefined : { errno: 'ENOENT' }
}

/** The kernel always says how a tunnel is made; `ipip` is its zero. */
function put(slot: Slot, { tunnel, ...row }: Destination): undefined {
  const wrapping = tunnel ?? { type: 'ipip', port: 0, checksum: 'none' }
  const stored = row.forward === 'tunnel' ? { ...row, tunnel: wrapping } : row
  slot.destinations.set(placeOf(row), stored)
}

function checkDestination(kernel: MemoryKernel, row: Destination): Refusal | undefined {
  // Only a tunnel crosses families, and the sync protocol cannot say such a connection.
  if (familyOf(row.address) !== row.service.family)
    if (row.forward !== 'tunnel' || kernel.sync.size > 0) return { errno: 'EINVAL' }
  // The weight travels as u32 and is looked at as int.
  if (row.weight > 0x7fff_ffff) return { errno: 'ERANGE' }
  if (row.lower > row.upper) return { errno: 'ERANGE' }
  if (row.tunnel?.type === 'gue' && row.tunnel.port === 0) return { errno: 'EINVAL' }
  return undefined
}

/** ip_vs_new_dest asks the routing table what kind of address it is; link-local IPv6 is not accepted. */
function reachable(row: Destination): boolean {
  const scope = scopeOf(row.address)
  return (
    scope === 'unicast' ||
    scope === 'loopback' ||
    (scope === 'linkLocal' && !row.address.includes(':'))
  )
}

/** IP_VS_CMD_SET_CONFIG: an absent timeout stays, and so does one that is set to 0. */
export function setTimeouts(kernel: MemoryKernel, row: Timeouts): Refusal | undefined {
  const set = Object.entries(row).filter(([, seconds]) => seconds > 0)
  if (set.some(([, seconds]) => seconds > mostSeconds)) return { errno: 'EINVAL' }
  kernel.timeouts = { ...kernel.timeouts, ...Object.fromEntries(set) }
  return undefined
}

/** INT_MAX over HZ, for the fastest clock that Linux is built with; others allow more. */
const mostSeconds = 2_147_483

/** IP_VS_CMD_NEW_DAEMON. */
export function newSync(kernel: MemoryKernel, row: Sync): Refusal | undefined {
  if (crossesFamilies(kernel)) return { errno: 'EINVAL' }
  if (!kernel.link.has(`link ${row.interface}`))
    return { errno: 'ENODEV', words: `there is no link ${row.interface}` }
  if (kernel.sync.has(`sync ${row.role}`)) return { errno: 'EEXIST' }
  kernel.sync.set(`sync ${row.role}`, running(row))
  return undefined
}

/** What start_sync_thread in ip_vs_sync.c makes of it: zeros filled in, the length within bounds. */
function running(row: Sync): Sync {
  const header = familyOf(row.group) === 'ipv6' ? 48 : 28
  const shortest = row.role === 'backup' ? 1024 : 1
  const maxlen =
    row.maxlen === 0 ? 1500 - header : Math.min(Math.max(row.maxlen, shortest), 65_535 - header)
  return { ...row, port: row.port || 8848, ttl: row.ttl || 1, maxlen }
}

/** IP_VS_CMD_DEL_DAEMON. */
export function deleteSync(kernel: MemoryKernel, row: Sync): Refusal | undefined {
  return kernel.sync.delete(`sync ${row.role}`) ? undefined : { errno: 'ESRCH' }
}

function crossesFamilies(kernel: MemoryKernel): boolean {
  for (const { service, destinations } of kernel.service.values())
    for (const row of destinations.values())
      if (familyOf(row.address) !== service.id.family) return true
  return false
}
