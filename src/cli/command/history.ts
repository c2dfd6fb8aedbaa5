/** `slb history`: the applies that changed something, newest first. */

import type { HistoryEntry } from '../../state/history.ts'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { printData } from '../output.ts'
import { table } from '../text-table.ts'

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const entries = host.history.list()
    const data = {
      format_version: 1,
      // What undoing needs is long, and nobody reads it.
      applies: entries.map(({ before, absent, policies, version, ...entry }, index) => ({
        back: index + 1,
        ...entry,
      })),
    }
    await printData(
      io,
      options,
      data,
      entries.length === 0 ? ['Nothing was applied yet.'] : lines(entries),
    )
    return exit.done
  } finally {
    host.close()
  }
}

const outcomes = { begun: 'interrupted', done: 'done', failed: 'failed' } as const

function lines(entries: readonly HistoryEntry[]): readonly string[] {
  const rows = entries.map((entry, index) => [
    String(index + 1),
    entry.at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    outcomes[entry.outcome],
    entry.cause.user,
    entry.cause.command,
    changes(entry),
    entry.cause.files.join(' '),
  ])
  return table([['BACK', 'TIME', 'OUTCOME', 'USER', 'COMMAND', 'CHANGES', 'FILES'], ...rows])
}

function changes({ summary: { add, change, drain, remove } }: HistoryEntry): string {
  const parts = [
    [add, '+'],
    [change, '~'],
    [drain, '>'],
    [remove, '-'],
  ] as const
  return parts.flatMap(([count, symbol]) => (count === 0 ? [] : [symbol + count])).join(' ')
}
