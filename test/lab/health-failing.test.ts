/** Backends that fail under live traffic: how soon they are out, who still reaches them, and the way back. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Backend, type Clients, clients, startBackends } from './backends.ts'
import { daemonRig, untilSaved } from './daemon-rig.ts'
import { type Lulls, watchLulls } from './lulls.ts'
import { ip } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const vip = '192.0.2.10'
/** In milliseconds, as in the file below. */
const rules = { interval: 400, timeout: 200, fall: 2 }
/** What a slow machine may add to an answer, a round and this test's own looking. */
const allowance = 400

const pace = 'interval = "400ms"\ntimeout = "200ms"\nrise = 2\nfall = 2'

const web = `[service.web]
vip = "${vip}"
port = 80
scheduler = "wrr"
backends = ["10.2.0.11:8080", { address = "10.2.0.12:8080", weight = 3 }]

[[service.web.check]]
type = "tcp"
${pace}

[[service.web.check]]
type = "http"
path = "/"
port = 8081
${pace}
`

const row = '-A -t 192.0.2.10:80 -s wrr'
const one = '-a -t 192.0.2.10:80 -r 10.2.0.11:8080 -m -w 1'
const two = '-a -t 192.0.2.10:80 -r 10.2.0.12:8080 -m -w 3'

interface Failure {
  readonly words: string
  fail(backend: Backend): Promise<void> | void
  heal(backend: Backend): Promise<void> | void
}

const failures: readonly Failure[] = [
  {
    words: 'is killed',
    fail: backend => backend.kill(),
    heal: backend => backend.start(),
  },
  {
    words: 'hangs',
    fail: backend => backend.signal('SIGSTOP'),
    heal: backend => backend.signal('SIGCONT'),
  },
  {
    words: 'resets connections',
    fail: backend => backend.become('resets'),
    heal: backend => backend.become('well'),
  },
  {
    words: 'says 503',
    fail: backend => backend.become('fails'),
    heal: backend => backend.become('well'),
  },
  {
    words: 'loses its wire',
    fail: ({ machine }) => ip(machine.namespace, 'link set eth0 down'),
    heal: ({ machine }) =>
      ip(machine.namespace, 'link set eth0 up', 'route add default via 10.2.0.1'),
  },
]

async function goesAndComes(
  { words, fail, heal }: Failure,
  backend: Backend,
  asking: Clients,
  lulls: Lulls,
): Promise<void> {
  const failed = performance.now()
  await fail(backend)
  await untilSaved(row, one)
  const out = performance.now()
  // The first asking after the failure comes within an interval; where it can be seen, it counts.
  const [first = failed + rules.interval] = backend.asked
  const limit = (rules.fall - 1) * rules.interval + rules.timeout
  const took = out - first - lulls.since(failed)
  assert.ok(took <= limit + allowance, `${words}: ${took} ms, in order are ${limit}`)
  const after = await asking.during(600)
  assert.equal(new Set(after), new Set(['backend1']), `${words}: nobody is sent to what is down`)
  await heal(backend)
  await untilSaved(row, one, two)
  const again = await asking.during(300)
  assert.equal(new Set(again), new Set(['backend1', 'backend2']), words)
}

test('a backend that fails is out in time, gets nothing after, and comes back with its weight', () =>
  withNetwork(2, async network => {
    const [, backend] = await startBackends(network)
    if (backend === undefined) throw new Error('there are two')
    const daemon = daemonRig({ 'slb.toml': web }, labRig())
    await daemon.start()
    try {
      await untilSaved(row, one, two)
      const asking = clients(network, vip, 80)
      const lulls = watchLulls()
      for (const failure of failures) await goesAndComes(failure, backend, asking, lulls)
      await backend.kill()
      await untilSaved(row, one)
      assert.match((await daemon.slb('plan')).out, 'No changes')
      lulls.close()
      await asking.stop()
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
    }
  }))

test.run()
