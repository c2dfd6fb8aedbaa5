/**
 * Default routes that the kernel learned from router advertisements, and the danger that they are in.
 *
 * A host that begins to forward IPv6 is a router, and routers do not listen to routers: the kernel
 * deletes these routes and ignores further advertisements, but on links with `accept_ra = 2`
 * (Documentation/networking/ip-sysctl.rst; rt6_purge_dflt_routers in net/ipv6/route.c). Slb would
 * cut the host off.
 */
import { type Ip, readIp } from '../../model/ip.ts'
import type { State } from '../../model/state.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  readU16,
  readU32,
  type Writer,
} from '../../netlink/attr.ts'
import { startMessage } from '../../netlink/message.ts'
import type { Netlink } from '../../netlink/socket.ts'
import { readSysctl } from '../sysctl.ts'
import { linkIndexes } from './read.ts'
import { afInet6 } from './wire.ts'

const newRoute = 24
const getRoute = 26
/** sizeof(struct rtmsg) and sizeof(struct rtnexthop), linux/rtnetlink.h. */
const routeHeader = 12
const hopHeader = 8
const rta = { oif: 4, gateway: 5, multipath: 9 } as const
/** RTPROT_RA. Programs that listen to advertisements themselves use it too, with `accept_ra = 0`. */
const fromRouters = 9

const forwarding = 'net.ipv6.conf.all.forwarding'

/** A router that a link has a default route through. */
export interface AdvertisedRouter {
  readonly index: number
  readonly gateway: Ip
}

/** Such a router, on a link whose `accept_ra` is 1. */
export interface DoomedRouter {
  readonly link: string
  readonly gateway: Ip
}

/** Asks for the IPv6 routes of router advertisements. */
export function encodeGetRouters(w: Writer): void {
  startMessage(w, getRoute)
  const word = w.at >> 2
  w.u32.fill(0, word, word + routeHeader / 4)
  w.bytes[w.at] = afInet6
  w.bytes[w.at + 5] = fromRouters
  w.at += routeHeader
}

/** The routers in an RTM_NEWROUTE, if it is a default route from an advertisement. */
export function decodeRouters(
  f: Frame,
  at: number,
  end: number,
  type: number,
): AdvertisedRouter[] | undefined {
  const isDefault = f.bytes[at + 1] === 0 && f.bytes[at + 5] === fromRouters
  return type === newRoute && f.bytes[at] === afInet6 && isDefault
    ? hopsIn(f, at + routeHeader, end, 0)
    : undefined
}

/** The next hops among some attributes: one, or those of an RTA_MULTIPATH. */
function hopsIn(f: Frame, from: number, end: number, link: number): AdvertisedRouter[] {
  const hops: AdvertisedRouter[] = []
  let index = link
  let gateway: Ip | undefined
  for (let a = from; a + 4 <= end && payloadEnd(f, a) <= end; a = nextAttribute(f, a)) {
    const what = attributeType(f, a)
    if (what === rta.oif) index = readU32(f, payloadAt(a))
    else if (what === rta.gateway) gateway = readIp(f.bytes, payloadAt(a), 'ipv6')
    else if (what === rta.multipath)
      for (let hop = payloadAt(a); hop + hopHeader <= payloadEnd(f, a); ) {
        const length = Math.max(hopHeader, readU16(f, hop))
        hops.push(...hopsIn(f, hop + hopHeader, hop + length, readU32(f, hop + 4)))
        hop += length
      }
  }
  return gateway === undefined ? hops : [...hops, { index, gateway }]
}

/** The routers that would be forgotten. @param read the value of a switch by its name */
export function doomedRouters(
  netlink: Netlink,
  read: (name: string) => string | undefined = readSysctl,
): DoomedRouter[] {
  const routers = netlink.dump('read IPv6 routes', encodeGetRouters, decodeRouters).flat()
  if (routers.length === 0) return []
  const names = new Map([...linkIndexes(netlink)].map(([name, index]) => [index, name]))
  return routers.flatMap(({ index, gateway }) => {
    const link = names.get(index)
    return link !== undefined && read(acceptRa(link)) === '1' ? [{ link, gateway }] : []
  })
}

/** Why IPv6 forwarding must not be switched on, or undefined if nothing speaks against it. */
export function ipv6ForwardingHazard(routers: readonly DoomedRouter[]): string | undefined {
  if (routers.length === 0) return undefined
  const routes = routers.map(({ link, gateway }) => `default via ${gateway} dev ${link}`)
  const links = [...new Set(routers.map(({ link }) => link))].sort()
  return (
    `forwarding IPv6 would delete the router-advertised default route (${routes.join(', ')}): ` +
    `set ${links.map(link => `${acceptRa(link)} = 2`).join(', ')} first, or make the route static`
  )
}

/**
 * The sysctl rows that must not be set on this host, by row key, with the reason. Looks at routes only
 * when IPv6 forwarding is wanted and off.
 */
export async function forwardingHazards(
  wanted: State,
  netlink: Netlink,
  read: (name: string) => string | undefined = readSysctl,
): Promise<ReadonlyMap<string, string>> {
  const key = `sysctl ${forwarding}`
  const value = wanted.sysctl.get(key)?.value
  if (value === undefined || value === '0' || read(forwarding) !== '0') return new Map()
  const hazard = ipv6ForwardingHazard(doomedRouters(netlink, read))
  return hazard === undefined ? new Map() : new Map([[key, hazard]])
}

function acceptRa(link: string): string {
  return `net.ipv6.conf.${link.replaceAll('.', '/')}.accept_ra`
}
