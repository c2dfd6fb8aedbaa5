/** What bgp-lb asks before it announces a service, as a check of slb. */
import { quote } from '../config/text.ts'
import type { Ip } from '../model/ip.ts'
import { readHost } from './bgp-lb-values.ts'
import type { GoValue } from './go-json.ts'

/** A GET of this host, a ping of another one, or nothing. */
export type BgpLbCheck =
  | {
      readonly type: 'http' | 'https'
      readonly path: string
      /** 0 = that of the backend. */
      readonly port: number
      readonly verify: boolean
    }
  | { readonly type: 'ping'; readonly address: Ip }
  | { readonly type: 'none' }

const none: BgpLbCheck = { type: 'none' }

/** Reads both kinds, of which the first one counts. */
export function readCheck(
  service: GoValue,
  {
    httphealthcheck: http,
    pinghealthcheck: ping,
  }: Readonly<Record<'httphealthcheck' | 'pinghealthcheck', GoValue>>,
  ports: readonly { readonly local: number }[],
  routerId: Ip | undefined,
): BgpLbCheck {
  if (http.node === undefined && ping.node === undefined) {
    service.note(
      'without httphealthcheck and pinghealthcheck bgp-lb pings 1.1.1.1 and 8.8.8.8, and announces only while one of them answers; here there is no check: the VIP is announced while slb runs',
    )
    return none
  }
  if (http.node === undefined) return readPing(ping)
  if (ping.node !== undefined) ping.note('it is passed over, since httphealthcheck is there')
  return readHttp(http, ports, routerId)
}

function readHttp(
  http: GoValue,
  ports: readonly { readonly local: number }[],
  routerId: Ip | undefined,
): BgpLbCheck {
  const keys = http.fields('path', 'port', 'scheme', 'insecureSkipVerify')
  const port = keys.port.whole(0, 65_535)
  const scheme = keys.scheme.text().toLowerCase() || 'http'
  const secure = scheme === 'https'
  if (!secure && scheme !== 'http')
    keys.scheme.fault('bad-scheme', `is http or https, not ${quote(scheme)}`)
  const insecure = keys.insecureSkipVerify.flag()
  if (port === 0)
    keys.port.note(
      'it is missing, and bgp-lb gets no answer from port 0; here the backend is asked',
    )
  else if (ports.length > 0 && !ports.some(({ local }) => local === port))
    keys.port.note(
      `bgp-lb asks 127.0.0.1:${port}, slb asks ${routerId ?? 'the backend'}: what answers there must not listen on 127.0.0.1 alone`,
    )
  return { type: secure ? 'https' : 'http', path: pathOf(keys.path), port, verify: !insecure }
}

/** As a request carries it: without a fragment, all but visible ASCII escaped. */
function pathOf(value: GoValue): string {
  const [text = ''] = value.text().split('#')
  const path = `/${text.replace(/^\//, '')}`.replace(/[^!-~]+/g, part =>
    encodeURIComponent(Buffer.from(part).toString()),
  )
  if (path.length > longestPath) value.fault('too-long', `is longer than ${longestPath} characters`)
  return path
}

const longestPath = 2000

function readPing(ping: GoValue): BgpLbCheck {
  const { addresses } = ping.fields('addresses')
  const [first, ...others] = addresses.items()
  if (first === undefined || others.length > 0) {
    addresses.note(
      first === undefined
        ? 'there is none: bgp-lb never announced the service; here there is no check'
        : 'any one of them is enough for bgp-lb; a check of slb asks one, so it is left out: a program of your own can ping them all, with type = "exec"',
    )
    return none
  }
  const address = readHost(first)
  return address === undefined ? none : { type: 'ping', address }
}
