/** One apply with all that must be true of it. */
import * as assert from 'uvu/assert'
import type { Conflict, Desired } from '../../src/model/desired.ts'
import { want } from '../../src/plan/want.ts'
import { toText } from '../../src/table/snapshot.ts'
import type { Machine } from '../machine.ts'
import {
  checkForeign,
  checkLeftovers,
  checkPending,
  checkRefusals,
  checkWanted,
  fewestWrites,
  type Ours,
  type Outcome,
  oursAfter,
} from './oracle.ts'

/** The guard has tests of its own. */
export const consent: number = Number.POSITIVE_INFINITY

/** What earlier applies made ours, told from what they were asked for, not from the journal. */
const known = new WeakMap<Machine, Ours>()
const nothing: Ours = new Map()

/** Applies, waits for drains, and checks everything. */
export async function applied(
  slb: Machine,
  config: Desired,
  conflict: Conflict = 'refuse',
  ours: Ours = known.get(slb) ?? nothing,
): Promise<Outcome> {
  const before = slb.table.state()
  const writes = slb.table.trace.length
  const round = await slb.apply(config, { conflict, consent })
  const after = slb.table.state()
  const outcome: Outcome = { before, after, ours, wanted: want(config), conflict, round }

  assert.equal(round.failures, [], 'nothing fails')
  assert.equal(round.left.changes, [], 'nothing is left to do')
  checkRefusals(outcome, round)
  checkPending(outcome)
  checkWanted(outcome)
  checkForeign(outcome)
  checkLeftovers(outcome)
  const drainOf = (key: string): number =>
    outcome.wanted.policies.get(key)?.drain ?? ours.get(key) ?? 60_000
  const trace = slb.table.trace.slice(writes)
  const { least, most } = fewestWrites(before, after, drainOf)
  const written = `${trace.length} writes, not ${least}:\n${trace.join('\n')}`
  assert.ok(trace.length >= least && trace.length <= most, written)

  known.set(slb, oursAfter(outcome))

  const again = await slb.apply(config, { conflict })
  assert.equal(again.plan.changes, [], 'the second plan is empty')
  assert.is(slb.table.trace.length, writes + trace.length, 'the second apply writes nothing')
  assert.is(toText(slb.table.state()), toText(after))
  return outcome
}
