/**
 * What is to be known of announcements beside their rows: which are made only while all services behind
 * them can serve, and how much time the network is given, which go back in time as the rows do; and which
 * gobgpds may have some of them.
 */
import type { Silence } from '../model/announcement.ts'
import type { State } from '../model/state.ts'
import type { Ledger, Wanted, Withdrawal } from '../plan/types.ts'
import type { HistoryEntry } from '../state/history.ts'

/** As `Wanted` says it. */
export type Rules = Pick<Wanted, 'strict' | 'withdrawal'>

/** The rules of what is to be announced if everything can serve. */
export function rulesOf({
  strict,
  withdrawal,
  state,
  meant = state,
}: Wanted): Pick<Ledger, 'strict' | 'withdrawal'> {
  const keys = [...(strict ?? [])].filter(key => meant.arp.has(key) || meant.route.has(key))
  return { strict: new Set(keys), ...(withdrawal && { withdrawal }) }
}

/** What an apply makes otherwise of them, as it was; undefined if that is nothing. */
export function rulesBefore(
  ledger: Pick<Ledger, 'strict' | 'withdrawal'>,
  wanted: Wanted,
): HistoryEntry['announcing'] {
  const now = rulesOf(wanted)
  const strict = [...ledger.strict].filter(key => !now.strict.has(key))
  const loose = [...now.strict].filter(key => !ledger.strict.has(key))
  const { withdrawal } = ledger
  const same = withdrawal === undefined || isSame(withdrawal, now.withdrawal)
  if (strict.length + loose.length === 0 && same) return undefined
  return { strict, loose, ...(!same && { withdrawal }) }
}

/** The rules now, with those of the past laid over them, newest first. */
export function rulesBehind(
  ledger: Pick<Ledger, 'strict' | 'withdrawal'>,
  entries: readonly Pick<HistoryEntry, 'announcing'>[],
): Rules {
  const strict = new Set(ledger.strict)
  let { withdrawal } = ledger
  for (const { announcing } of entries) {
    for (const key of announcing?.loose ?? []) strict.delete(key)
    for (const key of announcing?.strict ?? []) strict.add(key)
    withdrawal = announcing?.withdrawal ?? withdrawal
  }
  return { ...(strict.size > 0 && { strict }), ...(withdrawal && { withdrawal }) }
}

function isSame(a: Withdrawal, b: Withdrawal | undefined): boolean {
  return a.notice === b?.notice && a.settle === b.settle
}

/** Gobgpds that are told now, that have something still, and that may have without anybody knowing. */
export function toldGobgpds(
  ledger: Ledger,
  seen: State,
  { state, meant = state }: Wanted,
  unanswered: ReadonlyMap<string, Silence>,
): ReadonlySet<string> {
  const gobgpds = new Set<string>()
  for (const { peer, route } of [seen, meant])
    for (const rows of [peer.values(), route.values()])
      for (const { api } of rows) if (api !== undefined) gobgpds.add(api)
  for (const api of ledger.gobgpds) if (unanswered.get(api)?.ended === false) gobgpds.add(api)
  return gobgpds
}
