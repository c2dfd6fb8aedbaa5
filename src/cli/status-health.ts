/** Health as status says it: in a few words for each backend, and at the end for all of them. */
import type { BackendStatus } from '../status/backend.ts'
import type { OverrideStatus } from '../status/facts.ts'
import type { Quorum } from '../status/health.ts'
import type { Summary } from '../status/summary.ts'
import { moment } from './moment.ts'

/** `45s`, `2m`, `3h`, `5d`: how long it is from one date to a later one, in milliseconds. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** `down 2m`, `unknown`, `nobody checks`; `-` without a check. */
export function healthCell({ verdict, since, checks }: BackendStatus['health'], now: Date): string {
  if (checks === undefined) return '-'
  if (verdict === 'unchecked') return 'nobody checks'
  if (verdict === 'unknown' || since === undefined) return verdict
  return `${verdict} ${age(now.getTime() - Date.parse(since))}`
}

/** All that explains a backend. */
export function backendWhy(backend: BackendStatus, now: Date): string {
  const { why, health, override, drain_ends: drain, weight_why: weighed } = backend
  const { verdict, why: answer, warning, banned_until: ban } = health
  const left = (date: string): string => age(Date.parse(date) - now.getTime())
  const drained = override?.ask === 'drain' && `drained ${byWhom(override, left)}`
  const told = verdict === 'down' || verdict === 'unknown' ? answer : undefined
  const isSaid = why === 'draining' ? drain !== undefined : told?.includes(why ?? '')
  const parts = [
    // Who has drained it, and what its checks say, is more than that it is so.
    drained || (isSaid ? undefined : why),
    drain !== undefined && `drains for ${left(drain)} at most`,
    told,
    ban !== undefined && `banned for ${left(ban)}`,
    weighed !== undefined && weightText(backend, weighed, left),
    warning,
  ]
  return parts.filter(part => typeof part === 'string' && part !== '').join('; ')
}

function weightText(
  { wanted_weight: wanted, written_weight: written, override }: BackendStatus,
  why: string,
  left: (date: string) => string,
): string {
  const reason = override?.ask === wanted ? byWhom(override, left) : why
  return `weight ${wanted} instead of ${written}: ${reason}`
}

function byWhom({ by, until, reason }: OverrideStatus, left: (date: string) => string): string {
  const limit = until === undefined ? '' : `, ${left(until)} left`
  return `by ${by}${limit}${reason === undefined ? '' : `: ${reason}`}`
}

const effects: Readonly<Record<NonNullable<Quorum['effect']>, string>> = {
  keeps: 'serves on with those that are up',
  sorry: 'says sorry',
  waits: 'waits until all have been asked',
  withdrawn: 'its VIP is withdrawn',
  stays: 'its VIP stays',
}

/** `2 of 3 up`; below the quorum what comes of it. Empty where nobody checks. */
export function quorumText(quorum: Quorum | undefined): string {
  if (quorum === undefined) return ''
  const { up, of, needed, effect } = quorum
  const count = `${up} of ${of} up`
  // Without a word of the files a service is not emptied, and there is nobody in it.
  if (effect === 'keeps' && up === 0) return `${count}, needs ${needed}: nobody serves`
  return effect === undefined ? count : `${count}, needs ${needed}: ${effects[effect]}`
}

/** What operators have asked for, under a heading; nothing if that is nothing. */
export function overrideLines(overrides: readonly OverrideStatus[]): readonly string[] {
  if (overrides.length === 0) return []
  return ['', 'Asked for beside the files:', ...overrides.map(line => `  ${overrideLine(line)}`)]
}

/** Who has asked for what, since when, until when, and why. */
export function overrideLine({ target, ask, at, by, until, reason }: OverrideStatus): string {
  const what = ask === 'drain' ? `drain ${target}` : `weight ${target} ${ask}`
  const end = until === undefined ? '' : `, until ${moment(until)}`
  return `${what}, by ${by} at ${moment(at)}${end}${reason === undefined ? '' : `: ${reason}`}`
}

/** Health of everything in one sentence. */
export function healthLine({ checked, backends, up, down, unknown }: Summary): string {
  if (backends === 0) return 'Health: no backend has a check.'
  if (!checked) return 'Health: nobody checks, since no slb run follows these files.'
  const rest = [down > 0 && `${down} down`, unknown > 0 && `${unknown} not known yet`]
  const told = rest.filter(part => part !== false).join(', ')
  const count = `${up} of ${backends} backend${backends === 1 ? '' : 's'}`
  return `Health: ${count} ${up === 1 ? 'is' : 'are'} up${told === '' ? '' : `, ${told}`}.`
}
