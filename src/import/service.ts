/** What a virtual service says beside its identity, as keys of the configuration. */
import { endpoint, hostPrefix } from '../model/ip.ts'
import type { Destination, Forward, Service, Tunnel } from '../model/rows.ts'
import { schedulerFlagNames } from '../model/scheduler.ts'

/** A TOML basic string; JSON's escapes are among TOML's. */
export function string(text: string): string {
  return JSON.stringify(text)
}

/** Lines that two virtual services share if they are one service of the configuration. */
export interface Body {
  readonly lines: readonly string[]
  /** Each with its port, where that is not the service's. */
  readonly backends: readonly string[]
  /** Where all have one port: that, and the backends without it. It holds for any port of the service. */
  readonly bare?: { readonly port: number; readonly backends: readonly string[] }
}

/** Everything but vip, port, protocol and link. What is default is left out. */
export function bodyOf(service: Service, snat: boolean): Body {
  const { id, destinations } = service
  const forward = usual(destinations)
  const tunnel = destinations.find(row => row.forward === 'tunnel')?.tunnel
  const lines: string[] = []
  if (service.scheduler !== 'wrr') lines.push(`scheduler = ${string(service.scheduler)}`)
  lines.push(...flagLines(service))
  if (forward !== 'nat') lines.push(`forward = ${string(forward)}`)
  if (forward === 'tunnel' && tunnel && !isPlain(tunnel))
    lines.push(`tunnel = ${tunnelTable(tunnel)}`)
  lines.push(...persistenceLines(service))
  if (service.onePacket) lines.push('one_packet = true')
  if (snat) lines.push('snat = true')
  const common = forward === 'tunnel' ? tunnel : undefined
  const texts = (port: number): readonly string[] =>
    destinations.map(row => backendText(row, port, forward, common))
  const port = destinations[0]?.port ?? id.port
  const backends = texts(id.port)
  if (destinations.some(row => row.port !== port)) return { lines, backends }
  return { lines, backends, bare: { port, backends: port === id.port ? backends : texts(port) } }
}

/** The body as lines of the file. */
export function bodyLines({
  lines,
  backends,
}: Pick<Body, 'lines' | 'backends'>): readonly string[] {
  const inline = `backends = [${backends.join(', ')}]`
  if (inline.length <= 100) return [...lines, inline]
  return [...lines, 'backends = [', ...backends.map(backend => `  ${backend},`), ']']
}

/** The forwarding method of most backends, so that few have to name theirs. `local` is only for single ones. */
function usual(destinations: readonly Destination[]): Exclude<Forward, 'local'> {
  const counts = { nat: 0, direct: 0, tunnel: 0, local: -1 }
  for (const { forward } of destinations) if (forward !== 'local') counts[forward]++
  if (counts.direct > counts.nat && counts.direct >= counts.tunnel) return 'direct'
  return counts.tunnel > counts.nat ? 'tunnel' : 'nat'
}

/** `sh` and `mh` have their fallback flag unless the list says otherwise. */
function flagLines({ scheduler, schedulerFlags }: Service): readonly string[] {
  const usualFlags = scheduler === 'sh' || scheduler === 'mh' ? 1 : 0
  if (schedulerFlags === usualFlags) return []
  const names = schedulerFlagNames(scheduler, schedulerFlags).map(string)
  return [`scheduler_flags = [${names.join(', ')}]`]
}

function persistenceLines({ id, persistence, netmask, engine }: Service): readonly string[] {
  if (persistence === 0) return []
  const timeout = string(`${persistence}s`)
  const rest = [
    ...(netmask === hostPrefix(id.family) ? [] : [`netmask = ${netmask}`]),
    ...(engine === '' ? [] : [`engine = ${string(engine)}`]),
  ]
  if (rest.length === 0) return [`persistence = ${timeout}`]
  return [`persistence = { ${[`timeout = ${timeout}`, ...rest].join(', ')} }`]
}

/** @param usualPort the port that a backend has which names none. */
function backendText(
  row: Destination,
  usualPort: number,
  forward: Forward,
  common: Tunnel | undefined,
): string {
  const port = row.port === usualPort ? undefined : row.port
  const address = string(port === undefined ? row.address : endpoint(row.address, port))
  const keys: string[] = []
  if (row.weight !== 1) keys.push(`weight = ${row.weight}`)
  if (row.forward !== forward) keys.push(`forward = ${string(row.forward)}`)
  if (row.tunnel && tunnelTable(row.tunnel) !== tunnelTable(common ?? plainTunnel))
    keys.push(`tunnel = ${tunnelTable(row.tunnel)}`)
  if (row.upper !== 0) keys.push(`upper = ${row.upper}`)
  if (row.lower !== 0) keys.push(`lower = ${row.lower}`)
  return keys.length === 0 ? address : `{ ${[`address = ${address}`, ...keys].join(', ')} }`
}

const plainTunnel: Tunnel = { type: 'ipip', port: 0, checksum: 'none' }

function isPlain(tunnel: Tunnel): boolean {
  return tunnelTable(tunnel) === tunnelTable(plainTunnel)
}

function tunnelTable({ type, port, checksum }: Tunnel): string {
  const keys = [`type = ${string(type)}`]
  if (port !== 0) keys.push(`port = ${port}`)
  if (checksum !== 'none') keys.push(`checksum = ${string(checksum)}`)
  return `{ ${keys.join(', ')} }`
}
