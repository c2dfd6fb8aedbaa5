/** One change as one line of text. */
import { type Change, changeKey, type Op } from '../model/change.ts'
import { describe, fieldChanges, fieldsOf, showChange } from './fields.ts'
import { impactOf, type UsersByKey } from './impact.ts'
import { namesOf } from './names.ts'
import type { Plan } from './types.ts'

/** Colours by meaning; those of an operation have its name. */
export type Tone = Op | 'drift' | 'title' | 'quiet' | 'warning'

/** Adds colour to a text, or does not. */
export type Paint = (tone: Tone, text: string) => string

/** How an operation is marked at the beginning of its line. */
export const symbols: { readonly [O in Op]: string } = {
  create: '+',
  update: '~',
  delete: '-',
  drain: '>',
  replace: '-/+',
  adopt: '=',
}

/**
 * A change with its key and all that is to say about it.
 *
 * @param waits by row key: what a change waits for that is planned, but not to be done at once.
 */
export function rowLine(
  plan: Plan,
  change: Change,
  paint: Paint,
  users: UsersByKey | undefined,
  waits: ReadonlyMap<string, string>,
): string {
  const said = [detailsOf(plan, change, users), waits.get(changeKey(change)) ?? '']
  const details = said.filter(part => part !== '').join(', ')
  // A switch and its values read as one phrase; other details are a column of their own.
  const gap = change.kind === 'sysctl' ? ' ' : '  '
  return `${mark(change, paint)} ${changeKey(change)}${details === '' ? '' : gap + details}`
}

/** The symbol, right-aligned in four columns: the width of `!-/+`. */
export function mark(change: Change, paint: Paint): string {
  const drift = change.drift ? paint('drift', '!') : ''
  const symbol = symbols[change.op]
  const blank = ' '.repeat(4 - symbol.length - (change.drift ? 1 : 0))
  return blank + drift + paint(change.op, symbol)
}

/** Everything about a change but its symbol and key: what changes, why, for whom, and who is hurt. */
export function detailsOf(plan: Plan, change: Change, users: UsersByKey | undefined): string {
  const parts = [
    whatChanges(change),
    plan.reasons.get(changeKey(change)),
    sharers(plan, change),
    impactOf(plan, change, users),
  ].filter(part => part !== undefined && part !== '')
  const notes = []
  if (change.op === 'replace') notes.push('cannot be changed in place')
  if (change.drift) notes.push('changed outside slb')
  if (notes.length > 0) parts.push(`${parts.pop() ?? ''} (${notes.join('; ')})`.trimStart())
  return parts.join(', ')
}

function whatChanges(change: Change): string {
  if (change.op === 'create') return describe(change.kind, change.row)
  if (change.op === 'delete' || change.op === 'drain') return ''
  const from = change.from === undefined ? {} : fieldsOf(change.kind, change.from)
  const changes = fieldChanges(from, fieldsOf(change.kind, change.row))
  if (change.op !== 'adopt') return changes.map(showChange).join(', ')
  const more = changes.filter(({ name }) => name !== 'owned').map(showChange)
  return ['taken over', ...more].join(', ')
}

/** A row of several services says whose it is; the sysctls' reason says that already. */
function sharers(plan: Plan, change: Change): string | undefined {
  if (change.kind === 'sysctl') return undefined
  const names = namesOf(plan, change)
  if (names.length < 2) return undefined
  return names.length > 3 ? `for ${names.length} services` : `for ${names.join(', ')}`
}
