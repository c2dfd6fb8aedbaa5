/** A saved snapshot in the place of a live system: for `plan --against FILE`, to look at and not to change. */
import { SlbError } from '../model/error.ts'
import { kinds } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Table } from './table.ts'

/** A table that holds exactly these rows for ever. Every change fails with `denied`. */
export function snapshotTable(state: State, file: string): Table {
  return {
    kinds,
    async read(scope) {
      if (scope?.services === undefined) return state
      const keys = new Set(scope.services.map(id => id.key))
      return { ...state, service: new Map([...state.service].filter(([key]) => keys.has(key))) }
    },
    async apply(changes) {
      const hint = 'leave out --against to change the live system'
      return changes.map(change => ({
        change,
        error: new SlbError('denied', `${file} is a snapshot and cannot be changed`, { hint }),
      }))
    },
    async connections() {
      return new Map()
    },
    close() {},
  }
}
