/**
 * slb as a library: the same steps that the program takes, one by one.
 *
 * Pure: `load` (texts to desired state), `want` (to rows), `plan` (wanted against seen), `guard`,
 * and the printers. Effects: `observe`, `preview` and `reconcile`, on any `Live` system: the one of
 * `openHost`, or a `memoryTable`.
 */

export { frame } from './config/frame.ts'
export { type Loaded, load, type Source } from './config/load.ts'
export { type LoadCache, openLoadCache } from './config/load-cache.ts'
export { readSources, type Sources } from './config/read.ts'
export { connectionsOf, type Live, observe } from './engine/live.ts'
export {
  type ApplyOptions,
  type Job,
  type Preview,
  type Progress,
  preview,
  type Round,
  reconcile,
} from './engine/reconcile.ts'
export { type Past, rollbackJob, type Undone, undoTrial } from './engine/rollback.ts'
export { rewound } from './engine/undo.ts'
export { type Host, type HostOptions, openHost, systemClock } from './host.ts'
export { type Imported, importState } from './import/import-state.ts'
export { type Change, changeKey, type Failure, type Op } from './model/change.ts'
export type { Check, Question, Rules } from './model/check.ts'
export type { Clock } from './model/clock.ts'
export type {
  Conflict,
  Desired,
  DesiredKernel,
  DesiredService,
  DesiredVip,
  GuardLimits,
} from './model/desired.ts'
export type { Diagnostic, Place } from './model/diagnostic.ts'
export { SlbError, type SlbErrorCode } from './model/error.ts'
export { type Amount, defaultServing, noChecks, type Serving } from './model/health.ts'
export { type Family, type Ip, parseIp } from './model/ip.ts'
export {
  type Address,
  type Destination,
  type Kind,
  keyOf,
  kinds,
  type Link,
  type Rows,
  type Service,
  type ServiceId,
  type Snat,
  type Sync,
  type Sysctl,
  type Timeouts,
  type Tunnel,
} from './model/rows.ts'
export { type State, stateOf } from './model/state.ts'
export { guard, type Removal, type Verdict } from './plan/guard.ts'
export { type PlanDocument, planDocument, planJson } from './plan/json.ts'
export { plan } from './plan/plan.ts'
export { type PrintOptions, planLines } from './plan/print.ts'
export { type Summary, summarise, summaryLine } from './plan/summary.ts'
export type { Ledger, Plan, Wanted } from './plan/types.ts'
export { want } from './plan/want.ts'
export { type History, type HistoryEntry, openHistory } from './state/history.ts'
export { type Hold, type Holds, openHolds, textsFingerprint } from './state/hold.ts'
export { emptyLedger, type Journal, openJournal, type Scene } from './state/journal.ts'
export { type Lock, takeLock } from './state/lock.ts'
export { openTrials, type Trial, type Trials } from './state/trial.ts'
export { type Status, statusOf } from './status/status.ts'
export type { Standing } from './status/verdict.ts'
export { type MemoryTable, memoryTable } from './table/memory.ts'
export { fromText, type Snapshot, toText } from './table/snapshot.ts'
export { fromJson } from './table/snapshot-from-json.ts'
export { toJson } from './table/snapshot-json.ts'
export { snapshotTable } from './table/snapshot-table.ts'
export type { Connections, Scope, Table } from './table/table.ts'
