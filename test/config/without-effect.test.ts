/** Keys about health that come to nothing, and switches that are off although services need them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { openLoadCache } from '../../src/config/load-cache.ts'

const web = (more: string, backends = '["10.0.0.1", "10.0.0.2"]'): string =>
  `[service.web]\nvip = "192.0.2.1"\nport = 80\nbackends = ${backends}\n${more}\n`

const tcp = 'check = { type = "tcp" }'

/** `7:1 what it says` for each. */
const told = async (text: string, cache = openLoadCache()): Promise<readonly string[]> => {
  const { desired, diagnostics } = await load([{ file: 'a.toml', text: Buffer.from(text) }], cache)
  assert.ok(desired, 'warnings refuse nothing')
  return diagnostics.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`)
}

test('what follows from checks comes to nothing without one', async () => {
  const more = 'quorum = 1\non_down = "quiesce"\nslow_start = "30s"\nsorry = "10.0.0.9"'
  const said = await told(web(more))
  const why = 'has no effect: no backend of service web has a check'
  assert.equal(
    said,
    [`7:1 slow_start ${why}`, `6:1 on_down ${why}`, `5:1 quorum ${why}`, `8:1 sorry ${why}`].sort(),
  )
  assert.equal(await told(web(`${more}\n${tcp}`.replace('slow_start = "30s"', ''))), [])
  assert.equal(await told(`[defaults]\nquorum = 1\nslow_start = "30s"\n${web('')}`), [])
  assert.equal(await told(web('quorum = 1\ncheck = "none"')), [`5:1 quorum ${why}`])
  const one = '[{ address = "10.0.0.1", check = { type = "tcp" } }]'
  assert.equal(await told(web('quorum = 1', one)), [])
})

test('a slow start needs weights with something between 0 and them, and a scheduler that looks', async () => {
  const slow = `slow_start = "30s"\n${tcp}`
  assert.match(
    String(await told(web(slow))),
    /^5:1 slow_start has no effect: no backend has a weight over 1/,
  )
  const heavy = '[{ address = "10.0.0.1", weight = 10 }, "10.0.0.2"]'
  assert.equal(await told(web(slow, heavy)), [])
  const robin = await told(web(`scheduler = "rr"\n${slow}`, heavy))
  assert.equal(robin, ['6:1 slow_start has no effect: the scheduler rr does not look at weights'])
  const http = 'check = { type = "http" }\nweight_from = "header:X-Weight"\nslow_start = "30s"'
  assert.equal(await told(web(http)), [])
})

test('backends without weight do not make a quorum', async () => {
  const quiet = '["10.0.0.1", { address = "10.0.0.2", weight = 0 }]'
  assert.match(
    String(await told(web(`quorum = 2\n${tcp}`, quiet))),
    /^5:10 quorum asks for 2 backends, but tcp 192\.0\.2\.1:80 has no more than 1/,
  )
})

test('persistence and UDP need switches, and who turns them off is told', async () => {
  const off = (key: string): string => `[kernel.vs]\n${key} = 0\n`
  const bound = 'persistence = "300s"'
  const [said, ...none] = await told(off('expire_quiescent_template') + web(bound))
  assert.match(said ?? '', /^2:29 .*bound to a backend of web keep coming/)
  assert.equal(none, [])
  assert.equal(await told(off('expire_quiescent_template') + web('')), [])
  assert.match(
    String(await told(off('expire_nodest_conn') + web('protocol = "udp"'))),
    /^2:22 .*flows of web over UDP stay/,
  )
  assert.equal(
    await told(off('expire_nodest_conn') + web('protocol = "udp"\none_packet = true')),
    [],
  )
})

test('the same where only one service changed since the last load', async () => {
  const cache = openLoadCache()
  const off = '[kernel.vs]\nexpire_quiescent_template = 0\n'
  assert.equal(await told(off + web(''), cache), [])
  assert.is((await told(off + web('persistence = "300s"'), cache)).length, 1)
  assert.equal(await told(off + web(''), cache), [])
})

test.run()
