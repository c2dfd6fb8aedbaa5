/**
 * Compare announcements, wanted against seen.
 *
 * The network is told of a VIP only when what it leads to stands, and nobody hears of what others
 * announce by the same speaker.
 */

import type { Arp, Peer, Route, Silence, SpeakerName } from '../model/announcement.ts'
import type { Ip } from '../model/ip.ts'
import { isHost, isWithin } from '../model/network.ts'
import { keyOf } from '../model/rows.ts'
import { conflictOver, type Draft, type PlanInput, type Waits } from './draft.ts'
import { fieldChanges, fieldsOf } from './fields.ts'
import { forgotten, forgottenNotes } from './forgotten.ts'
import type { Ledger, Wanted } from './types.ts'

/** The text of what waits for `slb run`, whose speaker tells it. */
export const unknownWithoutDaemon = 'unknown without a daemon: slb run announces it'

/**
 * Writes the changes of ARP announcements, peers and routes into the draft.
 *
 * @param waits addresses that do not come up yet.
 * @param blocked services that nobody should reach yet, with the key of what each waits for.
 */
export function compareAnnouncements(
  input: PlanInput,
  waits: Waits,
  blocked: ReadonlyMap<string, string>,
  draft: Draft,
): void {
  const { arp, peer, route } = input.wanted.state
  draft.notes.push(...leftBehind(input.wanted, input.ledger, input.unanswered))
  draft.forgotten.push(...forgotten(input))
  draft.notes.push(...forgottenNotes(draft.forgotten))
  if (arp.size + peer.size + route.size + seenAny(input) === 0) return
  const doors = doorsOf(input, waits, blocked, draft)
  compareArp(input, doors, draft)
  comparePeers(input, draft)
  compareRoutes(input, doors, draft)
}

/** What is to be said of gobgpds of which nothing is wanted any more, and that cannot be asked what they have. */
export function leftBehind(
  { state, meant = state }: Wanted,
  { gobgpds }: Pick<Ledger, 'gobgpds'>,
  unanswered: ReadonlyMap<string, Silence> = new Map(),
): readonly string[] {
  const notes: string[] = []
  if (gobgpds.size === 0 || unanswered.size === 0) return notes
  const wanted = new Set([...meant.peer.values(), ...meant.route.values()].map(({ api }) => api))
  for (const api of gobgpds) {
    const silence = unanswered.get(api)
    if (silence === undefined || wanted.has(api)) continue
    notes.push(
      silence.ended
        ? `the gobgpd at ${api} does not run: what slb told it has ended with it`
        : `what slb told the gobgpd at ${api} may stand there still, and is taken back when it answers: ${silence.why}`,
    )
  }
  return notes
}

function seenAny({ seen: { arp, peer, route } }: PlanInput): number {
  return arp.size + peer.size + route.size
}

/** Why nobody should be sent to what a row announces yet; undefined = he may be. `strict`: all behind it must stand. */
type Doors = (row: Arp | Route, strict: boolean) => string | undefined

function doorsOf(
  input: PlanInput,
  waits: Waits,
  blocked: ReadonlyMap<string, string>,
  draft: Draft,
): Doors {
  const open = new Set<Ip>()
  const leaving = new Set<string>()
  for (const { op, kind, row } of draft.down)
    if (kind === 'address' && op === 'delete') leaving.add(keyOf.address(row))
  // One that is about to go, as when others are to put it up from now on, is no place to send anybody to.
  for (const [key, row] of input.seen.address)
    if (!row.dadFailed && !leaving.has(key)) open.add(row.address)
  for (const { op, kind, row } of draft.up)
    if (
      kind === 'address' &&
      op === 'create' &&
      !waits.has(`address ${row.link} ${row.address}/${row.prefix}`)
    )
      open.add(row.address)
  const served = new Map<Ip, boolean>()
  const cause = new Map<Ip, string>()
  for (const [key, { id }] of input.wanted.state.service) {
    if (id.address === undefined) continue
    const why = blocked.get(key)
    served.set(id.address, (served.get(id.address) ?? false) || why === undefined)
    if (why !== undefined) cause.set(id.address, why)
  }
  // Most routes are to one address: nobody is to look through all others for each of them.
  const behind = (row: Arp | Route): readonly Ip[] => {
    if (!('prefix' in row)) return [row.address]
    if (isHost(row)) return served.has(row.address) ? [row.address] : []
    return [...served.keys()].filter(one => isWithin(one, row))
  }
  return (row, strict) => {
    const all = behind(row)
    const why = strict ? all.map(one => cause.get(one)).find(one => one !== undefined) : undefined
    if (why !== undefined) return `waits for ${why}`
    if (all.some(one => open.has(one) && served.get(one) !== false)) return undefined
    const shut = all.find(one => served.get(one) === false)
    if (shut !== undefined) return `waits for ${cause.get(shut)}`
    return `waits for the address ${all[0] ?? row.address}`
  }
}

