/** The routers that the tests of one file share, and the hosts whose speakers speak with them. */
import { birdRouter } from './bird.ts'
import { frrRouter } from './frr.ts'
import { gobgpRouter } from './gobgpd.ts'
import type { Learned, Neighbour, Router, RouterOptions } from './router.ts'
import { ourAs, routersAs } from './rows.ts'
import { buildSegment, type Machine, type Segment } from './segment.ts'
import { until } from './until.ts'

export interface World {
  readonly segment: Segment
  /** By their numbers, from 1 on. */
  host(number: number): Machine
  /** The next one that no test has had: routers pause after the last session of a host. */
  fresh(): Machine
  readonly bird: Router
  readonly frr: Router
  readonly gobgp: Router
  readonly routers: readonly Router[]
  close(): Promise<void>
}

/** How the routers know a host; plain, if nothing is said of it. */
export type Known = Partial<Neighbour>

/**
 * Routers 10.77.0.101 (BIRD), .102 (FRR) and .103 (gobgpd), and so many hosts, 10.77.0.1 and on, that
 * they know as `known` says by number. They would take a call from any of them.
 */
export async function openWorld(
  hosts: number,
  known: Readonly<Record<number, Known>> = {},
  { quiet = false }: Pick<RouterOptions, 'quiet'> = {},
): Promise<World> {
  const segment = buildSegment()
  const machines = Array.from({ length: hosts }, (_, at) =>
    segment.machine(`host${at + 1}`, at + 1),
  )
  const neighbours = machines.map(
    ({ ipv4 }, at): Neighbour => ({ address: ipv4, as: ourAs, hold: 9, ...known[at + 1] }),
  )
  const options = { as: routersAs, neighbours, quiet }
  const [bird, frr, gobgp] = await Promise.all([
    birdRouter(segment.machine('bird', 101), options),
    frrRouter(segment.machine('frr', 102), options),
    gobgpRouter(segment.machine('gobgp', 103), options),
  ])
  const routers = [bird, frr, gobgp]
  for (const router of routers)
    for (const { address } of neighbours)
      await until(`${router.kind} awaits ${address}`, () => router.awaits(address), Boolean)
  let taken = 0
  const host = (number: number): Machine => {
    const machine = machines[number - 1]
    if (machine === undefined) throw new Error(`there is no host ${number}`)
    return machine
  }
  return {
    segment,
    host,
    fresh: () => host(++taken),
    bird,
    frr,
    gobgp,
    routers,
    close: async () => {
      await Promise.all(routers.map(router => router.end()))
      segment.close()
    },
  }
}

/** What a router has learned of these prefixes, of both families; communities as rows have them. */
export async function learnedOf(
  router: Router,
  prefixes: readonly string[],
): Promise<readonly Learned[]> {
  const found = [...(await router.learned('ipv4')), ...(await router.learned('ipv6'))]
  return found
    .filter(({ prefix }) => prefixes.includes(prefix))
    .map(one => ({
      ...one,
      communities: [...one.communities].sort(),
      large: [...one.large].sort(),
    }))
    .sort((a, b) => (`${a.prefix} ${a.nextHop}` < `${b.prefix} ${b.nextHop}` ? -1 : 1))
}
