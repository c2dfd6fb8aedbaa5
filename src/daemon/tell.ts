/** What the daemon says of what it does: lines of its log, and its status in a few words. */
import type { Held, Standing } from '../config/stand-in.ts'
import type { Preview, Round } from '../engine/reconcile.ts'
import { describeCheck } from '../health/describe-check.ts'
import type { Watched } from '../health/panel.ts'
import { type Change, changeKey, describeChange, type Failure } from '../model/change.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { SlbError } from '../model/error.ts'
import { endpoint } from '../model/ip.ts'
import { summarise, summaryLine } from '../plan/summary.ts'
import type { Care } from '../serve/census.ts'
import type { Memory, Verdict } from '../serve/circumstances.ts'
import type { Hold } from '../state/hold.ts'
import type { Cares } from './past-text.ts'
import type { Level, Task } from './task.ts'

export type NoteArguments = [level: Level, message: string, fields?: Record<string, unknown>]

/** So many keys stand in one line of the log; the rest is a number. */
const shown = 10

/** So many names of services stand in one line. */
const alike = 3

const reasons: Readonly<Record<Held['why'], string>> = {
  invalid: 'is invalid',
  gone: 'is gone',
  empty: 'is empty',
  unreadable: 'cannot be read',
}

/** Which files do not count as they are, and why. */
export function heldNotes(standing: Standing | undefined): readonly NoteArguments[] {
  const notes: NoteArguments[] = []
  for (const { file, why, diagnostics, standsIn } of standing?.held ?? []) {
    const then = standsIn ? 'what it said before still holds' : 'it is left out'
    const consent =
      why === 'gone' || why === 'empty' ? '; slb apply --yes-remove N removes its services' : ''
    notes.push(['error', `${file} ${reasons[why]}: ${then}${consent}`, faults(diagnostics)])
  }
  return notes
}

/** Faults of files as fields of a line of the log. */
export function faults(diagnostics: readonly Diagnostic[]): Record<string, unknown> {
  if (diagnostics.length === 0) return {}
  return {
    faults: diagnostics.slice(0, shown).map(({ place, message }) => {
      return place === undefined
        ? message
        : `${place.file}:${place.line}:${place.column} ${message}`
    }),
    ...(diagnostics.length > shown && { more: diagnostics.length - shown }),
  }
}

/**
 * What a round changed, and what failed.
 *
 * @param byCheck true if a check began it: of those there may be many.
 */
export function roundNotes(round: Round, byCheck = false): readonly NoteArguments[] {
  const changed = changeNote(round, byCheck)
  return [...(changed === undefined ? [] : [changed]), ...failureNotes(round)]
}

/** Nothing to say if it changed nothing, or was refused. */
function changeNote(round: Round, byCheck: boolean): NoteArguments | undefined {
  const { plan, verdict, failures, left, drained, entry } = round
  if (verdict.refusal !== undefined) return undefined
  if (plan.changes.length === 0 && drained.length === 0) return undefined
  const { add, change, drain, remove } = summarise(plan)
  const draining = left.pending.filter(one => one.deadline !== undefined).length
  // A slow start, or a backend that says its own weight, would fill the log.
  const usual = byCheck && drained.length === 0 && plan.changes.every(isStep) ? 'debug' : 'info'
  return [
    failures.length > 0 ? 'warn' : usual,
    plan.changes.length > 0 ? summaryLine(plan) : drainedWords(drained.length),
    {
      add,
      change,
      drain,
      remove,
      ...(draining > 0 && { draining }),
      ...(left.refused.length > 0 && { refused: left.refused.map(one => one.key).slice(0, shown) }),
      ...(entry && { history: entry.number }),
    },
  ]
}

/** A weight that becomes another one, neither of them 0. */
function isStep({ kind, op, row, from }: Change): boolean {
  return kind === 'destination' && op === 'update' && row.weight > 0 && (from?.weight ?? 0) > 0
}

function drainedWords(count: number): string {
  return count === 1 ? '1 backend has drained' : `${count} backends have drained`
}

/** What failed, and what to do about it. */
function failureNotes({ failures }: Round): readonly NoteArguments[] {
  const causes = new Map<string, Failure[]>()
  for (const failure of failures) {
    const { message } = failure.error
    const alikes = causes.get(message)
    if (alikes === undefined) causes.set(message, [failure])
    else alikes.push(failure)
  }
  const notes = [...causes.values()].slice(0, shown).map(failureNote)
  const more = causes.size - notes.length
  if (more > 0) notes.push(['error', `and ${more} more like these`])
  return notes
}