/** True of what is only announced while all services behind it can serve. */
function isStrict(key: string, { wanted }: PlanInput): boolean {
  return wanted.strict?.has(key) === true
}

function compareArp(input: PlanInput, doors: Doors, draft: Draft): void {
  const { wanted, seen, failed } = input
  for (const [key, row] of wanted.state.arp) {
    if (failed?.has(key) || seen.arp.has(key)) continue
    const why = doors(row, isStrict(key, input))
    if (why !== undefined) draft.pending.push({ key, reason: why })
    else draft.up.push({ op: 'create', kind: 'arp', row })
  }
  for (const [key, row] of seen.arp)
    if (!wanted.state.arp.has(key) && !failed?.has(key))
      draft.down.push({ op: 'delete', kind: 'arp', row })
}

function comparePeers(input: PlanInput, draft: Draft): void {
  const { wanted, seen, failed } = input
  for (const [key, row] of wanted.state.peer) {
    if (failed?.has(key) || isSilent(row.speaker, key, input, draft)) continue
    const have = seen.peer.get(key)
    if (have === undefined) draft.up.push({ op: 'create', kind: 'peer', row })
    else if (differs('peer', have, row))
      draft.up.push({
        op: isInPlace(have, row) ? 'update' : 'replace',
        kind: 'peer',
        row,
        from: have,
      })
  }
  for (const [key, row] of seen.peer)
    if (!wanted.state.peer.has(key) && !failed?.has(key))
      draft.down.push({ op: 'delete', kind: 'peer', row })
}

function compareRoutes(input: PlanInput, doors: Doors, draft: Draft): void {
  const { wanted, seen, failed } = input
  for (const [key, row] of wanted.state.route) {
    if (failed?.has(key) || isSilent(row.speaker, key, input, draft)) continue
    const have = seen.route.get(key)
    const shut = doors(row, isStrict(key, input))
    // What it led to was lost and cannot be put back: until it can, nobody is sent here.
    if (have?.owned && shut !== undefined) {
      draft.down.push({ op: 'delete', kind: 'route', row: have })
      draft.lost.add(key)
    }
    if (have !== undefined && (shut !== undefined || !differs('route', have, row))) continue
    const conflict = have?.owned === false ? conflictOver(key, input) : 'none'
    if (shut !== undefined) draft.pending.push({ key, reason: shut })
    else if (have === undefined) draft.up.push({ op: 'create', kind: 'route', row })
    else if (conflict === 'refuse') refuse(key, have, draft)
    else if (conflict !== 'none') draft.up.push({ op: 'adopt', kind: 'route', row, from: have })
    else
      draft.up.push({
        op: isInPlace(have, row) ? 'update' : 'replace',
        kind: 'route',
        row,
        from: have,
      })
  }
  for (const [key, row] of seen.route) {
    if (wanted.state.route.has(key) || failed?.has(key)) continue
    if (row.owned) draft.down.push({ op: 'delete', kind: 'route', row })
    else draft.foreign.push({ key, kind: 'route' })
  }
}

/** True of a row whose speaker lives in a daemon, where there is none. */
function isSilent(speaker: SpeakerName, key: string, { silent }: PlanInput, draft: Draft): boolean {
  if (silent?.has(speaker) !== true) return false
  draft.pending.push({ key, reason: unknownWithoutDaemon })
  return true
}

/** Who announces a row, and where. */
type Place = Pick<Route, 'speaker' | 'api' | 'table'>

/** True where only what is said changes, and not who says it. */
function isInPlace(have: Place, row: Place): boolean {
  return have.speaker === row.speaker && have.table === row.table && have.api === row.api
}

function differs<K extends 'peer' | 'route'>(
  kind: K,
  have: K extends 'peer' ? Peer : Route,
  row: K extends 'peer' ? Peer : Route,
): boolean {
  const fields = (one: typeof row) => fieldsOf(kind, one as never)
  return fieldChanges(fields(have), fields(row)).length > 0
}

function refuse(key: string, have: Route, draft: Draft): void {
  draft.refused.push({
    key,
    kind: 'route',
    owner: `a route of ${have.speaker}${have.table === undefined ? '' : ` ${have.table}`} that slb did not make`,
    hint: `take it over with --adopt '${key}'`,
  })
}
