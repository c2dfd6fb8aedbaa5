/** The services that stand and are ours, as the journal is to have them. */
import { layersOf, replaced } from '../model/overlay.ts'
import { openMemory } from '../model/remember.ts'
import type { State } from '../model/state.ts'
import { fingerprint } from '../plan/fingerprint.ts'
import { isOurService } from '../plan/ours.ts'
import { defaultDrain } from '../plan/services.ts'
import type { Ledger, LedgerService, Policy, Wanted } from '../plan/types.ts'

/** The fingerprint of a service that is ours, but of which nobody knows if it is as it was wanted. */
export const unsettledHash = 1

type Services = State['service']

/** What an entry follows from. */
interface Basis {
  readonly seen: Services
  readonly wanted: Services
  readonly known: Ledger['service']
  readonly policies: ReadonlyMap<string, Policy>
}

/** Of what stands: the services of which something else is to be said than is known, and those that are not ours. */
interface Found {
  readonly news: ReadonlyMap<string, LedgerService>
  readonly others: ReadonlySet<string>
}

/** Most edits touch a few of many services, round after round. */
const memory = openMemory<Found>()

/**
 * What is to be said of all services; the very same map if that is known already.
 *
 * @param refused keys that somebody else holds.
 * @param unsettled keys of which nobody knows how they stand.
 */
export function standingServices(
  ledger: Ledger,
  seen: State,
  wanted: Wanted,
  refused: ReadonlySet<string>,
  unsettled: ReadonlySet<string>,
): Ledger['service'] {
  const basis: Basis = {
    seen: seen.service,
    wanted: wanted.state.service,
    known: ledger.service,
    policies: wanted.policies,
  }
  const { news, others } = look(basis, refused, unsettled)
  // As most edits leave it: the same services, of which a few say something else.
  const came = [...news.keys()].some(key => !ledger.service.has(key))
  if (!came && seen.service.size - others.size === ledger.service.size)
    return replaced(ledger.service, news)
  const services = new Map<string, LedgerService>()
  for (const key of seen.service.keys()) {
    const entry = others.has(key) ? undefined : (news.get(key) ?? ledger.service.get(key))
    if (entry !== undefined) services.set(key, entry)
  }
  return services
}

/** Looks at what may have changed since the same maps were looked at, and at what is refused or unsettled. */
function look(basis: Basis, refused: ReadonlySet<string>, unsettled: ReadonlySet<string>): Found {
  const layers = {
    seen: layersOf(basis.seen),
    wanted: layersOf(basis.wanted),
    known: layersOf(basis.known),
    policies: layersOf(basis.policies),
  }
  const below: Basis = {
    seen: layers.seen.below,
    wanted: layers.wanted.below,
    known: layers.known.below,
    policies: layers.policies.below,
  }
  const whole = memory([below.seen, below.wanted, below.known, below.policies], () =>
    lookAt(below.seen.keys(), below, none, none),
  )
  const open = new Set([...whole.news.keys(), ...whole.others, ...refused, ...unsettled])
  for (const { over } of Object.values(layers)) for (const key of over.keys()) open.add(key)
  return lookAt(open, basis, refused, unsettled)
}

const none: ReadonlySet<string> = new Set()

function lookAt(
  keys: Iterable<string>,
  basis: Basis,
  refused: ReadonlySet<string>,
  unsettled: ReadonlySet<string>,
): Found {
  const news = new Map<string, LedgerService>()
  const others = new Set<string>()
  for (const key of keys) {
    if (!basis.seen.has(key)) continue
    const entry = refused.has(key) ? undefined : entryOf(key, basis, unsettled.has(key))
    if (entry === undefined) others.add(key)
    else if (entry !== basis.known.get(key)) news.set(key, entry)
  }
  return { news, others }
}

/** What is to be said of a service that stands, if it is ours; what is known already if that is just the same. */
function entryOf(
  key: string,
  { seen, wanted, known: service, policies }: Basis,
  unsettled: boolean,
): LedgerService | undefined {
  const row = seen.get(key)
  if (row === undefined) return undefined
  const wish = wanted.get(key)
  const ours = isOurService(key, row, { service })
  if (!(wish?.owned ?? ours)) return undefined
  const policy = policies.get(key)
  const known = service.get(key)
  const name = policy?.name ?? known?.name ?? key
  const drain = policy?.drain ?? known?.drain ?? defaultDrain
  const hash = !unsettled ? fingerprint(wish ?? row) : ours ? unsettledHash : 0
  const same = known?.name === name && known.drain === drain && known.hash === hash
  return same ? known : { name, drain, hash }
}
