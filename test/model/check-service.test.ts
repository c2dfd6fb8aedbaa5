/** Marks of checks through VIPs: the same for the same destinations, and each of one alone. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import { checkMarkOf, checkMarks, isCheckMark, movedMarks } from '../../src/model/check-service.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { Ip } from '../../src/model/ip.ts'
import { type Destination, serviceId } from '../../src/model/rows.ts'

const few = (key: string): number => checkMarks.last - (key.length % 3)

const marksOf = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const moved = movedMarks(keys, few)
  return new Map(keys.map(key => [key, moved.get(key) ?? few(key)]))
}

const someKeys = fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 20 })

const row = (address: string): Destination => ({
  service: serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80),
  address: address as Ip,
  port: 80,
  forward: 'direct',
  weight: 1,
  upper: 0,
  lower: 0,
})

test('a mark is of the range that slb keeps, and the same every time', () => {
  const mark = checkMarkOf(row('10.0.0.11'))
  assert.ok(isCheckMark(mark))
  assert.is(checkMarkOf({ ...row('10.0.0.11'), weight: 5 }), mark)
  assert.is.not(checkMarkOf(row('10.0.0.12')), mark)
})

test('ten thousand destinations hardly ever meet', () => {
  const marks = new Set<number>()
  for (let i = 0; i < 10_000; i++) marks.add(checkMarkOf(row(`10.0.${i >> 8}.${i & 255}`)))
  assert.ok(marks.size > 9_980)
})

test('where keys meet, each has a mark of its own in the range, in whatever order they come', () => {
  fc.assert(
    fc.property(someKeys, keys => {
      const marks = marksOf(keys)
      assert.is(new Set(marks.values()).size, keys.length)
      for (const mark of marks.values()) assert.ok(isCheckMark(mark))
      const again = marksOf([...keys].reverse())
      for (const [key, mark] of marks) assert.is(again.get(key), mark)
    }),
  )
})

test('a key whose mark nobody else has keeps it, whoever else gives way', () => {
  const before = movedMarks(['a'], few)
  assert.is(before.size, 0)
  const after = movedMarks(['a', 'bb', 'cccc'], few)
  assert.equal([...after.keys()], ['cccc'])
})

const desiredOf = async (text: string): Promise<Desired> => {
  const { desired, diagnostics } = await load([{ file: 'a.toml', text: Buffer.from(text) }])
  assert.ok(desired, JSON.stringify(diagnostics))
  return desired
}

const web = (more = ''): string => `[service.web]
vip = ["192.0.2.10", "192.0.2.11"]
port = 80
forward = "direct"
check = { via = "vip" }
backends = ["10.0.0.11"${more}]`

test('each backend of each virtual service has a check and a mark of its own, which stay', async () => {
  const checksOf = async (text: string): Promise<readonly string[]> => {
    const [service] = (await desiredOf(text)).services
    return [...(service?.checks.values() ?? [])].flat().map(({ key }) => key)
  }
  const before = await checksOf(web())
  const after = await checksOf(web(', "10.0.0.12"'))
  assert.is(new Set(before).size, 2)
  assert.is(new Set(after).size, 4)
  assert.ok(before.every(key => after.includes(key)))
})

test('a check says where it goes, and the row of its mark leads there', async () => {
  const [service] = (await desiredOf(web())).services
  const [[key, [check] = []] = []] = service?.checks ?? []
  const way = service?.checkServices.get(key ?? '')
  assert.is(check?.address, '192.0.2.10')
  assert.is(check?.port, 80)
  assert.is(check?.through, '10.0.0.11')
  assert.is(way?.id.fwmark, check?.mark)
  assert.equal(
    way?.destinations.map(({ address, port, forward, weight }) => [address, port, forward, weight]),
    [['10.0.0.11', 0, 'direct', 1]],
  )
})

test.run()
