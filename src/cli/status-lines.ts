/** A status as text: a table with one line for each service, backend and VIP. */

import type { BackendStatus, ServiceStatus, Status } from '../status/status.ts'
import type { VipStatus } from '../status/vips.ts'
import { table } from './text-table.ts'

/** Whether all files count, some, or none. */
export type Validity = 'valid' | 'partly' | 'invalid'

const header = ['NAME', 'STATE', 'WEIGHT', 'ACTIVE', 'INACTIVE', 'PERSISTENT', 'WHY']

/**
 * The lines of a status, without line ends.
 *
 * @param node what this machine is called.
 * @param valid `invalid`: what is ours is taken as wanted; `partly`: for some files older texts stand in.
 */
export function statusLines(status: Status, node: string, valid: Validity): readonly string[] {
  const rows = [
    ...status.services.flatMap(serviceRows),
    ...status.vips.map(vipRow),
    ...status.others.map(({ key, state, why }) => [key, state, '', '', '', '', why ?? '']),
  ]
  const lines = [`Node ${node}`, '']
  if (rows.length === 0) lines.push('No service is wanted or live.')
  else lines.push(...table([header, ...rows]))
  if (status.foreign.length > 0) {
    const count = status.foreign.length
    lines.push('', `Not made by slb, left alone: ${count} row${count === 1 ? '' : 's'}.`)
  }
  lines.push('', `${closing(status, valid)} Health: nobody checks.`)
  return lines
}

function closing(status: Status, valid: Validity): string {
  if (valid === 'invalid') return 'The configuration is invalid: this is what slb made before.'
  if (status.in_sync && valid === 'partly')
    return 'The live state matches the files that count; for those with faults it is what they said before.'
  if (status.in_sync) return 'The live state matches the configuration.'
  return 'The live state differs from the configuration: see slb plan.'
}

function serviceRows({ name, listeners }: ServiceStatus): readonly (readonly string[])[] {
  return [
    [name === '' ? '(no name is known)' : name],
    ...listeners.flatMap(({ key, scheduler, state, why, backends }) => [
      [`  ${key}`, state, scheduler, '', '', '', why ?? ''],
      ...backends.map(backendRow),
    ]),
  ]
}

function backendRow({ address, state, weight, connections, why }: BackendStatus): string[] {
  const { active = '-', inactive = '-', persistent = '-' } = connections ?? {}
  const numbers = [weight, active, inactive, persistent].map(String)
  return [`    ${address}`, state, ...numbers, why ?? '']
}

function vipRow({ address, link, state, services, why }: VipStatus): string[] {
  const users = services.length > 3 ? `${services.length} services` : services.join(', ')
  const told = [users === '' ? '' : `for ${users}`, why ?? ''].filter(part => part !== '')
  return [link === '' ? address : `${address} on ${link}`, state, '', '', '', '', told.join('; ')]
}
