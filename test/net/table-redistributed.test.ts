/** The speaker `table`: BIRD and FRR of its host, configured as the documentation says, pass it on. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Bird, birdRouter, startBird } from './bird.ts'
import { blocksOf } from './document.ts'
import { frrRouter, startFrr } from './frr.ts'
import { kernelRoutes, type Router, type RouterOptions } from './router.ts'
import { ourAs, routersAs, tableRoute } from './rows.ts'
import { buildSegment, type Machine, runOn, type Segment } from './segment.ts'
import { create, remove, type Speaking, startSpeaking } from './speaking.ts'
import { untilEqual } from './until.ts'

interface Context {
  segment: Segment
  host: Machine
  speaker: Speaking
  /** Ended last to first. */
  ends: (() => Promise<void>)[]
}

const test = suite<Context>('a routing table that is redistributed')

test.before.each(async context => {
  context.segment = buildSegment()
  context.host = context.segment.machine('host', 1)
  context.speaker = await startSpeaking(context.host, 'table')
  context.ends = [context.speaker.end]
})
test.after.each(async ({ segment, ends }) => {
  for (const end of ends.reverse()) await end()
  segment.close()
})

const routerNumber = 254

async function routerOf(
  { segment, host, ends }: Context,
  make: (machine: Machine, options: RouterOptions) => Promise<Router>,
) {
  const machine = segment.machine('router', routerNumber)
  const neighbours = [{ address: host.ipv4, as: ourAs }]
  const router = await make(machine, { as: routersAs, neighbours })
  ends.push(router.end)
  return router
}

/** The documentation's own addresses are those of the test's network. */
async function hostBird({ host, ends }: Context): Promise<Bird> {
  const [snippet = ''] = blocksOf('bird')
  const bird = await startBird(
    host,
    `router id ${host.ipv4};\nprotocol device {}\n${snippet.replace('protocol bgp router1 {', '$&\n  connect delay time 1;')}`,
  )
  ends.push(bird.end)
  return bird
}

async function hostFrr({ host, ends }: Context, snippet: string): Promise<void> {
  const quick = ' neighbor 10.77.0.254 timers connect 1\n address-family ipv4'
  const config = snippet.replace(' address-family ipv4', quick)
  const frr = await startFrr(host, config)
  ends.push(frr.end)
}

const four = { '192.0.2.1/32': ['10.77.0.1'] }
const six = { '2001:db8::1/128': ['fd77::1'] }

/** Routes come, and when they are deleted they go. */
async function comeAndGo(
  { speaker }: Context,
  router: Router,
  table: number,
  expected: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const kernel = () => kernelRoutes(router.machine)
  const rows = Object.keys(expected).map(prefix => tableRoute(prefix, table))
  await speaker.make(rows.map(create))
  await untilEqual('announced', kernel, expected)
  await speaker.make(rows.slice(0, 1).map(remove))
  await untilEqual('one withdrawn', kernel, Object.fromEntries(Object.entries(expected).slice(1)))
  await speaker.make(rows.slice(0, 1).map(create))
  await untilEqual('announced again', kernel, expected)
  await speaker.close('withdraw')
  await untilEqual('all withdrawn', kernel, {})
}

for (const make of [birdRouter, frrRouter])
  test(`BIRD of the host passes both families on (${make.name})`, async context => {
    const router = await routerOf(context, make)
    await hostBird(context)
    await comeAndGo(context, router, 198, { ...four, ...six })
  })

for (const make of [birdRouter, frrRouter])
  test(`FRR of the host passes IPv4 on (${make.name})`, async context => {
    const router = await routerOf(context, make)
    const [snippet = ''] = blocksOf('frr')
    await hostFrr(context, snippet)
    await comeAndGo(context, router, 198, four)
  })

test('FRR of the host passes both families of the main table on, and nothing else of it', async context => {
  const router = await routerOf(context, birdRouter)
  await runOn(context.host, 'ip', 'route', 'add', 'blackhole', '198.51.100.0/24')
  const [, snippet = ''] = blocksOf('frr')
  await hostFrr(context, snippet)
  await comeAndGo(context, router, 254, { ...four, ...six })
})

test('routes of somebody else in the table are not announced by the documented BIRD', async context => {
  const router = await routerOf(context, birdRouter)
  await runOn(context.host, 'ip', 'route', 'add', 'blackhole', '192.0.2.9/32', 'table', '198')
  await hostBird(context)
  await context.speaker.make([create(tableRoute('192.0.2.1'))])
  await untilEqual('announced', () => kernelRoutes(router.machine), four)
})

test('a speaker that is killed leaves its routes, and its successor finds them', async context => {
  const router = await routerOf(context, birdRouter)
  await hostBird(context)
  const row = tableRoute('192.0.2.1')
  await context.speaker.make([create(row)])
  const kernel = () => kernelRoutes(router.machine)
  await untilEqual('announced', kernel, four)
  context.speaker.signal('SIGKILL')
  await context.speaker.end()
  const successor = await startSpeaking(context.host, 'table')
  context.ends.push(successor.end)
  assert.equal((await successor.read()).routes, [row])
  assert.equal(await kernel(), four)
  await successor.make([remove(row)])
  await untilEqual('withdrawn', kernel, {})
})

test.run()
