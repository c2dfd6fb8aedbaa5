/** A live State as blocks of a configuration: one for each service, some for what they share. */
import { defaultLink } from '../model/defaults.ts'
import type { Ip } from '../model/ip.ts'
import type { Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Told } from './announcements.ts'
import type { Block } from './block.ts'
import { type Group, groupServices, type Port } from './group.ts'
import { kernelBlocks } from './kernel.ts'
import { holdersOf, ownLink, type Places, placesOf } from './places.ts'
import { bodyLines, bodyOf, string } from './service.ts'

/**
 * The blocks that describe what is live.
 *
 * @param told how VIPs are announced.
 * @param keep sysctls that the configuration would switch, and that are to stay as they are.
 */
export function blocksOf(
  state: State,
  told: Pick<Told, 'blocks' | 'byAddress'>,
  keep: ReadonlySet<string> = new Set(),
): readonly Block[] {
  const holders = holdersOf(state)
  const linkOf = (address: Ip): string | undefined =>
    ownLink(state, holders.get(address)?.link ?? defaultLink)
  const groups = groupServices(state, bodyOf, linkOf)
  const places = placesOf(state, holders, groups, told.byAddress)
  const adopt = needsAdoption(state, places)
  return [
    ...(adopt ? [defaultsBlock] : []),
    ...kernelBlocks(state, keep),
    ...told.blocks,
    ...places.vips.map(vip => ({
      title: `[vip.${vip.name}]`,
      lines: [
        `address = ${string(vip.address)}`,
        ...(vip.link === defaultLink ? [] : [`link = ${string(vip.link)}`]),
        ...(told.byAddress.get(vip.address) ?? []),
      ],
    })),
    ...groups.map(group => ({
      title: `[service.${group.name}]`,
      lines: [
        ...headLines(group, places),
        ...bodyLines(group.body),
        ...emptyLines(state.service.get(group.first.key), told.byAddress),
      ],
    })),
  ]
}

/** A VIP that is announced although nothing takes connections there is meant to be. */
function emptyLines(
  row: Service | undefined,
  told: ReadonlyMap<Ip, readonly string[]>,
): readonly string[] {
  const address = row?.id.address
  if (row === undefined || address === undefined || !told.has(address)) return []
  return row.destinations.some(({ weight }) => weight > 0) ? [] : ['when_empty = "keep"']
}

const defaultsBlock: Block = {
  title: '[defaults]',
  lines: [
    '# takes over what somebody else made; after the first apply this can go',
    'adopt = true',
  ],
}

function needsAdoption(state: State, places: Places): boolean {
  for (const service of state.service.values()) if (!service.owned) return true
  for (const row of places.addresses) if (!row.owned) return true
  return false
}

function headLines({ first, protocols, ports }: Group, places: Places): readonly string[] {
  if (first.protocol === 'fwmark')
    return [`fwmark = ${first.fwmark}`, ...(first.family === 'ipv6' ? ['family = "ipv6"'] : [])]
  const place = first.address === undefined ? undefined : places.byAddress.get(first.address)
  const lines = [
    `vip = ${string(place?.vip ?? first.address ?? '')}`,
    `port = ${oneOrList(ports.map(portText))}`,
  ]
  const names = oneOrList(protocols.map(string))
  if (names !== '"tcp"') lines.push(`protocol = ${names}`)
  if (place?.link !== undefined) lines.push(`link = ${string(place.link)}`)
  return lines
}

function portText({ port, backendPort = port }: Port): string {
  return backendPort === port ? String(port) : string(`${port}:${backendPort}`)
}

function oneOrList(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}