/** What failed for one reason, as all that a gobgpd was to be told that does not run. */
function failureNote(failures: readonly Failure[]): NoteArguments {
  const keys = failures.map(({ change }) => changeKey(change))
  const [key = ''] = keys
  const { message, errno, hint } = failures[0]?.error ?? {}
  const which =
    keys.length === 1
      ? { key }
      : {
          keys: keys.slice(0, shown),
          ...(keys.length > shown && { more: keys.length - shown }),
        }
  return ['error', message ?? '', { ...which, ...(errno && { errno }), ...(hint && { hint }) }]
}

/** What a check has found. */
export function verdictNote({ check, groups }: Watched, found: Verdict): NoteArguments {
  const { verdict, why, since, bannedUntil: ban } = found
  const banned =
    ban === undefined || since === undefined
      ? ''
      : ` and banned for ${Math.round((ban - since) / 1000)} s`
  const more = groups.length > alike ? ` and ${groups.length - alike} more` : ''
  const whose = `${groups.slice(0, alike).join(', ')}${more}`
  return [
    verdict === 'down' ? 'warn' : 'info',
    `${endpoint(check.address, check.port)} is ${verdict} for ${whose}${banned}`,
    { check: describeCheck(check), ...(why !== undefined && { why }) },
  ]
}

/** Virtual services that have lost their quorum in a round, or have it again. */
export function quorumNotes(before: Memory, now: Memory, cares: Cares): readonly NoteArguments[] {
  // What has just begun has lost nothing.
  if (before.fresh || before.ceased === now.ceased) return []
  const told = (some: ReadonlySet<string>, others: ReadonlySet<string>): [string, Care][] =>
    [...some].flatMap((key): [string, Care][] => {
      const care = others.has(key) ? undefined : cares.get(key)
      return care === undefined ? [] : [[key, care]]
    })
  const lost = told(now.ceased, before.ceased)
  const found = told(before.ceased, now.ceased)
  const notes = [
    ...lost
      .slice(0, shown)
      .map(
        ([key, { name, serving }]): NoteArguments => [
          'warn',
          `${key} of ${name} is below its quorum`,
          { when_empty: serving.whenEmpty },
        ],
      ),
    ...found
      .slice(0, shown)
      .map(([key, { name }]): NoteArguments => ['info', `${key} of ${name} has its quorum`]),
  ]
  const more = lost.length + found.length - notes.length
  return more === 0 ? notes : [...notes, ['warn', `and ${more} more have lost or got theirs`]]
}

/** What kept a task from being done. */
export function errorNote(error: unknown): NoteArguments {
  if (error instanceof SlbError)
    return ['error', error.message, error.hint === undefined ? {} : { hint: error.hint }]
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return ['error', 'this is a fault in slb itself; please report it', { error: text }]
}

/** What keeps a task from being done is tried again, but for what somebody waits for. */
export function triedAgain(note: NoteArguments, { kind }: Task): NoteArguments {
  if (kind === 'command' || kind === 'stop') return note
  const [level, message, fields] = note
  return [level, message, { ...fields, next: 'tried again every few seconds' }]
}

/** What was found to differ. */
export function driftNote({ plan }: Preview, keys: readonly string[]): Record<string, unknown> {
  const told = new Set(keys)
  const found = plan.changes.filter(change => told.has(changeKey(change)))
  return {
    found: found.slice(0, shown).map(describeChange),
    ...(found.length > shown && { more: found.length - shown }),
  }
}

/** What is left alone for now; of a service that is fought over, its backends are, too. */
export function foughtNote(keys: readonly string[]): string {
  const whole = new Set(keys)
  const first = keys.filter(key => !whole.has(key.split(' -> ')[0] ?? '') || !key.includes(' -> '))
  const more = first.length > alike ? ` and ${first.length - alike} more` : ''
  const named = `${first.slice(0, alike).join(', ')}${more}`
  return `somebody else changes ${named} back again and again: left alone for a while`
}

interface Condition {
  readonly services: number
  readonly held: readonly Held[]
  readonly refused: string | undefined
  readonly hold: Hold | undefined
  readonly failed: boolean
  /** Keys that somebody else changes back again and again. */
  readonly fought: readonly string[]
  /** What keeps everything from being done. */
  readonly fault: string | undefined
}

/** The state of things in one line. */
export function summaryOf(condition: Condition): string {
  const { services, held, refused, hold, failed, fought, fault } = condition
  const what = services === 1 ? '1 service' : `${services} services`
  if (fault !== undefined) return `nothing can be done: ${fault}`
  if (hold !== undefined)
    return `${what}, held since a${hold.why === 'undo' ? 'n undo' : ' rollback'}`
  if (refused !== undefined) return `${what} as before: ${refused}`
  if (failed) return `${what}, and something failed: see the log`
  if (fought.length > 0) return `${what}; ${foughtNote(fought)}`
  const first = held[0]
  if (first === undefined) return `${what} as configured`
  const more = held.length > 1 ? ` and ${held.length - 1} more` : ''
  return `${what}; ${first.file} ${reasons[first.why]}${more}: what it said before holds`
}
