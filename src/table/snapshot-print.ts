/** Rows as lines of a snapshot: one line a row, words between single blanks, what is default unsaid. */
import { endpoint, hostPrefix } from '../model/ip.ts'
import { type Destination, type Kind, keyOf, type Rows, type Service } from '../model/rows.ts'
import { schedulerFlagNames } from '../model/scheduler.ts'
import { arpLine, peerLine, routeLine } from './snapshot-announcement.ts'
import { word } from './snapshot-words.ts'

/** A value that ends its line may hold single blanks, like `4096 131072 6291456`. */
function rest(text: string): string {
  return /^[^\s"\p{Cc}\p{Cs}]+(?: [^\s\p{Cc}\p{Cs}]+)*$/u.test(text) ? text : JSON.stringify(text)
}

const ours = (row: { readonly owned: boolean }): string => (row.owned ? ' ours' : '')

function service(row: Service): string {
  const { id } = row
  const flags = schedulerFlagNames(row.scheduler, row.schedulerFlags)
  const parts = ['service', id.key, word(row.scheduler), ...flags]
  if (row.persistence !== 0) parts.push(`persistence ${row.persistence}s`)
  if (row.netmask !== hostPrefix(id.family)) parts.push(`netmask ${row.netmask}`)
  if (row.engine !== '') parts.push(`engine ${word(row.engine)}`)
  if (row.onePacket) parts.push('one-packet')
  return parts.join(' ') + ours(row)
}

function destination(row: Destination): string {
  let line = `  -> ${endpoint(row.address, row.port)} ${row.forward}`
  if (row.tunnel !== undefined) {
    line += ` ${row.tunnel.type}`
    if (row.tunnel.port !== 0) line += ` port ${row.tunnel.port}`
    if (row.tunnel.checksum !== 'none') line += ` checksum ${row.tunnel.checksum}`
  }
  line += ` weight ${row.weight}`
  if (row.upper !== 0) line += ` upper ${row.upper}`
  if (row.lower !== 0) line += ` lower ${row.lower}`
  return line
}

/** The line of a row. A service's line is without its destinations; theirs are indented by two blanks. */
export const lineOf: { readonly [K in Kind]: (row: Rows[K]) => string } = {
  sysctl: row => `sysctl ${word(row.name)} = ${rest(row.value)}`,
  timeouts: row =>
    (['tcp', 'tcpfin', 'udp'] as const)
      .flatMap(name => (row[name] === undefined ? [] : [` ${name} ${row[name]}s`]))
      .reduce((line, part) => line + part, 'timeouts'),
  sync: row =>
    `sync ${row.role} ${word(row.interface)} id ${row.id} group ${row.group} port ${row.port}` +
    ` ttl ${row.ttl} maxlen ${row.maxlen}`,
  link: row => `link ${word(row.name)} ${word(row.type)} ${row.up ? 'up' : 'down'}${ours(row)}`,
  service,
  destination,
  address: row =>
    `address ${word(row.link)} ${row.address}/${row.prefix}` +
    `${row.nodad ? ' nodad' : ''}${row.dadFailed ? ' dad-failed' : ''}${ours(row)}`,
  snat: row => keyOf.snat(row),
  arp: arpLine,
  peer: peerLine,
  route: routeLine,
}
