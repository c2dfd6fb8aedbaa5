import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'

const toml = (text: string, file = 'web.toml') => ({ file, text: Buffer.from(text) })

test('the smallest file is one virtual service with two destinations', async () => {
  const { desired, diagnostics } = await load([
    toml(`
      [service.web]
      vip      = "192.0.2.10"
      port     = 80
      backends = ["10.0.0.11:8080", { address = "10.0.0.12:8080", weight = 3 }]
    `),
  ])
  assert.equal(diagnostics, [])
  const service = desired?.services[0]
  const row = service?.listeners[0]
  assert.is(row?.id.key, 'tcp 192.0.2.10:80')
  assert.is(row?.scheduler, 'wrr')
  assert.is(row?.netmask, 32)
  assert.is(service?.drain, 60_000)
  const destinations = row?.destinations ?? []
  assert.equal(
    destinations.map(d => `${d.address}:${d.port} ${d.forward} ${d.weight}`),
    ['10.0.0.11:8080 nat 1', '10.0.0.12:8080 nat 3'],
  )
  assert.ok(destinations.every(d => d.service === row?.id))
  assert.equal(desired?.vips, [
    { address: '192.0.2.10', link: 'slb0', ownLink: true, services: ['web'] },
  ])
})

test('a fault leaves no desired state', async () => {
  const { desired, diagnostics } = await load([toml('[service.web]\nprot = 80')])
  assert.is(desired, undefined)
  assert.equal(
    diagnostics.map(({ code }) => code),
    ['missing-key', 'missing-key', 'missing-key', 'unknown-key'],
  )
})

test.run()
