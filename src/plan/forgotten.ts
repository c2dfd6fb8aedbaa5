/** Announcements that files have no more, and of which only the journal tells. */
import type { Peer, Route } from '../model/announcement.ts'
import { announcedBy } from './announced-by.ts'
import type { PlanInput } from './draft.ts'
import type { Withdrawn } from './types.ts'

/**
 * What the embedded speaker was to tell by the last apply, that nobody wants now, and that it does not tell
 * as this is planned. A daemon that was begun anew has told nothing yet: to its plan a file that has lost all
 * its peers would look like one that never had any. What an operator or a verdict has asked for is no loss.
 */
export function forgotten({ wanted, seen, ledger }: PlanInput): readonly Withdrawn[] {
  const { meant = wanted.state, agreed } = wanted
  const found: Withdrawn[] = []
  for (const { kind, key, text } of announcedBy(ledger)) {
    if (kind === 'arp' || meant[kind].has(key) || seen[kind].has(key)) continue
    if (agreed?.has(key) === true) continue
    const row = JSON.parse(text) as Peer | Route
    if (row.speaker === 'embedded') found.push({ op: 'delete', kind, row } as Withdrawn)
  }
  return found
}

/** The same in words; nothing where there is none. */
export function forgottenNotes(rows: readonly Withdrawn[]): readonly string[] {
  if (rows.length === 0) return []
  const peers = rows.filter(({ kind }) => kind === 'peer').length
  const words = [counted(peers, 'peer'), counted(rows.length - peers, 'route')].filter(Boolean)
  return [`neither wanted nor told any more since the last apply: ${words.join(' and ')}`]
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
}
