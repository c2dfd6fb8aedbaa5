/** The least change from what is seen to what is wanted, in the order in which it is safe. */
import { type Change, type ChangeOf, changeKey } from '../model/change.ts'
import { compareDoors } from './doors.ts'
import { type Draft, emptyDraft, type PlanInput } from './draft.ts'
import { revisionOf } from './fingerprint.ts'
import { stageOf } from './order.ts'
import { compareServices } from './services.ts'
import { compareSettings } from './settings.ts'
import type { Plan } from './types.ts'

/**
 * Compares wanted and seen, and puts the difference in order.
 *
 * Up: switches, links, each service with all its destinations, source NAT, and the address last.
 * Then what is withdrawn from the network, and what drains. Then down: destinations, services, source NAT, addresses, links. Make before
 * break: nothing is taken away before what replaces it stands.
 */
export function plan(input: PlanInput): Plan {
  const draft = emptyDraft()
  compareSettings(input, draft)
  const held = compareServices(input, draft)
  compareDoors(input, held, draft)
  waitForAnswers(input, draft)
  return {
    changes: ordered(draft),
    refused: draft.refused,
    pending: draft.pending,
    foreign: draft.foreign,
    notes: draft.notes,
    forgotten: draft.forgotten,
    names: namesOf(input, draft),
    reasons: input.wanted.reasons,
    ...agreedOf(input, draft),
    drains: draft.drains,
    revision: revisionOf(input.wanted.state),
  }
}

/** What nobody has to consent to: what an operator or a verdict asks for, and what was lost anyway. */
function agreedOf({ wanted: { agreed } }: PlanInput, { lost }: Draft): Pick<Plan, 'agreed'> {
  if (lost.size === 0) return agreed === undefined ? {} : { agreed }
  return { agreed: new Set([...(agreed ?? []), ...lost]) }
}

/**
 * What has not answered yet is left as it is. One that is to stand with weight 0 until then
 * (`on_down = "quiesce"`) is made, though.
 */
function waitForAnswers({ wanted: { waiting } }: PlanInput, draft: Draft): void {
  if (waiting === undefined || waiting.size === 0) return
  const made = new Set<string>()
  for (const change of draft.up)
    if (change.op === 'create' && change.kind === 'destination') made.add(changeKey(change))
  for (const key of waiting)
    if (!made.has(key)) draft.pending.push({ key, reason: 'waits for its first good answer' })
}

/** Sorting is stable, so services stay with their destinations. What is withdrawn goes before drains begin. */
function ordered({ up, drain, down }: Draft): readonly Change[] {
  return [...up, ...drain, ...down].sort((a, b) => stageOf(a) - stageOf(b))
}

/**
 * Who a row is for, by row key: from the configuration, and from the ledger for what left it.
 * Looked up when it is asked, since of a big configuration hardly any row is spoken of.
 */
function namesOf(input: PlanInput, draft: Draft): Plan['names'] {
  const { names, policies } = input.wanted
  const leaving = namesOfLeaving(input, draft)
  return {
    get(key) {
      const known = names.get(key)
      if (known !== undefined) return known
      const policy = policies.get(key)
      return policy === undefined ? (leaving.get(key) ?? draft.names.get(key)) : [policy.name]
    },
  }
}

/** An address that leaves, and its announcement, are those of the services that leave with it, or that it has elsewhere. */
function namesOfLeaving(input: PlanInput, draft: Draft): ReadonlyMap<string, readonly string[]> {
  if (!draft.down.some(isDoor)) return new Map()
  const byIp = new Map<string, Set<string>>()
  for (const [key, names] of draft.names) {
    const ip = input.seen.service.get(key)?.id.address
    if (ip !== undefined) addAll(byIp, ip, names)
  }
  for (const [key, row] of input.wanted.state.address)
    addAll(byIp, row.address, input.wanted.names.get(key) ?? [])
  const leaving = new Map<string, Set<string>>()
  for (const change of draft.down) {
    const names = isDoor(change) ? byIp.get(change.row.address) : undefined
    if (!isDoor(change) || names === undefined) continue
    addAll(leaving, changeKey(change), names)
    if (change.kind === 'address') addAll(leaving, `link ${change.row.link}`, names)
  }
  return new Map(Array.from(leaving, ([key, names]) => [key, [...names].sort()]))
}

type Door = ChangeOf<'address'> | ChangeOf<'arp'> | ChangeOf<'route'>

function isDoor(change: Change): change is Door {
  return change.kind === 'address' || change.kind === 'arp' || change.kind === 'route'
}

function addAll(sets: Map<string, Set<string>>, key: string, names: Iterable<string>): void {
  const known = sets.get(key) ?? new Set()
  for (const name of names) known.add(name)
  sets.set(key, known)
}
