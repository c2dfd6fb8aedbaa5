/** What a check asks: its table to a `Question`. */
import type { Question, StatusRange, Tls } from '../model/check.ts'
import { parseIp } from '../model/ip.ts'
import { parseBytes } from './bytes.ts'
import { below } from './check-keys.ts'
import type { CheckConfig } from './config.gen.ts'
import { durationWithin } from './duration-range.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { quote } from './text.ts'

/** Who says the weight: a header of an answer, or the output of a program. */
export type WeightSource =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'exec' }

/** The question of a check; `at` is its table, `weight` who is asked for the weight. */
export function resolveQuestion(
  config: CheckConfig,
  at: Spot,
  weight: WeightSource | undefined,
  faults: Fault[],
): Question {
  const { type = 'tcp' } = config
  switch (type) {
    case 'tcp':
    case 'icmp':
      return { type }
    case 'http':
    case 'https':
      return resolveHttp(config, type === 'https', at, weight, faults)
    case 'dns': {
      const { name = '.', record = 'A', rcode = 'NOERROR', answer } = config
      const asked = name === '.' ? name : name.replace(/\.$/, '')
      return { type, name: asked, record, rcode, ...(answer === undefined ? {} : { answer }) }
    }
    case 'udp':
      return resolveUdp(config, at, faults)
    case 'grpc': {
      const tls = config.tls === true ? resolveTls(config, config.sni, at, faults) : undefined
      return { type, service: config.service ?? '', ...(tls ? { tls } : {}) }
    }
    case 'exec':
      return resolveExec(config, at, weight, faults)
  }
}

function resolveHttp(
  config: CheckConfig,
  secure: boolean,
  at: Spot,
  weight: WeightSource | undefined,
  faults: Fault[],
): Question {
  const { host, contains } = config
  const tls = secure
    ? resolveTls(config, config.sni ?? (host && nameOfHost(host)), at, faults)
    : undefined
  return {
    type: 'http',
    method: config.method ?? 'GET',
    path: config.path ?? '/',
    ...(host === undefined ? {} : { host }),
    headers: resolveHeaders(config.headers ?? {}, below(at, 'headers'), faults),
    expect: statusRanges(config.expect, below(at, 'expect'), faults),
    ...(contains === undefined ? {} : { contains }),
    redirects: config.redirects ?? 0,
    ...(tls ? { tls } : {}),
    ...(weight?.kind === 'header' ? { weightHeader: weight.name } : {}),
  }
}

/** What the request itself needs, and so sends (RFC 9112, 3.2, 6 and 9.6). */
const ownHeaders: readonly string[] = ['host', 'connection', 'content-length', 'transfer-encoding']

function resolveHeaders(
  given: Readonly<Record<string, string>>,
  at: Spot,
  faults: Fault[],
): Readonly<Record<string, string>> {
  for (const name of Object.keys(given))
    if (ownHeaders.includes(name.toLowerCase()))
      faults.push(
        fault(
          'unused-key',
          { ...below(at, name), key: true },
          `${name} is a header that slb sends itself`,
          { suggestion: name.toLowerCase() === 'host' ? 'write host in the check' : undefined },
        ),
      )
  return { ...given }
}

/** The name in a Host header, which may have a port; SNI knows no addresses (RFC 6066, 3). */
function nameOfHost(host: string): string | undefined {
  const name = host.replace(/:[0-9]*$/, '')
  return name.startsWith('[') || parseIp(name) !== undefined ? undefined : name
}

function resolveTls(
  config: CheckConfig,
  serverName: string | undefined,
  at: Spot,
  faults: Fault[],
): Tls {
  const { ca, verify = true, expiry_warning: text = '14d' } = config
  const range = { least: '0s', most: '3650d' }
  const expiry = durationWithin('expiry_warning', text, range, below(at, 'expiry_warning'), faults)
  if (!verify && ca !== undefined)
    faults.push(
      fault(
        'unused-key',
        { ...below(at, 'ca'), key: true },
        'ca has no meaning with verify = false: any certificate is taken',
        { suggestion: 'take one of them out' },
      ),
    )
  return {
    ...(serverName === undefined ? {} : { serverName }),
    ...(ca === undefined ? {} : { caFile: ca }),
    verify,
    expiryWarning: expiry ?? 0,
  }
}

/** In the order of numbers, so that equal lists are equal questions. */
function statusRanges(
  given: CheckConfig['expect'],
  at: Spot,
  faults: Fault[],
): readonly StatusRange[] {
  if (given === undefined) return [[200, 299]]
  const list = Array.isArray(given) ? given : [given]
  const ranges = list.flatMap((each, index) => {
    const range = statusRange(each)
    if (range) return [range]
    const spot = Array.isArray(given) ? below(at, index) : at
    faults.push(
      fault('bad-value', spot, `${quote(`${each}`)} is no range of status codes`, {
        suggestion:
          typeof each === 'string' && /^[0-9]+$/.test(each)
            ? `write ${each} without quotes`
            : 'write 200, "200-299", or a list of these',
      }),
    )
    return []
  })
  return ranges.sort(([a, b], [c, d]) => a - c || b - d)
}

function statusRange(given: string | number): StatusRange | undefined {
  if (typeof given === 'number') return [given, given]
  const [, first, last] = /^([1-5][0-9]{2})-([1-5][0-9]{2})$/.exec(given) ?? []
  const range = [Number(first), Number(last)] as const
  return range[0] <= range[1] ? range : undefined
}

function resolveUdp(config: CheckConfig, at: Spot, faults: Fault[]): Question {
  const bytesOf = (key: 'payload' | 'expect'): Uint8Array | undefined => {
    const text = config[key]
    if (text === undefined) return undefined
    const bytes =
      typeof text === 'string'
        ? parseBytes(text)
        : 'a udp check expects bytes: text, or "hex:" with digits'
    if (typeof bytes !== 'string') return bytes
    faults.push(fault('bad-value', below(at, key), bytes))
    return undefined
  }
  const expect = bytesOf('expect')
  const payload = bytesOf('payload') ?? new Uint8Array()
  return { type: 'udp', payload, ...(expect ? { expect } : {}) }
}

function resolveExec(
  { command: given, user }: CheckConfig,
  at: Spot,
  weight: WeightSource | undefined,
  faults: Fault[],
): Question {
  const command: readonly string[] = given ?? []
  const [path] = command
  if (path !== undefined && !path.startsWith('/'))
    faults.push(
      fault(
        'bad-value',
        below(at, 'command', 0),
        `${quote(path)} is no absolute path: programs are not looked up`,
      ),
    )
  return {
    type: 'exec',
    command,
    ...(user === undefined ? {} : { user }),
    weight: weight?.kind === 'exec',
  }
}
