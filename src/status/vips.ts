/** How the VIPs stand: those that slb puts up, and those that somebody else does. */
import { type Family, familyOf, type Ip } from '../model/ip.ts'
import type { State } from '../model/state.ts'
import type { Ledger, Plan, Wanted } from '../plan/types.ts'
import { type Judged, standingOf, type Verdicts } from './verdict.ts'

export interface VipStatus extends Judged {
  readonly address: string
  readonly family: Family
  /** Empty for an `external` one that stands on no link. */
  readonly link: string
  readonly services: readonly string[]
}

interface VipInput {
  /** As the files say. */
  readonly written: Wanted
  readonly wanted: Wanted
  readonly seen: State
  readonly ledger: Ledger
  readonly plan: Plan
}

/** The VIPs by link and address, then the external ones. */
export function vipsOf(input: VipInput, verdicts: Verdicts): readonly VipStatus[] {
  const { written, wanted, seen, ledger, plan } = input
  const rows = new Map([...written.state.address, ...wanted.state.address])
  for (const [key, row] of seen.address)
    if (row.owned || ledger.address.has(key)) rows.set(key, row)
  const isOut = (key: string): boolean => !wanted.state.address.has(key) && !seen.address.has(key)
  const ours = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, row]) => ({
      address: row.address,
      family: familyOf(row.address),
      link: row.link,
      services: plan.names.get(key) ?? written.names.get(key) ?? [],
      ...standingOf(key, isOut(key), wanted, verdicts),
    }))
  return [...ours, ...externals(input)]
}

/** The addresses of wanted services that slb is not to put up. Whether they stand is not counted: others see to it. */
function externals({ written, seen, plan }: VipInput): readonly VipStatus[] {
  const ours = new Set<Ip>()
  for (const row of written.state.address.values()) ours.add(row.address)
  const users = new Map<Ip, Set<string>>()
  for (const [key, { id }] of written.state.service) {
    if (id.address === undefined || ours.has(id.address)) continue
    const names = users.get(id.address) ?? new Set()
    for (const name of plan.names.get(key) ?? []) names.add(name)
    users.set(id.address, names)
  }
  const links = new Map<Ip, string>()
  for (const row of seen.address.values())
    if (users.has(row.address)) links.set(row.address, row.link)
  return [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, names]) => ({
      address,
      family: familyOf(address),
      link: links.get(address) ?? '',
      services: [...names].sort(),
      state: 'external',
      why: links.has(address) ? 'put there by somebody else' : 'stands on no link here',
    }))
}
