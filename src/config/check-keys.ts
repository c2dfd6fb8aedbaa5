/** Which keys of a check have a meaning for which type. */
import type { CheckConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { listed } from './text.ts'

/** What a check asks. */
export type CheckType = NonNullable<CheckConfig['type']>

type CheckKey = keyof CheckConfig

const http = ['http', 'https'] as const
const tls = ['https', 'grpc'] as const
const dns = ['dns'] as const
const exec = ['exec'] as const

/** Absent = all types. */
const typesOf: Readonly<Partial<Record<CheckKey, readonly CheckType[]>>> = {
  port: ['tcp', 'http', 'https', 'dns', 'udp', 'grpc', 'exec'],
  source: ['tcp', 'http', 'https', 'dns', 'udp', 'icmp', 'grpc'],
  via: ['tcp', 'http', 'https', 'dns', 'udp', 'grpc'],
  method: http,
  path: http,
  host: http,
  headers: http,
  expect: ['http', 'https', 'udp'],
  contains: http,
  redirects: http,
  tls: ['grpc'],
  sni: tls,
  ca: tls,
  verify: tls,
  expiry_warning: tls,
  name: dns,
  record: dns,
  rcode: dns,
  answer: dns,
  payload: ['udp'],
  service: ['grpc'],
  command: exec,
  user: exec,
}

/** What a check cannot be without. */
const required: readonly (readonly [type: CheckType, key: CheckKey, suggestion: string])[] = [
  ['dns', 'name', 'write name = "example.com"'],
  ['exec', 'command', 'write command = ["/usr/local/bin/check", "{address}", "{port}"]'],
]

/** Where a key of a table stands. */
export function below(spot: Spot, ...keys: (string | number)[]): Spot {
  return { file: spot.file, path: [...spot.path, ...keys] }
}

/** Finds keys of another type, and those that are missing. */
export function checkKeys(config: CheckConfig, at: Spot, faults: Fault[]): void {
  const type = config.type ?? 'tcp'
  for (const key of Object.keys(config) as CheckKey[]) {
    const types = typesOf[key]
    if (types && !types.includes(type)) faults.push(foreignKey(config, key, types, at))
    else if (type === 'grpc' && config.tls !== true && types === tls)
      faults.push(
        fault(
          'unused-key',
          { ...below(at, key), key: true },
          `${key} has a meaning only with TLS, and this check goes without`,
          { suggestion: 'write tls = true too' },
        ),
      )
  }
  for (const [of, key, suggestion] of required)
    if (of === type && config[key] === undefined)
      faults.push(
        fault('missing-key', { ...at, key: true }, `a check of type ${type} needs ${key}`, {
          suggestion,
        }),
      )
}

function foreignKey(
  config: CheckConfig,
  key: CheckKey,
  types: readonly CheckType[],
  at: Spot,
): Fault {
  const type = config.type === undefined ? 'tcp, as nothing else is said' : config.type
  const many = types.length > 3
  return fault(
    'unused-key',
    { ...below(at, key), key: true },
    many
      ? `${key} has no meaning in a check of type ${type}`
      : `${key} is for checks of type ${listed(types, 'or')}, and this one is ${type}`,
    {
      suggestion:
        config.type === undefined && !many ? `write type = "${types[0]}" too` : `take ${key} out`,
    },
  )
}
