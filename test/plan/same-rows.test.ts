import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { Service } from '../../src/model/rows.ts'
import { namesOf } from '../../src/plan/names.ts'
import { plan } from '../../src/plan/plan.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'

const desiredOf = async (text: string): Promise<Desired> => {
  const { desired } = await load([{ file: 'a.toml', text: Buffer.from(text) }])
  if (!desired) throw new Error('no desired state')
  return desired
}

const services = (weight: number, enabled = true): string =>
  ['web', 'mail']
    .map(
      (name, i) =>
        `[service.${name}]\nvip = "192.0.2.${i + 1}"\nport = 80\nenabled = ${enabled}\nbackends = [{ address = "10.0.0.1", weight = ${weight} }]\n`,
    )
    .join('')

const compare = (desired: Desired, seen: ReadonlyMap<string, Service>) => {
  const wanted = want(desired)
  const state = { ...wanted.state, service: seen }
  return plan({ wanted, seen: state, ledger: emptyLedger, conflict: 'refuse' })
}

test('wanted services are the very rows of the configuration', async () => {
  const desired = await desiredOf(services(1))
  const { state } = want(desired)
  for (const { listeners } of desired.services)
    for (const row of listeners) assert.is(state.service.get(row.id.key), row)
  assert.is(state.service.size, 2)
  assert.is(want(await desiredOf(services(1, false))).state.service.size, 0)
})

test('rows that are the same objects and rows that are equal have the same plan: none', async () => {
  const desired = await desiredOf(services(1))
  const { service } = want(desired).state
  const copies = new Map([...service].map(([key, row]) => [key, structuredClone(row)]))
  for (const seen of [service, copies]) assert.equal(compare(desired, seen).changes, [])
})

test('among rows that are the same objects what differs, is missing or foreign is found', async () => {
  const desired = await desiredOf(services(2))
  const seen = new Map(want(desired).state.service)
  const other = want(await desiredOf(services(1))).state.service.get('tcp 192.0.2.2:80')
  if (!other) throw new Error('no service')
  const changes = (): readonly string[] =>
    compare(desired, seen).changes.map(({ op, kind }) => `${op} ${kind}`)
  seen.set('tcp 192.0.2.2:80', other)
  assert.equal(changes(), ['update destination'])
  seen.delete('tcp 192.0.2.2:80')
  assert.equal(changes(), ['create service', 'create destination'])
  const left = { ...other, id: { ...other.id, key: 'tcp 192.0.2.3:80' }, destinations: [] }
  seen.set('tcp 192.0.2.3:80', left)
  assert.equal(changes(), ['create service', 'create destination', 'delete service'])
  seen.set('tcp 192.0.2.3:80', { ...left, owned: false })
  assert.equal(compare(desired, seen).foreign, [{ key: 'tcp 192.0.2.3:80', kind: 'service' }])
})

test('a plan tells whom each row is for, changed or not', async () => {
  const desired = await desiredOf(services(1))
  const { names, changes } = compare(desired, new Map())
  assert.equal(
    changes.map(change => namesOf({ names }, change)),
    [['web'], ['web'], ['mail'], ['mail']],
  )
  assert.equal(names.get('link slb0'), ['mail', 'web'])
  assert.equal(names.get('sysctl net.ipv4.ip_forward'), ['mail', 'web'])
  assert.equal(names.get('tcp 192.0.2.9:80'), undefined)
})

test.run()
