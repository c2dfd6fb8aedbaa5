/** Virtual services of the kernel to services of the configuration: those alike in all but protocol or port are one. */
import type { Ip } from '../model/ip.ts'
import type { Protocol, Service, ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Body } from './service.ts'

/** Virtual services that one `[service.NAME]` describes: all its ports times all its protocols, on one VIP. */
export interface Group {
  readonly name: string
  readonly first: ServiceId
  /** Settings and backends, for all ports alike. */
  readonly body: Pick<Body, 'lines' | 'backends'>
  /** Empty for a firewall mark. */
  readonly protocols: readonly Protocol[]
  readonly ports: readonly Port[]
}

/** A port of a service, and the port of its backends if these do not name it. */
export interface Port {
  readonly port: number
  readonly backendPort?: number
}

interface Draft {
  readonly first: ServiceId
  readonly body: Body
  readonly protocols: readonly Protocol[]
  readonly ports: readonly Port[]
}

/**
 * Groups the virtual services, in the order of their keys.
 *
 * First the protocols of one VIP and port, then the ports of one VIP and those protocols: only what
 * is a full product of both can stand in one table.
 *
 * @param linkOf the link of our own that a service is named after (`link = "@service"`), if there is one.
 */
export function groupServices(
  state: State,
  bodyOf: (service: Service, snat: boolean) => Body,
  linkOf: (address: Ip) => string | undefined,
): readonly Group[] {
  const single = [...state.service.values()]
    .sort((a, b) => (a.id.key < b.id.key ? -1 : 1))
    .map((service): Draft => {
      const { id } = service
      const body = bodyOf(service, state.snat.has(`snat ${id.key}`))
      return {
        first: id,
        body,
        protocols: id.protocol === 'fwmark' ? [] : [id.protocol],
        ports: [{ port: id.port, ...(body.bare && { backendPort: body.bare.port }) }],
      }
    })
  const byPort = merge(single, ({ first, body, ports }) => [
    first.address ?? first.key,
    ports,
    body,
  ])
  const groups = merge(byPort, ({ first, body, protocols }) => {
    // Port 0 is all ports, and no list has it beside others.
    if (first.port === 0 || body.bare === undefined) return [first.key]
    return [first.address, protocols, body.lines, body.bare.backends]
  })
  return named(groups.map(withoutPorts), linkOf)
}

function merge(
  drafts: readonly Draft[],
  likeness: (draft: Draft) => readonly unknown[],
): readonly Draft[] {
  const merged = new Map<string, Draft>()
  for (const draft of drafts) {
    const key = JSON.stringify(likeness(draft))
    const known = merged.get(key)
    merged.set(key, known === undefined ? draft : both(known, draft))
  }
  return [...merged.values()]
}

function both(a: Draft, b: Draft): Draft {
  const ports = new Map([...a.ports, ...b.ports].map(one => [one.port, one]))
  return {
    first: a.first,
    body: a.body,
    protocols: [...new Set([...a.protocols, ...b.protocols])],
    ports: [...ports.values()].sort((one, other) => one.port - other.port),
  }
}

/** With several ports, the list of ports says the backends' port; with one, the backends say it. */
function withoutPorts({ body, ports, ...rest }: Draft): Omit<Group, 'name'> {
  const { lines, bare } = body
  if (bare === undefined || ports.length === 1)
    return { ...rest, body, ports: ports.map(({ port }) => ({ port })) }
  return { ...rest, body: { lines, backends: bare.backends }, ports }
}

/** Names them after their link, or protocol, address and port; the same name twice gets a number. */
function named(
  drafts: readonly Omit<Group, 'name'>[],
  linkOf: (address: Ip) => string | undefined,
): readonly Group[] {
  const taken = new Set<string>()
  return drafts.map(draft => {
    const id = draft.first
    const link = id.address === undefined ? undefined : linkOf(id.address)
    const where = [id.address ?? '', ...(draft.ports.length === 1 ? [id.port] : [])]
    const parts = id.protocol === 'fwmark' ? [id.key] : [...draft.protocols, ...where]
    const plain = plainName(parts.join('-'))
    return { ...draft, name: unused(link !== undefined && !taken.has(link) ? link : plain, taken) }
  })
}

/** A text as a name of the configuration: letters, digits and single hyphens. */
export function plainName(text: string): string {
  return text.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '')
}

function unused(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`
  taken.add(free)
  return free
}
