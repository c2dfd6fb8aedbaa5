/** What is live, without what health and operators made of it: what is to be gone back to one day. */
import { isDeepStrictEqual } from 'node:util'
import type { Route } from '../model/announcement.ts'
import { replaced } from '../model/overlay.ts'
import { openComparison } from '../model/remember.ts'
import { compareDestinations, type Destination, keyOf, type Service } from '../model/rows.ts'
import type { State } from '../model/state.ts'
import type { Wanted } from '../plan/types.ts'

/** What a round made true: as it was written, and as it could serve. */
export interface Applied {
  readonly written: Wanted
  readonly served: Wanted
}

/**
 * A live system as it would be if everything were up and nobody had asked for anything.
 *
 * Only what is live just as it was served is taken for the work of health: a backend that is not
 * there because it is down, or quiet because it drains. What others changed stays as it is.
 */
export function asMeant(seen: State, { written, served }: Applied): State {
  if (written === served) return seen
  return {
    ...seen,
    service: servicesAsMeant(seen.service, written.state.service, served.state.service),
    address: withHidden(seen.address, written.state.address, served.state.address),
    snat: withHidden(seen.snat, written.state.snat, served.state.snat),
    arp: withHidden(seen.arp, written.state.arp, served.state.arp),
    route: withoutAsking(
      withHidden(seen.route, written.state.route, served.state.route),
      written.state.route,
      served.state.route,
    ),
  }
}

const compareRows = openComparison<Service>((written, served) => written === served)

function servicesAsMeant(
  seen: State['service'],
  written: State['service'],
  served: State['service'],
): State['service'] {
  const standing = new Map<string, Service>()
  const hidden = new Map<string, Service>()
  for (const key of compareRows(written, served).unlike) {
    const was = written.get(key)
    const now = served.get(key)
    const live = seen.get(key)
    if (was === undefined) continue
    if (live !== undefined) standing.set(key, meant(live, was, now))
    else if (now === undefined) hidden.set(key, was)
  }
  const service = replaced(seen, standing)
  return hidden.size === 0 ? service : new Map([...service, ...hidden])
}

/** With the rows that are not there because they are not served. */
function withHidden<Row>(
  seen: ReadonlyMap<string, Row>,
  written: ReadonlyMap<string, Row>,
  served: ReadonlyMap<string, Row>,
): ReadonlyMap<string, Row> {
  if (written === served) return seen
  const all = new Map(seen)
  for (const [key, row] of written) if (!served.has(key) && !all.has(key)) all.set(key, row)
  return all
}

/** Routes that only ask for other ways because of a drain are meant as they were written. */
function withoutAsking(
  seen: ReadonlyMap<string, Route>,
  written: ReadonlyMap<string, Route>,
  served: ReadonlyMap<string, Route>,
): ReadonlyMap<string, Route> {
  const rows = new Map<string, Route>()
  for (const [key, was] of written) {
    const now = served.get(key)
    const live = seen.get(key)
    if (now !== undefined && now !== was && live !== undefined && isDeepStrictEqual(live, now))
      rows.set(key, was)
  }
  return replaced(seen, rows)
}

function meant(live: Service, written: Service, served: Service | undefined): Service {
  const there = byKey(live)
  const serves = byKey(served)
  const rows: Destination[] = []
  for (const was of written.destinations) {
    const key = keyOf.destination(was)
    const row = there.get(key)
    there.delete(key)
    const now = serves.get(key)
    // Where it is not served it is gone already, or drains.
    const isServed = now === undefined ? (row?.weight ?? 0) === 0 : row?.weight === now.weight
    if (now !== was && isServed) rows.push(was)
    else if (row !== undefined) rows.push(row)
  }
  // What says sorry was never written.
  for (const [key, row] of there) if (!serves.has(key)) rows.push(row)
  return { ...live, destinations: rows.sort(compareDestinations) }
}

function byKey(row: Service | undefined): Map<string, Destination> {
  return new Map((row?.destinations ?? []).map(each => [keyOf.destination(each), each]))
}
