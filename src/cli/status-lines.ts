/** A status as text: a table with one line for each service, backend and VIP. */

import type { BackendStatus } from '../status/backend.ts'
import type { Validity } from '../status/document.ts'
import type { ServiceStatus, Status } from '../status/status.ts'
import type { VipStatus } from '../status/vips.ts'
import { announcementLines } from './status-announcements.ts'
import { backendWhy, healthCell, healthLine, overrideLines, quorumText } from './status-health.ts'
import { fittedTable, type Width } from './text-table.ts'
import { wrapped } from './wrap.ts'

const header = ['NAME', 'STATE', 'WEIGHT', 'ACTIVE', 'INACTIVE', 'PERSISTENT', 'WHY']

/** Where there is no room for it. */
const shortHeader = ['NAME', 'STATE', 'WEIGHT', 'ACT', 'INACT', 'PERS', 'WHY']

/** Where health stands in a line, if anything has a check. */
const healthAt = 2

/** A line of the table. */
interface Row {
  readonly cells: readonly string[]
  /** Absent where there is nothing to be checked. */
  readonly health?: string
}

/**
 * The lines of a status, without line ends.
 *
 * @param node what this machine is called.
 * @param valid `invalid`: what is ours is taken as wanted; `partly`: for some files older texts stand in.
 * @param now the time of day of this status.
 * @param width of the terminal, if they go to one: they are made to fit.
 */
export function statusLines(
  status: Status,
  node: string,
  valid: Validity,
  now: Date,
  width?: Width,
): readonly string[] {
  const rows: readonly Row[] = [
    ...status.services.flatMap(service => serviceRows(service, now)),
    ...status.vips.map(vipRow),
    ...status.others.map(({ key, state, why }) => cells(key, state, '', '', '', '', why ?? '')),
  ]
  const { health, overrides, foreign } = status
  const fit = (line: string): readonly string[] => fitted(line, width)
  const [head, short] = [header, shortHeader].map(texts =>
    withHealth(health)({ cells: texts, health: 'HEALTH' }),
  )
  // Spread into arrays, never into calls: there may be 100,000 lines.
  return [
    `Node ${node}`,
    '',
    ...(rows.length === 0
      ? ['No service is wanted or live.']
      : fittedTable([head ?? [], ...rows.map(withHealth(health))], width, short)),
    ...announcementLines(status.peers, status.announcements, now, width),
    ...foreignLines(foreign.length),
    ...overrideLines(overrides).flatMap(fit),
    ...(health.suspect === null ? [] : ['', ...fit(`Alert: ${health.suspect}.`)]),
    '',
    ...fit(`${closing(status, valid)} ${healthLine(health)}`),
  ]
}

/** A line of prose, in several where it has no room in one. */
function fitted(line: string, width: Width): readonly string[] {
  if (width === undefined || line.length <= width) return [line]
  const margin = line.slice(0, line.length - line.trimStart().length)
  return wrapped(line.trimStart(), width, margin, margin === '' ? '' : `${margin}    `)
}

function foreignLines(count: number): readonly string[] {
  if (count === 0) return []
  return ['', `Not made by slb, left alone: ${count} row${count === 1 ? '' : 's'}.`]
}

function cells(...texts: readonly string[]): Row {
  return { cells: texts }
}

/** The column of health stands only where it has something to say. */
function withHealth({ backends }: Status['health']): (row: Row) => readonly string[] {
  if (backends === 0) return row => row.cells
  return row =>
    row.cells.length === 1 ? row.cells : row.cells.toSpliced(healthAt, 0, row.health ?? '')
}

function closing(status: Status, valid: Validity): string {
  if (valid === 'invalid') return 'The configuration is invalid: this is what slb made before.'
  if (status.in_sync && valid === 'partly')
    return 'The live state matches the files that count; for those with faults it is what they said before.'
  if (status.in_sync) return 'The live state matches the configuration.'
  if (status.waiting)
    return 'The live state matches the configuration but for what drains or waits: see slb plan.'
  return 'The live state differs from the configuration: see slb plan.'
}

function serviceRows({ name, listeners }: ServiceStatus, now: Date): readonly Row[] {
  return [
    cells(name === '' ? '(no name is known)' : name),
    ...listeners.flatMap(({ key, scheduler, state, why, quorum, backends }) => [
      cells(`  ${key}`, state, scheduler, '', '', '', joined(why, quorumText(quorum))),
      ...backends.map(backend => backendRow(backend, now)),
    ]),
  ]
}

function backendRow(backend: BackendStatus, now: Date): Row {
  const { address, state, weight, wanted_weight: wanted, connections } = backend
  const { active = '-', inactive = '-', persistent = '-' } = connections ?? {}
  // Live and wanted.
  const weighs = state === 'differs' && weight !== wanted ? `${weight} -> ${wanted}` : weight
  const numbers = [weighs, active, inactive, persistent].map(String)
  return {
    cells: [`    ${address}`, state, ...numbers, backendWhy(backend, now)],
    health: healthCell(backend.health, now),
  }
}

function vipRow({ address, link, state, services, why }: VipStatus): Row {
  const users = services.length > 3 ? `${services.length} services` : services.join(', ')
  const told = joined(users === '' ? '' : `for ${users}`, why)
  return cells(link === '' ? address : `${address} on ${link}`, state, '', '', '', '', told)
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join('; ')
}
