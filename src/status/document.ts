/** A status as programs get it: what `slb status -o json` prints, and schema/status.schema.json describes. */
import type { Status } from './status.ts'

/** Whether all files count as they are, some, or none. */
export type Validity = 'valid' | 'partly' | 'invalid'

/** What is to be undone or held; dates are ISO 8601. */
export interface Provisional {
  /** The apply on trial. */
  readonly trial: {
    readonly at: string
    readonly user: string
    readonly files: readonly string[]
    readonly deadline: string
    /** It was not committed in time, and is not undone yet. */
    readonly overdue: boolean
  } | null
  /** Why the files are not applied by themselves. */
  readonly held: { readonly why: string; readonly at: string; readonly user: string } | null
}

export interface StatusDocument extends Status, Provisional {
  readonly format_version: 1
  /** What this machine is called. */
  readonly node: string
  readonly configuration: Validity
}
