/** The configuration file of bgp-lb: what it says, and what it means to slb. */
import { quote } from '../config/text.ts'
import { isLinkName } from '../config/vip-use.ts'
import { familyOf, hostPrefix, type Ip } from '../model/ip.ts'
import type { Protocol } from '../model/rows.ts'
import { type BgpLbCheck, readCheck } from './bgp-lb-check.ts'
import { readAs, readHost, readPort, readVip } from './bgp-lb-values.ts'
import type { GoValue } from './go-json.ts'
import { plainName } from './group.ts'

/** One process of bgp-lb: one service, told to some routers. */
export interface BgpLb {
  readonly as: number
  /** Router id, next hop, and address of the backend. */
  readonly routerId: Ip
  readonly peers: readonly { readonly address: Ip; readonly as: number }[]
  readonly service: BgpLbService
}

export interface BgpLbService {
  readonly name: string
  /** False if no link can be called so. */
  readonly ownLink: boolean
  readonly vip: Ip
  /** The length of the announced prefix. */
  readonly prefix: number
  /** Of the service and of the program on this host. */
  readonly ports: readonly { readonly port: number; readonly local: number }[]
  readonly protocol: Exclude<Protocol, 'fwmark'>
  readonly check: BgpLbCheck
}

const protocols = ['tcp', 'udp', 'sctp'] as const

/** The lengths that slb announces (schema of `prefix`). */
const shortest = 8

/** Reads the whole file. What it gives counts only if no fault was found. */
export function readBgpLb(file: GoValue): BgpLb | undefined {
  const { bgp, service } = file.fields('bgp', 'service')
  const { local, peers } = bgp.fields('local', 'peers')
  const { routerID, as, listenPort } = local.fields('routerID', 'as', 'listenPort')
  const routerId = readHost(routerID)
  if (routerId !== undefined && familyOf(routerId) !== 'ipv4')
    routerID.fault('bad-address', 'is written as an IPv4 address')
  noteListening(listenPort)
  const ours = readAs(as)
  const read = readService(service, routerId)
  const all = readPeers(peers)
  if (routerId === undefined || read === undefined) return undefined
  return { as: ours, routerId, peers: all, service: read }
}

/** With 0, or nothing, GoBGP listens on 179. */
function noteListening(listenPort: GoValue): void {
  const port = listenPort.whole(-(2 ** 31), 2 ** 31 - 1)
  if (port < 0) return
  const where = port === 0 ? 179 : port
  listenPort.note(
    `bgp-lb listens on port ${where}; slb never does, it connects: the routers have to wait for it`,
  )
}

function readPeers(peers: GoValue): BgpLb['peers'] {
  const seen = new Set<Ip>()
  const items = peers.items()
  if (items.length === 0) peers.note('there is none: nobody is told of the service')
  return items.flatMap(item => {
    const peer = item.fields('address', 'as')
    const address = readHost(peer.address)
    const as = readAs(peer.as)
    if (address === undefined) return []
    if (seen.has(address)) peer.address.fault('duplicate-peer', `is ${address} once more`)
    seen.add(address)
    if (familyOf(address) === 'ipv6')
      peer.address.note(
        'GoBGP tells a peer with an IPv6 address of no IPv4 routes, so bgp-lb told it nothing; slb tells it of both',
      )
    return [{ address, as }]
  })
}

function readService(service: GoValue, routerId: Ip | undefined): BgpLbService | undefined {
  const keys = service.fields(
    'name',
    'ip',
    'prefixLength',
    'ports',
    'protocol',
    'httphealthcheck',
    'pinghealthcheck',
  )
  const vip = readVip(keys.ip)
  if (vip !== undefined && familyOf(vip) === 'ipv6')
    keys.ip.note('bgp-lb put an IPv6 VIP up, but could not announce it')
  const ports = readPorts(keys.ports)
  const named = readName(keys.name)
  const protocol = readProtocol(keys.protocol)
  const check = readCheck(service, keys, ports, routerId)
  if (vip === undefined) return undefined
  return { ...named, vip, prefix: readPrefix(keys.prefixLength, vip), ports, protocol, check }
}

/** It is the name of the service, and of its link. */
function readName(name: GoValue): Pick<BgpLbService, 'name' | 'ownLink'> {
  const text = name.text()
  const plain = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(text)
    ? text
    : plainName(text).slice(0, 63)
  const usable = plain === '' || plain === '-' ? 'bgp-lb' : plain.replace(/^-/, '')
  const ownLink = isLinkName(usable)
  if (text === '') name.note(`it is missing; the service and its link are called ${usable} here`)
  else if (!ownLink)
    name.note(
      'links have names of at most 15 characters, so bgp-lb could not make this one; here the VIP is on slb0',
    )
  else if (usable !== text)
    name.note(`${quote(text)} is no name of a service; it is called ${usable} here`)
  return { name: usable, ownLink }
}

/** What is announced: for bgp-lb any prefix that the VIP is in. */
function readPrefix(prefixLength: GoValue, vip: Ip): number {
  const family = familyOf(vip)
  const most = hostPrefix(family)
  const length = prefixLength.whole(0, most)
  if (family === 'ipv6') {
    if (length !== most)
      prefixLength.note('bgp-lb announced no IPv6 prefix at all; here it is the VIP alone')
    return most
  }
  if (length >= shortest) return length
  const meant = length === 0 ? 'the default route' : `a prefix of ${length} bits`
  prefixLength.note(
    `bgp-lb announces ${meant}${prefixLength.node ? '' : ' when it is missing'}; slb announces at least ${shortest} bits, here the VIP alone`,
  )
  return most
}

function readPorts(ports: GoValue): BgpLbService['ports'] {
  const seen = new Set<number>()
  return ports.items().map(item => {
    const { servicePort, targetLocalPort } = item.fields('servicePort', 'targetLocalPort')
    const port = readPort(servicePort)
    if (port !== 0 && seen.has(port)) servicePort.fault('duplicate-port', `is ${port} once more`)
    seen.add(port)
    return { port, local: readPort(targetLocalPort) }
  })
}

function readProtocol(value: GoValue): BgpLbService['protocol'] {
  const text = value.text()
  const found = protocols.find(one => one === text.toLowerCase())
  if (found !== undefined) return found
  if (text === '')
    value.note('it is missing; here it is tcp, where bgp-lb made a service of no use')
  else value.fault('bad-protocol', `is tcp, udp or sctp, not ${quote(text)}`)
  return 'tcp'
}
