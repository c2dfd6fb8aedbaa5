/** What a diagnosis is made of: what is wanted, what is live, and the machine. */
import type { Desired } from '../model/desired.ts'
import type { State } from '../model/state.ts'
import type { Plan, Wanted } from '../plan/types.ts'
import type { Machine } from './machine.ts'

export interface Case {
  readonly desired: Desired
  /** As health and operators make it now. */
  readonly wanted: Wanted
  /** Absent where the live system cannot be read. */
  readonly live?: { readonly seen: State; readonly plan: Plan }
  readonly machine: Machine
}
