/**
 * Kernel switches below /proc/sys.
 *
 * Every call here is synchronous on purpose: /proc/sys/net shows the network namespace of the thread
 * that opens it, and after `setns` only the main thread is in the wanted one. The threads that
 * `fs.promises` works on are not.
 */
import { closeSync, constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import type { Change, Failure } from '../model/change.ts'
import { SlbError, type SlbErrorCode } from '../model/error.ts'
import { keyOf, type Sysctl } from '../model/rows.ts'
import type { Table } from './table.ts'

/** The switches that every read looks at, beside the whole directory `net.ipv4.vs`. */
const usual = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding']
const vsPrefix = 'net.ipv4.vs.'

/**
 * The table of kind `sysctl`.
 *
 * A switch that the kernel lacks is not in what is read. Values have one space between their numbers,
 * whatever the kernel puts there. A write is read back: a value that the kernel swallows without
 * taking it is an `invalid` failure. Nothing is ever deleted here, and asking for it is a bug.
 *
 * @param root where the tree is mounted
 */
export function sysctlTable(root = '/proc/sys'): Table {
  return {
    kinds: ['sysctl'],
    async read(scope) {
      const names = new Set([...usual, ...vsNames(root), ...(scope?.sysctls ?? [])])
      const rows = new Map<string, Sysctl>()
      for (const name of names) {
        const value = readSysctl(name, root)
        if (value === undefined) continue
        const row = { name, value }
        rows.set(keyOf.sysctl(row), row)
      }
      return { sysctl: rows }
    },
    async apply(changes) {
      const failures: Failure[] = []
      for (const change of changes) {
        try {
          write(change, root)
        } catch (error) {
          if (!(error instanceof SlbError)) throw error
          failures.push({ change, error })
        }
      }
      return failures
    },
    close() {},
  }
}

/**
 * The value of a switch in this thread's network namespace, or undefined where the kernel lacks it.
 *
 * @throws SlbError `denied` or `io` if it is there and cannot be read
 */
export function readSysctl(name: string, root = '/proc/sys'): string | undefined {
  try {
    return canonicalValue(readFileSync(pathOf(name, root), 'latin1'))
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return undefined
    throw faultOf(name, 'read', error, root)
  }
}

/** A value as rows hold it: numbers with one space between them, nothing around. */
export function canonicalValue(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

/** Names of all IPVS switches of this kernel; none while ip_vs is not loaded. */
function vsNames(root: string): string[] {
  try {
    return readdirSync(`${root}/net/ipv4/vs`).map(file => vsPrefix + file)
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return []
    throw faultOf(`${vsPrefix}*`, 'read', error, root)
  }
}

function write(change: Change, root: string): void {
  if (change.kind !== 'sysctl' || change.op === 'delete' || change.op === 'drain')
    throw new Error(`a sysctl table cannot ${change.op} a ${change.kind}`)
  const { name, value } = change.row
  try {
    // Without O_CREAT, so that a missing switch is ENOENT on every kernel. One open per write: the
    // kernel ignores what is written to such a file at any place but its beginning.
    const file = openSync(pathOf(name, root), constants.O_WRONLY)
    try {
      writeSync(file, `${value}\n`)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw faultOf(name, `set to ${value}`, error, root)
  }
  const now = readSysctl(name, root)
  if (now !== canonicalValue(value))
    throw new SlbError('invalid', `${name}: the kernel did not take ${value}, it says ${now}`, {
      hint: `use a value that the kernel keeps as it is written; ${name} is now ${now}`,
    })
}

/**
 * The file of a switch. As in sysctl(8), dots part the name and a slash stands for a dot inside a
 * part: `net.ipv6.conf.eth0/100.accept_ra` is the switch of the link `eth0.100`.
 */
function pathOf(name: string, root: string): string {
  const parts = name.split('.').map(part => part.replaceAll('/', '.'))
  if (parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0')))
    throw new SlbError('invalid', `${JSON.stringify(name)} is not the name of a kernel switch`)
  return `${root}/${parts.join('/')}`
}

const codes: Readonly<Record<string, SlbErrorCode>> = {
  ENOENT: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  EINVAL: 'invalid',
  ERANGE: 'invalid',
  EBUSY: 'busy',
  ENOMEM: 'busy',
}

function faultOf(name: string, verb: string, error: unknown, root: string): unknown {
  if (error instanceof SlbError || !isErrno(error)) return error
  const code = codes[error.code] ?? 'io'
  const hint = hintOf(name, error.code, root)
  const text =
    code === 'missing' ? `${name} does not exist` : `${name} cannot be ${verb}: ${error.code}`
  return new SlbError(code, text, {
    errno: error.code,
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

function hintOf(name: string, errno: string, root: string): string | undefined {
  if (errno === 'EROFS')
    return '/proc/sys is mounted read-only here, as in most containers: set it on the host'
  if (errno === 'EACCES' || errno === 'EPERM')
    return 'run as root or with the capability CAP_NET_ADMIN'
  if (errno === 'EINVAL' || errno === 'ERANGE')
    return 'see Documentation/networking/ipvs-sysctl.rst and ip-sysctl.rst of the kernel for its values'
  if (errno === 'ENOENT') return missingHint(name, root)
  return undefined
}

/** Which module or kernel option a missing switch comes with. */
function missingHint(name: string, root: string): string {
  if (name.startsWith(vsPrefix) && vsNames(root).length === 0)
    return 'load the kernel module: modprobe ip_vs'
  if (name === 'net.ipv4.vs.conntrack' || name === 'net.ipv4.vs.snat_reroute')
    return 'use a kernel with CONFIG_IP_VS_NFCT, connection tracking for IPVS; this one is built without it'
  if (name.startsWith('net.netfilter.nf_conntrack_'))
    return 'load the kernel module: modprobe nf_conntrack'
  if (name.startsWith('net.ipv6.'))
    return 'was the kernel started with ipv6.disable=1, or the name misspelt?'
  return 'is the name right, and the kernel new enough?'
}

function isErrno(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
