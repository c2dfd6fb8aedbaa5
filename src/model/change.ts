/** A single change to a live system, and what became of it. */
import type { SlbError } from './error.ts'
import { type Kind, keyOf, type Rows } from './rows.ts'

/**
 * What is done to a row.
 *
 * `update` happens in place; `replace` is delete and create, only where the kernel has no other
 * way; `drain` is weight 0, wait, delete; `adopt` is an update that takes a row over from whoever
 * made it.
 */
export type Op = 'create' | 'update' | 'replace' | 'drain' | 'delete' | 'adopt'

export interface ChangeOf<K extends Kind> {
  readonly op: Op
  readonly kind: K
  /** The row as it shall be; for `delete` and `drain`, as it is. */
  readonly row: Rows[K]
  /** The row as it is, for `update`, `replace` and `adopt`. */
  readonly from?: Rows[K]
  /** True if somebody changed what an earlier apply had set. */
  readonly drift?: boolean
}

export type Change = { [K in Kind]: ChangeOf<K> }[Kind]

/** The canonical key of the row that a change is about. */
export function changeKey(change: Change): string {
  return (keyOf[change.kind] as (row: unknown) => string)(change.row)
}

/** A change in words: `create service tcp 192.0.2.1:80`, `update timeouts`. */
export function describeChange(change: Change): string {
  const key = changeKey(change)
  const named = key === change.kind || key.startsWith(`${change.kind} `)
  return named ? `${change.op} ${key}` : `${change.op} ${change.kind} ${key}`
}

/** A change that did not happen, and why. Changes without a failure have happened. */
export interface Failure {
  readonly change: Change
  readonly error: SlbError
}
