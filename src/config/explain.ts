/** What the validator found, in words. */
import { badText, isDuration } from './explain-text.ts'
import { type Fault, fault, type Path, type Spot } from './fault.ts'
import { knownKeys } from './keys.gen.ts'
import { laterKey } from './later.ts'
import { forwardWords } from './names.ts'
import { type Sifted, valueAt } from './sift.ts'
import { didYouMean, listed, nearest, quote, visible } from './text.ts'

/** One fault of the schema as a fault for people. */
export function explain(file: string, tree: unknown, found: Sifted): Fault {
  const { keyword, path, params } = found
  const at: Spot = { file, path }
  const value = valueAt(tree, path)
  if (path.includes('password') && (typeof value !== 'object' || Array.isArray(value)))
    return badPassword(at)
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(at, params.additionalProperty ?? '')
    case 'required':
      return fault(
        'missing-key',
        { ...at, key: true },
        `${nameOf(path)} has no ${params.missingProperty}`,
      )
    case 'propertyNames':
      return badName(at, params.propertyName ?? '')
    case 'enum':
      return badChoice(at, value, params.allowedValues ?? [])
    case 'anyOf':
      return path.at(-1) === 'check' ? badCheck(at, value) : badType(at, value, ['string', 'array'])
    case 'type':
      return badType(at, value, [params.type ?? []].flat())
    case 'minimum':
    case 'maximum':
      return fault(
        'out-of-range',
        at,
        `${nameOf(path)} is ${keyword === 'minimum' ? 'at least' : 'at most'} ${params.limit}, not ${value}`,
      )
    case 'pattern':
    case 'maxLength':
    case 'minLength':
      return badText(at, value as string)
    case 'uniqueItems':
      return fault('repeated', at, `${nameOf(path)} has the same entry twice`)
    case 'minItems':
      return fault('empty-list', at, `${nameOf(path)} is an empty list`)
    default:
      return fault('bad-value', at, `${nameOf(path)} ${found.message ?? 'is not allowed'}`)
  }
}

/** What stands where it should not may be the password itself: it is not repeated. */
function badPassword(at: Spot): Fault {
  return fault('bad-password', at, 'this does not say where the password is', {
    suggestion:
      'write password = { file = "/etc/slb/peer.password" }, { env = "NAME" } or { credential = "NAME" }',
  })
}

function unknownKey(at: Spot, key: string): Fault {
  const spot = { file: at.file, path: [...at.path, key], key: true }
  const later = laterKey(at.path, key)
  if (later !== undefined)
    return fault('not-yet', spot, `this version of slb has no ${later} yet: take ${key} out`)
  const known = keysAt(at.path)
  if (key === '<<')
    return fault('unknown-key', spot, 'merge keys are not part of YAML 1.2', {
      suggestion: 'write the keys that services share under defaults',
    })
  const where = at.path.length === 0 ? 'at the top of a file' : `in ${nameOf(at.path)}`
  return fault('unknown-key', spot, `there is no key ${quote(key)} ${where}`, {
    suggestion: didYouMean(key, known) ?? elsewhere(at.path, key, known),
  })
}

/** Where a key belongs that is right, but stands in the wrong table. */
function elsewhere(path: Path, key: string, known: readonly string[]): string | undefined {
  const ofService = knownKeys['/service/*']?.includes(key)
  if (path.includes('check')) {
    if (ofService) return `${key} belongs into the service itself`
  } else if (knownKeys['/service/*/check']?.includes(key) && isServiceTable(path))
    return `${key} belongs into check = { ... }`
  const top = knownKeys['']?.filter(table => table !== path[0]) ?? []
  for (const table of top)
    for (const pattern of [`/${table}`, `/${table}/*`])
      if (knownKeys[pattern]?.includes(key))
        return `${key} belongs into [${table}${pattern.endsWith('*') ? '.NAME' : ''}]`
  return known.length === 0 ? undefined : `known here: ${listed(known)}`
}

function isServiceTable([table, ...rest]: Path): boolean {
  return table === 'defaults' ? rest.length === 0 : table === 'service' && rest.length === 1
}

