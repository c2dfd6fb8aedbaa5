/** Virtual services of the kernel to services of the configuration: those alike in all but protocol or port are one. */
import type { Ip } from '../model/ip.ts'
import type { Protocol, Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Body } from './service.ts'

/** Virtual services that one `[service.NAME]` describes: all its ports times all its protocols, on one VIP. */
export interface Group {
  readonly name: string
  readonly body: Body
  readonly members: readonly [Service, ...Service[]]
  /** Empty for a firewall mark. */
  readonly protocols: readonly Protocol[]
  readonly ports: readonly number[]
}

type Draft = Omit<Group, 'name'>

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
      const { protocol, port } = service.id
      return {
        members: [service],
        body: bodyOf(service, state.snat.has(`snat ${service.id.key}`)),
        protocols: protocol === 'fwmark' ? [] : [protocol],
        ports: [port],
      }
    })
  const byPort = merge(single, draft => [address(draft), draft.ports, draft.body])
  const groups = merge(byPort, draft =>
    draft.body.portless && draft.ports[0] !== 0
      ? [address(draft), draft.protocols, draft.body]
      : undefined,
  )
  return named(groups, linkOf)
}

/** The VIP, or what makes a firewall mark differ from every VIP. */
function address({ members: [{ id }] }: Draft): string {
  return id.address ?? id.key
}

function merge(
  drafts: readonly Draft[],
  likeness: (draft: Draft) => readonly unknown[] | undefined,
): readonly Draft[] {
  const merged = new Map<string, Draft>()
  for (const [index, draft] of drafts.entries()) {
    const like = likeness(draft)
    const key = like === undefined ? String(index) : JSON.stringify(like)
    const known = merged.get(key)
    merged.set(
      key,
      known === undefined
        ? draft
        : {
            body: known.body,
            members: [...known.members, ...draft.members],
            protocols: [...new Set([...known.protocols, ...draft.protocols])],
            ports: [...new Set([...known.ports, ...draft.ports])].sort((a, b) => a - b),
          },
    )
  }
  return [...merged.values()]
}

/** Names them after their link, or protocol, address and port; the same name twice gets a number. */
function named(
  drafts: readonly Draft[],
  linkOf: (address: Ip) => string | undefined,
): readonly Group[] {
  const taken = new Set<string>()
  return drafts.map(draft => {
    const { id } = draft.members[0]
    const link = id.address === undefined ? undefined : linkOf(id.address)
    const where = [id.address ?? '', draft.ports.length === 1 ? draft.ports[0] : 'ports']
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
