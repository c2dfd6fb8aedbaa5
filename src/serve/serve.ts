/**
 * From what is written to what is wanted now: verdicts of checks, what operators asked for, and time.
 *
 * Nothing else writes a weight, so whatever happened before, the weights follow from what is so now.
 */
import { isCheckService } from '../model/check-service.ts'
import type { Desired } from '../model/desired.ts'
import { defaultServing, noChecks } from '../model/health.ts'
import { replaced } from '../model/overlay.ts'
import type { Service } from '../model/rows.ts'
import type { Wanted } from '../plan/types.ts'
import { announceable } from './announced.ts'
import { isAsWritten } from './as-written.ts'
import { type Asked, askedOf } from './asked.ts'
import type { Care } from './census.ts'
import type { Circumstances, Memory } from './circumstances.ts'
import { closeDoors } from './doors.ts'
import { emptyOutcome, type Outcome, serveListener } from './listener.ts'
import { notice } from './notice.ts'

export interface Served {
  readonly wanted: Wanted
  /** For the next time. */
  readonly memory: Memory
  /** When something changes by itself (a slow start), in milliseconds of the monotonic clock. */
  readonly next?: number
}

/**
 * What is wanted in these circumstances.
 *
 * @param written what the files want, or what a rollback went back to.
 * @param cares of the virtual services that can be otherwise than written, by key.
 */
export function serve(
  written: Wanted,
  cares: ReadonlyMap<string, Care>,
  circumstances: Circumstances,
): Served {
  const { memory: before, now: time } = circumstances
  const {
    asked,
    since,
    leaving,
    next: then,
  } = notice(written, askedOf(circumstances.overrides), before, time)
  const outcome = emptyOutcome()
  const rows = new Map<string, Service>()
  const all = concerned(written, cares, asked, circumstances)
  for (const [key, care] of all) {
    const row = written.state.service.get(key)
    if (row === undefined || asked.drains(care.name)) continue
    if (!asked.has(care.name) && isAsWritten(row, care, circumstances)) continue
    const now = serveListener(row, care, asked, circumstances, outcome)
    if (now !== row) rows.set(key, now)
  }
  const { out, rising, ceased } = outcome
  const next = Math.min(outcome.next, then)
  const memory: Memory = { out, rising, ceased, leaving: since }
  const state = { ...written.state, service: replaced(written.state.service, rows) }
  const weighed = rows.size === 0 ? written : { ...written, state }
  const open = closeDoors(weighed, all, asked, outcome, written.state)
  const told = announceable(written, open, { cares: all, asked, outcome, leaving })
  const served = { wanted: withReasons(told, outcome), memory }
  return next === Number.POSITIVE_INFINITY ? served : { ...served, next }
}

function withReasons(wanted: Wanted, { down, agreed, waiting, reasons }: Outcome): Wanted {
  if (agreed.size === 0 && reasons.size === 0) return wanted
  return { ...wanted, down, agreed, waiting, reasons: new Map([...wanted.reasons, ...reasons]) }
}

/** The virtual services that health can make otherwise than written, by key. */
export function caresOf({ services }: Desired): ReadonlyMap<string, Care> {
  const cares = new Map<string, Care>()
  for (const service of services)
    if (service.enabled && service.checks.size > 0)
      for (const { id } of service.listeners) cares.set(id.key, service)
  return cares
}

/** The virtual services that have checks, or of which something was asked. */
function concerned(
  { policies, state }: Wanted,
  cares: ReadonlyMap<string, Care>,
  asked: Asked,
  { overrides }: Circumstances,
): ReadonlyMap<string, Care> {
  if (overrides.length === 0) return cares
  const all = new Map(cares)
  policies.forEach(({ name }, key) => {
    // What checks go by stays as it is, or nobody would hear of a backend again.
    const row = state.service.get(key)
    if (row !== undefined && isCheckService(row.id)) return
    if (!all.has(key) && asked.has(name))
      all.set(key, { name, checks: noChecks, serving: defaultServing })
  })
  return all
}
