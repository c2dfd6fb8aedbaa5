/** What decides, beside the files, what is wanted now. */
import type { Override } from '../model/override.ts'

/** What a check has found, as far as it matters here. */
export interface Verdict {
  readonly verdict: 'unknown' | 'up' | 'down'
  /** In words, where it is not up. */
  readonly why?: string
  /** The weight that the answer asked for. */
  readonly weight?: number
  /** When it was found, in milliseconds of the monotonic clock. */
  readonly since?: number
  /** What a good answer warned of. */
  readonly warning?: string
  /** Until then it is out, whatever it answers. */
  readonly bannedUntil?: number
}

export interface Circumstances {
  /** By the key of the check; without an entry it has not been answered yet. Absent: nobody checks. */
  readonly verdicts?: ReadonlyMap<string, Verdict>
  /** Those whose time is not over. */
  readonly overrides: readonly Override[]
  readonly memory: Memory
  /** Milliseconds of the monotonic clock. */
  readonly now: number
}

/** What the last serving left to be known by the next one. Nothing of it outlives the process. */
export interface Memory {
  /** Destinations, by key, that were checked and not up. */
  readonly out: ReadonlySet<string>
  /** Since when a destination has been coming back, where it does so slowly. */
  readonly rising: ReadonlyMap<string, number>
  /** Virtual services, by key, without quorum. */
  readonly ceased: ReadonlySet<string>
  /** Since when announced services have been asked to drain, by name. */
  readonly leaving: ReadonlyMap<string, number>
  /** True if nothing has been served yet. */
  readonly fresh?: boolean
}

export const noMemory: Memory = {
  out: new Set(),
  rising: new Map(),
  ceased: new Set(),
  leaving: new Map(),
  fresh: true,
}

/** Nobody checks, nobody asked for anything. */
export const calm: Circumstances = { overrides: [], memory: noMemory, now: 0 }
