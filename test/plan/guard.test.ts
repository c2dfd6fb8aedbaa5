/** The guard counts what the network is told of no more, where that is not said in another way. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { defaultLimits } from '../../src/model/defaults.ts'
import type { PlanInput } from '../../src/plan/draft.ts'
import { guard, type Verdict } from '../../src/plan/guard.ts'
import { plan } from '../../src/plan/plan.ts'
import type { Ledger } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { fromText } from '../../src/table/snapshot.ts'

const last = [1, 2, 3, 4, 5]

interface Vip {
  readonly announce?: string
  readonly weight?: number
  readonly more?: string
}

/** Five services on a VIP each; `of` says what is otherwise about one. */
const config = (of: (n: number) => Vip | undefined, bgp = 'speaker = "table"'): string =>
  last
    .flatMap(n => {
      const vip = of(n)
      if (vip === undefined) return []
      const { announce = '"bgp"', weight = 1, more = '' } = vip
      return `[vip.v${n}]
address = "192.0.2.${n}"
announce = ${announce}
${more}
[service.s${n}]
vip = "v${n}"
port = 80
drain = "0s"
backends = [{ address = "10.0.0.1", weight = ${weight} }, { address = "10.0.0.2", weight = ${weight} }]
`
    })
    .join('')
    .concat(`[bgp]\nas = 65000\n${bgp}\n`)

const rows = (n: number): string => `service tcp 192.0.2.${n}:80 wrr ours
  -> 10.0.0.1:80 nat weight 1
  -> 10.0.0.2:80 nat weight 1
address slb0 192.0.2.${n}/32 ours
route 192.0.2.${n}/32 by table table 198 ours
`
const have = `sysctl net.ipv4.ip_forward = 1\nlink slb0 dummy up ours\n${last.map(rows).join('')}`

async function judged(
  text: string,
  more: Partial<PlanInput['wanted']> = {},
  seen = have,
  ledger = emptyLedger,
): Promise<Verdict> {
  const { desired, diagnostics } = await load([{ file: 'web.toml', text: Buffer.from(text) }])
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics))
  const { state } = fromText(seen)
  const wanted = { ...want(desired), ...more }
  const found = plan({ wanted, seen: state, ledger, conflict: 'refuse' })
  return guard(found, state, ledger, defaultLimits)
}

const silent: Vip = { announce: '"none"' }

test('announce taken out of a whole file is refused, though every service stays', async () => {
  const { removal, refusal } = await judged(config(() => silent))
  assert.equal(removal, { services: 0, destinations: 0, addresses: 0, peers: 0, routes: 5 })
  assert.is(refusal, 'the plan removes 5 of 5 routes; if that is meant, say --yes-remove 5')
})

test('out of a few it is not, be it the last', async () => {
  const { removal, refusal } = await judged(config(n => (n > 3 ? {} : silent)))
  assert.is(removal.routes, 3)
  assert.is(refusal, undefined)
  const only = `sysctl net.ipv4.ip_forward = 1\nlink slb0 dummy up ours\n${rows(1)}`
  assert.is(
    (
      await judged(
        config(n => (n > 1 ? undefined : silent)),
        {},
        only,
      )
    ).refusal,
    undefined,
  )
})

test('a route is counted once, with the services that it goes with', async () => {
  const { removal } = await judged(config(n => (n > 1 ? {} : undefined)))
  assert.equal(removal, { services: 1, destinations: 0, addresses: 0, peers: 0, routes: 0 })
})

test('a service that takes no connections any more says it for its route', async () => {
  const { removal } = await judged(config(() => ({ weight: 0 })))
  assert.is(removal.routes, 0)
})

test('a VIP that is announced in another way loses nothing', async () => {
  const wider = await judged(config(n => (n === 1 ? { more: 'prefix = 24' } : silent)))
  assert.is(wider.removal.routes, 0, 'one prefix leads to all')
  const narrow = await judged(config(n => ({ more: n === 1 ? 'prefix = 31' : 'prefix = 30' })))
  assert.is(narrow.removal.routes, 0)
  const other = '[bgp.peer.tor]\naddress = "10.0.0.9"\nas = 65001'
  const { removal } = await judged(config(() => ({}), other))
  assert.is(removal.routes, 0, 'another speaker tells of it')
})

test('verdicts, drains and losses are no removals', async () => {
  const agreed = new Set(last.map(n => `route 192.0.2.${n}/32`))
  assert.is(
    (
      await judged(
        config(() => silent),
        { agreed },
      )
    ).removal.routes,
    0,
  )
  const lost = await judged(
    config(() => ({ more: 'link = "external"' })),
    {},
    have.replaceAll(/^address.*\n/gm, ''),
  )
  assert.is(lost.removal.routes, 0)
})

test('a prefix that leads to some that stay counts once', async () => {
  const wide = `${have.replaceAll(/^route.*\n/gm, '')}route 192.0.2.0/24 by table table 198 ours\n`
  const { removal } = await judged(
    config(() => silent),
    {},
    wide,
  )
  assert.is(removal.routes, 1)
  const foreign = wide.replace('table 198 ours', 'table 198')
  assert.is(
    (
      await judged(
        config(() => silent),
        {},
        foreign,
      )
    ).removal.routes,
    0,
  )
})

/** The journal of a daemon whose own speaker told all this; the one after it has told nothing yet. */
const embedded = (n: number): string => `route 192.0.2.${n}/32 by embedded ours\n`
const peer = (n: number): string =>
  `peer 10.0.0.${n} port 179 as 65001 by embedded as 65000 hold 9s keepalive 3s hops 1 ipv4\n`
const told = fromText([peer(1), peer(2), ...last.map(embedded)].join('')).state
const journal: Ledger = {
  ...emptyLedger,
  settings: new Map([...told.peer, ...told.route].map(([key, row]) => [key, JSON.stringify(row)])),
}
const untold = have.replaceAll(/^route .*\n/gm, '')
const peers = (...all: readonly number[]): string =>
  all
    .map(n => `[bgp.peer.p${n}]\naddress = "10.0.0.${n}"\nas = 65001\nfamilies = ["ipv4"]\n`)
    .join('')

test('begun anew, a daemon that has told nothing yet lets no file lose what the last one told', async () => {
  const now = (bgp: string, of: (n: number) => Vip = () => ({})): Promise<Verdict> =>
    judged(config(of, bgp), {}, untold, journal)
  assert.is((await now(peers(1, 2))).refusal, undefined)
  assert.is((await now(peers(1))).refusal, undefined, 'one of two is less than three')
  assert.match((await now('')).refusal ?? '', 'removes the last peer')
  const gone = await now(peers(1, 2), () => silent)
  assert.equal(gone.removal.routes, 5)
  assert.match(gone.refusal ?? '', 'removes 5 of 5 routes')
})

test('what the journal says of services that are gone is no loss of its own', async () => {
  const { removal } = await judged(
    config(n => (n > 3 ? undefined : {}), peers(1, 2)),
    {},
    untold,
    journal,
  )
  assert.equal([removal.services, removal.routes], [2, 0])
})

test('what an operator or a verdict took back is not counted', async () => {
  const agreed = new Set(told.route.keys())
  const verdict = await judged(
    config(() => silent, peers(1, 2)),
    { agreed },
    untold,
    journal,
  )
  assert.is(verdict.removal.routes, 0)
})

test.run()
