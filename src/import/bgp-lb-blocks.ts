/** A process of bgp-lb as blocks of a configuration. */
import { familyOf, hostPrefix } from '../model/ip.ts'
import type { BgpLbCheck } from './bgp-lb-check.ts'
import type { BgpLb, BgpLbService } from './bgp-lb-file.ts'
import type { Block } from './block.ts'
import { string } from './service.ts'

const pingProgram = '/usr/bin/ping'

/** The same service, told to the same routers. */
export function bgpLbBlocks({ as, routerId, peers, service }: BgpLb): readonly Block[] {
  return [
    {
      title: '[bgp]',
      lines: [
        `as = ${as}`,
        `router_id = ${string(routerId)}`,
        `next_hop = { ipv4 = ${string(routerId)} }`,
        '# bgp-lb has hold 90s and keepalive 30s; by 9s and 3s, as here, routers leave a host that hangs sooner.',
      ],
    },
    ...peers.map((peer, index) => ({
      title: `[bgp.peer.router${index + 1}]`,
      lines: [`address = ${string(peer.address)}`, `as = ${peer.as}`],
    })),
    ...(service.check.type === 'ping'
      ? [{ title: '[node]', lines: [`allow_exec = [${string(pingProgram)}]`] }]
      : []),
    ...serviceBlocks(service, routerId),
  ]
}

function serviceBlocks(service: BgpLbService, routerId: string): readonly Block[] {
  const { name, vip, ports, protocol, check } = service
  const place = placeLines(service)
  const wide = service.prefix !== hostPrefix(familyOf(vip))
  const [first] = ports
  const several = ports.length > 1
  return [
    ...(wide
      ? [
          {
            title: `[vip.${tableName(name)}]`,
            lines: [`address = ${string(vip)}`, ...place, `prefix = ${service.prefix}`],
          },
        ]
      : []),
    {
      title: serviceTitle(name),
      lines: [
        `vip = ${string(wide ? name : vip)}`,
        ...(wide ? [] : place),
        `port = ${several ? `[${ports.map(pair).join(', ')}]` : (first?.port ?? 0)}`,
        ...(protocol === 'tcp' ? [] : [`protocol = ${string(protocol)}`]),
        '# This host: bgp-lb balances to its router id, and only with -ipvs-setup.',
        `backends = [${string(several ? routerId : `${routerId}:${first?.local ?? 0}`)}]`,
        'when_empty = "withdraw"',
        ...checkLines(check),
      ],
    },
  ]
}

/** The table of the service. */
export function serviceTitle(name: string): string {
  return `[service.${tableName(name)}]`
}

function placeLines({ ownLink }: BgpLbService): readonly string[] {
  return [...(ownLink ? ['link = "@service"'] : []), 'announce = "bgp"']
}

function pair({ port, local }: BgpLbService['ports'][number]): string {
  return port === local ? String(port) : string(`${port}:${local}`)
}

/** A bare key of TOML has no dots. */
function tableName(name: string): string {
  return name.includes('.') ? string(name) : name
}

/** Once a second, and each answer counts. */
function checkLines(check: BgpLbCheck): readonly string[] {
  if (check.type === 'none') return []
  const rules = 'rise = 1, fall = 1'
  if (check.type === 'ping') {
    const command = [pingProgram, '-n', '-c', '1', '-W', '5', check.address].map(string)
    return [
      `check = { type = "exec", command = [${command.join(', ')}], interval = "6s", timeout = "6s", ${rules} }`,
    ]
  }
  const { type, path, port, verify } = check
  const keys = [
    `type = ${string(type)}`,
    `path = ${string(path)}`,
    ...(port === 0 ? [] : [`port = ${port}`]),
    // The name in the certificate that bgp-lb asks for.
    ...(type === 'https' && verify
      ? [`host = ${string(port === 0 ? '127.0.0.1' : `127.0.0.1:${port}`)}`]
      : []),
    ...(verify ? [] : ['verify = false']),
    'redirects = 10',
    'interval = "1s"',
    rules,
  ]
  return [
    '# An answer that takes longer than 1s is bad here; bgp-lb waits for ever.',
    `check = { ${keys.join(', ')} }`,
  ]
}
