/** `slb history`: the applies that changed something, newest first. */

import { type DamagedEntry, type HistoryEntry, isApply, newestNumber } from '../../state/history.ts'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { moment } from '../moment.ts'
import { printData } from '../output.ts'
import { faultLines } from '../report.ts'
import { table } from '../text-table.ts'
import { standingDocument, tellStanding } from '../trial.ts'

/** So many files stand in one line. */
const most = 3

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const damaged: DamagedEntry[] = []
    const entries = host.history.list(entry => damaged.push(entry))
    const newest = newestNumber([...entries, ...damaged].map(({ number }) => number))
    for (const { path } of damaged)
      await io.err.lines(
        faultLines(
          'warning:',
          `the history entry ${path} is damaged and left out`,
          'slb rollback cannot go back past it',
          io.err.paint,
          'warning',
        ),
      )
    const back = numbersBack(entries, newest)
    const data = {
      format_version: 1,
      ...standingDocument(host),
      // What undoing needs is long, and nobody reads it.
      applies: entries.map(({ before, absent, policies, limits, version, ...entry }) => ({
        back: back.get(entry.number) ?? null,
        ...entry,
      })),
    }
    await printData(
      io,
      options,
      data,
      newest === 0 ? ['Nothing was applied yet.'] : lines(entries, back),
    )
    await tellStanding(io, host)
    return exit.done
  } finally {
    host.close()
  }
}

/** What rollback calls each apply; a repair of drift has no such number, since nobody goes back to damage. */
function numbersBack(
  entries: readonly HistoryEntry[],
  newest: number,
): ReadonlyMap<number, number> {
  const back = new Map<number, number>()
  let repairs = 0
  for (const entry of entries)
    if (isApply(entry)) back.set(entry.number, newest - entry.number + 1 - repairs)
    else repairs++
  return back
}

function lines(
  entries: readonly HistoryEntry[],
  back: ReadonlyMap<number, number>,
): readonly string[] {
  const rows = entries.map(entry => [
    String(back.get(entry.number) ?? ''),
    moment(entry.at),
    entry.outcome,
    entry.cause.kind,
    entry.cause.user,
    entry.cause.command,
    changes(entry),
    named(entry.cause.files),
  ])
  return table([
    ['BACK', 'TIME', 'OUTCOME', 'CAUSE', 'USER', 'COMMAND', 'CHANGES', 'FILES'],
    ...rows,
  ])
}

/** Some files by name, and how many more there are. */
function named(files: readonly string[]): string {
  const more = files.length - most
  return more > 1 ? `${files.slice(0, most).join(' ')} and ${more} more` : files.join(' ')
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
