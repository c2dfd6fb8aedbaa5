/** Look at the live system and plan: the beginning of every round. */
import type { SpeakerName } from '../model/announcement.ts'
import { type Kind, keyOf, type Service, type ServiceId } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { PlanInput } from '../plan/draft.ts'
import { guard } from '../plan/guard.ts'
import { plan } from '../plan/plan.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import type { Scope } from '../table/table.ts'
import { type Live, observe, observeAgain, type Part } from './live.ts'
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
  const seen =
    memory === undefined
      ? await observe(live, scopeOf(job.wanted, ledger))
      : await refresh(aim, live, memory)
  const unanswered = live.unanswered?.()
  const input = { ...aim, seen, ...(unanswered && { unanswered }) }
  const found = plan(input)
  return {
    preview: { plan: found, verdict: guard(found, seen, ledger, limits, consent), seen },
    input,
  }
}

async function refresh(aim: Omit<PlanInput, 'seen'>, live: Live, memory: State): Promise<State> {
  const doubts = doubtful(plan({ ...aim, seen: memory }), aim.wanted, memory)
  if (doubts.kinds?.size === 0) return memory
  return observeAgain(live, memory, doubts, scopeOf(aim.wanted, aim.ledger))
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
