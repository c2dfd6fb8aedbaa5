/** Keeps secrets out of the log, by the names of the fields that hold them. */

/** What a field that holds a secret is called. `key` alone is not one: rows have keys. */
const secretName =
  /pass(wo?r?d|phrase)|pwd|psk|secret|token|credential|authori[sz]ation|cookie|(api|private|auth|access|session|tls|md5)[_-]?key|^md5$/i

/** True if what is called so is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** What stands in the place of a secret. */
export const censored = '[redacted]'

/** Deeper than anything that is logged on purpose. */
const maxDepth = 8

/**
 * The fields as plain data to be logged: secrets are replaced at any depth, errors become their
 * message, code, hint and cause.
 */
export function withoutSecrets(
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return tableOf(fields, 0)
}

function tableOf(given: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      isSecretName(name) && value !== undefined ? censored : plainOf(value, depth + 1),
    ]),
  )
}

function plainOf(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return `${value}`
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '[too deep]'
  if (value instanceof Error) return errorOf(value, depth)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Map) return tableOf(Object.fromEntries(value), depth)
  if (value instanceof Set || Array.isArray(value))
    return [...value].map(each => plainOf(each, depth + 1))
  return tableOf(value, depth)
}

/** An error that is a bug has its stack with it; the others say in words what is wrong. */
function errorOf(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  const known = 'code' in error
  return {
    ...tableOf(error, depth),
    name,
    message,
    ...(known ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: plainOf(cause, depth + 1) }),
  }
}
