/** How the daemon leaves the kernel behind: `[node] on_stop`. */
import type { Job } from '../engine/reconcile.ts'
import { isCheckService } from '../model/check-service.ts'
import type { DesiredNode } from '../model/desired.ts'
import type { Service } from '../model/rows.ts'
import { stateOf } from '../model/state.ts'
import type { Policy } from '../plan/types.ts'
import type { EngineEnds } from './ends.ts'
import type { Rounds } from './rounds.ts'

const poll = 200

/**
 * `keep` writes nothing. `drain` gives every backend weight 0 and waits until their connections have
 * ended. `withdraw` drains, then removes all that is ours. Neither takes longer than `stop_timeout`;
 * in a hurry what still drains is left as it is.
 */
export async function leave(
  { onStop, stopTimeout, name }: DesiredNode,
  job: Job | undefined,
  rounds: Rounds,
  { host, hostname, note }: EngineEnds,
  hurry: AbortSignal,
): Promise<void> {
  if (onStop === 'keep' || job === undefined) return
  note('info', onStop === 'drain' ? 'draining all services' : 'withdrawing all services', {
    at_most: `${stopTimeout / 1000}s`,
  })
  const until = host.clock.monotonic() + stopTimeout
  const aim = {
    cause: { kind: 'stop', command: `stop (${onStop})`, user: 'slb', files: [] },
    keep: Number.POSITIVE_INFINITY,
    node: name ?? hostname,
  } as const
  const target = onStop === 'drain' ? quieted(job) : emptied(job, stopTimeout)
  await rounds.apply(target, aim)
  if (onStop === 'drain') {
    const services = [...job.wanted.state.service.values()].map(row => row.id)
    await rounds.untilQuiet(services, until, hurry)
    return
  }
  while (rounds.draining && host.clock.monotonic() < until + poll && !hurry.aborted) {
    await host.clock.sleep(poll, hurry)
    await rounds.apply(target, { ...aim, drainsOnly: true })
  }
}

/** The same services, with no new connections. */
function quieted(job: Job): Job {
  const service = new Map<string, Service>()
  for (const [key, row] of job.wanted.state.service)
    if (isCheckService(row.id)) service.set(key, row)
    else
      service.set(key, {
        ...row,
        destinations: row.destinations.map(one => ({ ...one, weight: 0 })),
      })
  // First of all nobody is sent here any more.
  const state = { ...job.wanted.state, service, arp: new Map(), route: new Map() }
  const { meant = job.wanted.state } = job.wanted
  const wanted = { ...job.wanted, state, meant }
  return { ...job, wanted, consent: Number.POSITIVE_INFINITY }
}

/** Nothing at all; what drains has no more time than stopping has. */
function emptied(job: Job, stopTimeout: number): Job {
  const policies = new Map<string, Policy>()
  for (const [key, policy] of job.wanted.policies)
    policies.set(key, { ...policy, drain: Math.min(policy.drain, stopTimeout) })
  // A backend that has not answered yet is left as it is while it may answer: not here.
  const { waiting: _, ...wanted } = job.wanted
  const { sysctl, timeouts } = wanted.state
  return {
    ...job,
    wanted: {
      ...wanted,
      policies,
      state: stateOf({ sysctl, timeouts }),
      meant: stateOf(),
    },
    consent: Number.POSITIVE_INFINITY,
  }
}
