/** A fault by its place in the tree, before anybody has looked up lines and columns. */

/** The keys and indexes that lead to a value. */
export type Path = readonly (string | number)[]

/** A value in a file, or with `key` the key that it stands under. */
export interface Spot {
  readonly file: string
  readonly path: Path
  readonly key?: boolean
}

/** A `Diagnostic` whose places are still tree paths. */
export interface Fault {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  readonly at: Spot
  readonly suggestion?: string
  readonly related?: Spot
}

/** What a fault may have beside its code, place and message. */
export interface FaultParts {
  readonly suggestion?: string | undefined
  readonly related?: Spot | undefined
}

/** An error in the user's text. */
export function fault(code: string, at: Spot, message: string, parts: FaultParts = {}): Fault {
  return build('error', code, at, message, parts)
}

/** Something that is allowed, but hardly what was meant. */
export function warning(code: string, at: Spot, message: string, parts: FaultParts = {}): Fault {
  return build('warning', code, at, message, parts)
}

/** True if there is more than warnings. */
export function hasError(found: readonly { readonly severity: Fault['severity'] }[]): boolean {
  return found.some(({ severity }) => severity === 'error')
}

function build(
  severity: Fault['severity'],
  code: string,
  at: Spot,
  message: string,
  { suggestion, related }: FaultParts,
): Fault {
  return {
    severity,
    code,
    message,
    at,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(related === undefined ? {} : { related }),
  }
}
