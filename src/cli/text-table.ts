/** Columns of text. */
import { wrapped } from './wrap.ts'

/** How wide a terminal is, where the lines go to one. */
export type Width = number | undefined

/** Lines with the cells of each column below each other, two blanks apart, no blanks at the end. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  return laid(rows, widthsOf(rows))
}

/**
 * The same for a terminal that may be too narrow for it. Then the last column, which is prose, stands below
 * its line where it has no room beside it, and so does what comes after a name that is too long.
 *
 * @param rows the header first.
 * @param short takes the place of the header where there is no room.
 */
export function fittedTable(
  rows: readonly (readonly string[])[],
  width: Width,
  short: readonly string[] = rows[0] ?? [],
): readonly string[] {
  const wide = table(rows)
  if (width === undefined || wide.every(line => line.length <= width)) return wide
  const all = [short, ...rows.slice(1)]
  const last = short.length - 1
  const widths = widthsOf(all.map(row => (row.length === 1 ? [] : row.slice(0, last))))
  const others = widths.slice(1).reduce((sum, one) => sum + gap + one, 0)
  const name = Math.max(leastName, Math.min(widths[0] ?? 0, width - others))
  const [heading = '', ...lines] = all.flatMap(row =>
    narrowed(row, [name, ...widths.slice(1)], last, width),
  )
  // What stands below needs no heading.
  return [heading, ...(lines[0]?.trim() === short[last] ? lines.slice(1) : lines)]
}

/** Between two columns. */
const gap = 2

/** A column of names is not made narrower than this. */
const leastName = 12

/** How far prose below a line stands in from its name. */
const inset = 4

function narrowed(
  row: readonly string[],
  widths: readonly number[],
  last: number,
  width: number,
): readonly string[] {
  const [name = '', ...cells] = row.slice(0, last)
  const prose = row[last] ?? ''
  const isLong = row.length > 1 && name.length > (widths[0] ?? 0)
  const lines = isLong ? [name] : []
  lines.push(...laid([[isLong ? '' : name, ...cells]], widths))
  if (prose === '') return lines
  const column = widths.reduce((sum, one) => sum + one + gap, 0)
  if (column + prose.length <= width) {
    const line = lines.pop() ?? ''
    return [...lines, `${line.padEnd(column)}${prose}`]
  }
  const margin = ' '.repeat(name.length - name.trimStart().length + inset)
  return [...lines, ...wrapped(prose, width, margin, margin)]
}

function laid(rows: readonly (readonly string[])[], widths: readonly number[]): readonly string[] {
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
  return widths
}
