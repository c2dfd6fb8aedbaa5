/** Look at the live system and plan: the beginning of every round. */
import { isDeepStrictEqual } from 'node:util'
import type { SpeakerName } from '../model/announcement.ts'
import { type Kind, keyOf, type Service, type ServiceId } from '../model/rows.ts'
import { type State, topKinds } from '../model/state.ts'
import type { PlanInput } from '../plan/draft.ts'
import { guard } from '../plan/guard.ts'
import { plan } from '../plan/plan.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import type { Scope } from '../table/table.ts'
import { isMost, type Live, observe, observeAgain, type Part } from './live.ts'
import type { Job, Preview } from './reconcile.ts'

export interface Survey {
  readonly preview: Preview
  /** What the plan was made from: the next plan of the round differs in what is seen. */
  readonly input: PlanInput
}

/**
 * Observes and plans.
 *
 * @param memory what an earlier look saw. Then only what does not agree with what is wanted is read
 * again, and the plan rests on that: an edit costs what it touches, and what a read got wrong while
 * others wrote is read a second time before anything is done about it.
 */
export async function survey(
  job: Job,
  live: Live,
  ledger: Ledger,
  memory?: State,
): Promise<Survey> {
  const hazards = await live.hazards?.(job.wanted.state)
  const { limits, consent, ...aims } = job
  const aim = {
    ...aims,
    ledger,
    ...(hazards === undefined ? {} : { hazards }),
    ...(live.canMark === undefined ? {} : { canMark: live.canMark }),
    ...(live.silent === undefined ? {} : { silent: live.silent }),
  }
  const look: Look =
    memory === undefined
      ? { seen: await observe(live, scopeOf(job.wanted, ledger)) }
      : await lookAgain(aim, live, memory)
  const { seen } = look
  const unanswered = live.unanswered?.()
  const input = { ...aim, seen, ...(unanswered && { unanswered }) }
  const found = (!unanswered?.size && look.plan) || plan(input)
  return {
    preview: { plan: found, verdict: guard(found, seen, ledger, limits, consent), seen },
    input,
  }
}

interface Look {
  readonly seen: State
  /** What follows from just that, if it is known. */
  readonly plan?: Plan
}

async function lookAgain(aim: Omit<PlanInput, 'seen'>, live: Live, memory: State): Promise<Look> {
  const known = { seen: memory, plan: plan({ ...aim, seen: memory }) }
  const doubts = doubtful(known.plan, aim.wanted, memory)
  if (doubts.kinds?.size === 0) return known
  const seen = await observeAgain(live, memory, doubts, scopeOf(aim.wanted, aim.ledger))
  return bearsOut(memory, seen, doubts) ? known : { seen }
}

/** True if what was read again says what was known: as mostly, since who meddles with a change's own rows? */
function bearsOut(memory: State, seen: State, { services }: Part): boolean {
  // To hold thousands of rows against each other takes as long as to plan with them.
  if (isMost(services, memory)) return false
  return topKinds.every(kind => {
    const [before, now] = [memory[kind], seen[kind]]
    if (before === now) return true
    const keys = kind === 'service' ? services.keys() : now.keys()
    if (before.size !== now.size) return false
    for (const key of keys) if (!isDeepStrictEqual(before.get(key), now.get(key))) return false
    return true
  })
}

/** Everything that a plan would change or waits for. */
function doubtful({ changes, refused, pending }: Plan, wanted: Wanted, seen: State): Part {
  const services = new Map<string, ServiceId>()
  const kinds = new Set<Kind>()
  const doubt = (key: string): void => {
    const arrow = key.indexOf(' -> ')
    const service = arrow < 0 ? key : key.slice(0, arrow)
    const row = wanted.state.service.get(service) ?? seen.service.get(service)
    if (row === undefined || (arrow >= 0 && !stands(key, seen.service.get(service)))) return
    services.set(service, row.id)
    kinds.add('service')
  }
  for (const change of changes) {
    kinds.add(change.kind)
    if (change.kind === 'service') services.set(change.row.id.key, change.row.id)
    if (change.kind === 'destination') services.set(change.row.service.key, change.row.service)
  }
  for (const { kind } of refused) kinds.add(kind)
  for (const { key } of [...refused, ...pending]) doubt(key)
  return { services, kinds }
}

/** False for a destination that is not there: what waits to be let in says nothing of what is seen. */
function stands(key: string, service: Service | undefined): boolean {
  return service?.destinations.some(row => keyOf.destination(row) === key) === true
}

/** What every look at the live system covers, for these wanted rows, and for what was told before. */
export function scopeOf(
  { state }: Wanted,
  { gobgpds: formerGobgpds }: Pick<Ledger, 'gobgpds'>,
): Omit<Scope, 'services'> {
  const speakers = new Set<SpeakerName>()
  const gobgpds = new Set<string>()
  for (const rows of [state.peer.values(), state.route.values()])
    for (const { speaker, api } of rows) {
      speakers.add(speaker)
      if (api !== undefined) gobgpds.add(api)
    }
  return {
    speakers,
    gobgpds,
    formerGobgpds,
    told: state,
    sysctls: [...state.sysctl.values()].map(row => row.name),
    announced: [...state.arp.values()],
    likely: state.service,
  }
}
