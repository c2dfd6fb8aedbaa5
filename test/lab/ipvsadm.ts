/** ipvsadm(8) as a second opinion: what it says about the table, and what it should say. */
import { execFileSync } from 'node:child_process'
import { familyOf, hostPrefix } from '../../src/model/ip.ts'
import type { Destination, Service, ServiceId } from '../../src/model/rows.ts'
import { schedulerFlagNames } from '../../src/model/scheduler.ts'
import { run } from './namespace.ts'

/** The lines of `ipvsadm -Sn`, in the order of the alphabet: the kernel's own depends on hashes. */
export function saved(): string[] {
  const text = execFileSync('ipvsadm', ['-Sn'], { encoding: 'utf8', maxBuffer: 64 << 20 })
  return lines(text).sort()
}

/** The lines of `ipvsadm -Ln` with some more options, without the heading. */
export function listed(...options: string[]): string[] {
  return lines(run(undefined, 'ipvsadm', '-Ln', ...options)).map(line =>
    line.trim().replace(/ +/g, ' '),
  )
}

function lines(text: string): string[] {
  return text.split('\n').filter(line => line !== '')
}

/** The lines that `ipvsadm -Sn` has for a service: it shows no thresholds and no marks. */
export function savedLines(row: Service): string[] {
  return [serviceLine(row), ...row.destinations.map(destinationLine)]
}

const letter = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const

function name(id: ServiceId): string {
  if (id.protocol === 'fwmark') return `-f ${id.fwmark}${id.family === 'ipv6' ? ' -6' : ''}`
  const { address = '' } = id
  return `${letter[id.protocol]} ${id.family === 'ipv6' ? `[${address}]` : address}:${id.port}`
}

function serviceLine(row: Service): string {
  const words = [`-A ${name(row.id)} -s ${row.scheduler}`]
  if (row.persistence > 0) words.push(`-p ${row.persistence}`)
  if (row.persistence > 0 && row.netmask !== hostPrefix(row.id.family))
    words.push(`-M ${row.id.family === 'ipv6' ? row.netmask : dotted(row.netmask)}`)
  if (row.engine !== '') words.push(`--pe ${row.engine}`)
  if (row.onePacket) words.push('-o')
  const flags = schedulerFlagNames(row.scheduler, row.schedulerFlags)
  if (flags.length > 0) words.push(`-b ${flags.join(',')}`)
  return words.join(' ')
}

function dotted(prefix: number): string {
  const mask = prefix === 0 ? 0 : -1 << (32 - prefix)
  return [24, 16, 8, 0].map(shift => (mask >>> shift) & 255).join('.')
}

const how = { nat: '-m', direct: '-g', tunnel: '-i' } as const
const sums = { none: '--tun-nocsum', full: '--tun-csum', remote: '--tun-remcsum' } as const

function destinationLine(row: Destination): string {
  const v6 = familyOf(row.address) === 'ipv6'
  const words = [`-a ${name(row.service)} -r ${v6 ? `[${row.address}]` : row.address}:${row.port}`]
  // ipvsadm has no letter for `local` and prints none.
  if (row.forward !== 'local') words.push(how[row.forward])
  words.push(`-w ${row.weight}`)
  if (row.tunnel !== undefined) words.push(`--tun-type ${row.tunnel.type}`)
  if (row.tunnel?.type === 'gue') words.push(`--tun-port ${row.tunnel.port}`)
  if (row.tunnel !== undefined && row.tunnel.type !== 'ipip') words.push(sums[row.tunnel.checksum])
  return words.join(' ')
}