function keysAt(path: Path): readonly string[] {
  const exact = path.map(part => (typeof part === 'number' ? '*' : part))
  const named = exact.map((part, index) => (index === 1 ? '*' : part))
  return (
    knownKeys[`/${exact.join('/')}`.replace(/^\/$/, '')] ?? knownKeys[`/${named.join('/')}`] ?? []
  )
}

function badName(at: Spot, name: string): Fault {
  const spot = { file: at.file, path: [...at.path, name], key: true }
  if (at.path.at(-1) === 'headers')
    return fault('bad-name', spot, `${quote(name)} is no name of a header`)
  if (at.path[0] === 'kernel')
    return fault('bad-name', spot, `${quote(name)} is no name below net.ipv4.vs`)
  return fault(
    'bad-name',
    spot,
    `${quote(name)} is no name for a ${at.path[0]}: names have up to 63 of the characters A-Z a-z 0-9 _ . - and begin with a letter, digit or _`,
  )
}

function badChoice(at: Spot, value: unknown, allowed: readonly unknown[]): Fault {
  const words = allowed.map(each => (typeof each === 'string' ? quote(each) : `${each}`))
  if (at.path.at(-1) === 'check') return badCheck(at, value)
  const texts = allowed.filter(each => typeof each === 'string')
  return fault(
    'bad-value',
    at,
    `${nameOf(at.path)} is ${listed(words, 'or')}, not ${show(value)}`,
    {
      suggestion: typeof value === 'string' ? choiceHint(at.path, value, texts) : undefined,
    },
  )
}

function badCheck(at: Spot, value: unknown): Fault {
  const types = ['tcp', 'http', 'https', 'dns', 'udp', 'icmp', 'grpc', 'exec']
  const type = typeof value === 'string' && (types.includes(value) ? value : nearest(value, types))
  return fault('bad-value', at, `check is a table, a list of them, or "none", not ${show(value)}`, {
    suggestion: type
      ? `write check = { type = "${type}" }`
      : value === false
        ? 'write check = "none"'
        : undefined,
  })
}

function choiceHint(path: Path, value: string, allowed: readonly string[]): string | undefined {
  if (path.at(-1) === 'forward') {
    const word = forwardWords[value.toLowerCase()]
    if (word !== undefined) return `did you mean "${word}"?`
    if (value === 'local') return 'write it in the backend: { address = "...", forward = "local" }'
  }
  return didYouMean(value, allowed)
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
}

function badType(at: Spot, value: unknown, types: readonly string[]): Fault {
  const words = types.map(type => typeWords[type] ?? type)
  const expected = isDuration(at.path) ? 'a duration, as in "90s"' : listed(words, 'or')
  return fault('bad-type', at, `${nameOf(at.path)} is ${expected}, not ${show(value)}`, {
    suggestion: typeHint(at.path, value, types),
  })
}

function typeHint(path: Path, value: unknown, types: readonly string[]): string | undefined {
  if (typeof value === 'number' && isDuration(path)) return `write "${value}s" for seconds`
  if (typeof value === 'string' && types.includes('integer') && /^[0-9]+$/.test(value))
    return `write ${value} without quotes`
  if (typeof value === 'string' && types.includes('boolean') && /^(true|false)$/.test(value))
    return `write ${value} without quotes`
  if (typeof value === 'string' && types.length === 1 && types[0] === 'array')
    return `write [${quote(value)}]`
  return undefined
}

/** A value as a message can show it. */
function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value))
    return value.length === 1 && typeof value[0] === 'string' ? `[${quote(value[0])}]` : 'a list'
  return typeof value === 'object' ? 'a table' : `${value}`
}

/** A path as words: `service.web`, `backends[2]`, `port`. */
function nameOf(path: Path): string {
  const last = path.at(-1)
  if (last === undefined) return 'the file'
  if (typeof last === 'number') return `${visible(`${path.at(-2)}`)}[${last}]`
  return path.length === 2 && (path[0] === 'service' || path[0] === 'vip')
    ? visible(`${path[0]} ${last}`)
    : visible(last)
}
