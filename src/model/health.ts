/** What health does to a service: how verdicts become what is wanted of it. */
import type { Check } from './check.ts'
import type { Destination } from './rows.ts'

/** So many, or a share 0..1 of all there are. */
export type Amount = { readonly count: number } | { readonly share: number }

/** How many of `all` an amount is: a count is itself, a share is rounded up. */
export function countOf(amount: Amount, all: number): number {
  return 'count' in amount ? amount.count : Math.ceil(amount.share * all - rounding)
}

/** A share is a binary fraction of a decimal one: 0.55 x 20 is a little more than 11, which is what is meant. */
const rounding = 1e-9

/** How verdicts become what is wanted of one service. */
export interface Serving {
  readonly onDown: 'remove' | 'quiesce'
  /** Milliseconds; 0 = the whole weight at once. */
  readonly slowStart: number
  /** So many destinations up bring a virtual service to serve, and fewer than `down` end it. Counts, or shares 0..1 of its destinations. */
  readonly quorum: { readonly up: Amount; readonly down: Amount }
  readonly whenEmpty: 'keep' | 'sorry' | 'withdraw'
  /** Where `whenEmpty` is `sorry`: by the key of the virtual service, the destination that says sorry. */
  readonly sorry: ReadonlyMap<string, Destination>
  /** Bounds of weights that checks ask for; absent = they are not asked. */
  readonly weights?: { readonly min: number; readonly max: number }
}

/** Of a service that says nothing about it: the same object for all of them, since most say nothing. */
export const defaultServing: Serving = Object.freeze<Serving>({
  onDown: 'remove',
  slowStart: 0,
  quorum: Object.freeze({ up: Object.freeze({ count: 1 }), down: Object.freeze({ count: 1 }) }),
  whenEmpty: 'keep',
  sorry: new Map(),
})

/** The same of a service whose VIPs are announced by BGP. */
export const announcedServing: Serving = Object.freeze<Serving>({
  ...defaultServing,
  whenEmpty: 'withdraw',
})

/**
 * The same of a service whose flows other machines go on with (see `survivors`): the table of `mh` depends
 * on the order in which destinations were added (ip_vs_mh.c), so they all stay from the beginning, with
 * weight 0 while they are not up.
 */
export const survivingServing: Serving = Object.freeze<Serving>({
  ...announcedServing,
  onDown: 'quiesce',
})

/** Of a service without checks: the same object for all of them. */
export const noChecks: ReadonlyMap<string, readonly Check[]> = new Map()
