/** Kernel switches in the network namespace that this process is in. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../src/model/change.ts'
import { sysctlTable } from '../../src/table/sysctl.ts'
import { enterFreshNamespace, freshNamespace, inside, run } from './namespace.ts'

test.before.each(enterFreshNamespace)

test('reads what sysctl(8) shows', async () => {
  const shown = run(undefined, 'sysctl', '-a', '--pattern', '^net.ipv4.(vs.|ip_forward$)')
  const expected = shown
    .trim()
    .split('\n')
    .map(line => line.split(' = ').map(part => part.replace(/\s+/g, ' ')))
  const rows = (await sysctlTable().read()).sysctl ?? new Map()
  for (const [name, value] of expected)
    assert.is(rows.get(`sysctl ${name}`)?.value, value, String(name))
  assert.is(rows.size, expected.length + 1, 'and net.ipv6.conf.all.forwarding')
  assert.ok(rows.has('sysctl net.ipv4.vs.conntrack'))
})

test('writes the namespace that the main thread is in, and no other', async () => {
  const other = freshNamespace()
  const changes = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding', 'net.ipv4.vs.conntrack']
  assert.equal(await sysctlTable().apply(changes.map(name => set(name, '1'))), [])
  for (const name of changes) {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`
    assert.is(readFileSync(path, 'utf8'), '1\n', name)
    assert.is(
      inside(other, () => readFileSync(path, 'utf8')),
      '0\n',
      name,
    )
  }
  other.close()
})

test('a pair of numbers is written with one space and read so', async () => {
  const table = sysctlTable()
  assert.equal(await table.apply([set('net.ipv4.vs.sync_threshold', '4 60')]), [])
  const { sysctl } = await table.read()
  assert.is(sysctl?.get('sysctl net.ipv4.vs.sync_threshold')?.value, '4 60')
})

test('who may ping is a pair that the kernel shows with a tab; it is read and compared with a space', async () => {
  const table = sysctlTable()
  const name = 'net.ipv4.ping_group_range'
  const read = async (): Promise<string | undefined> =>
    (await table.read({ sysctls: [name] })).sysctl?.get(`sysctl ${name}`)?.value
  assert.is(await read(), '1 0')
  assert.equal(await table.apply([set(name, '0 2147483647')]), [])
  assert.is(readFileSync('/proc/sys/net/ipv4/ping_group_range', 'utf8'), '0\t2147483647\n')
  assert.is(await read(), '0 2147483647')
})

test('a value that the kernel refuses or does not take is invalid, for that switch only', async () => {
  const bad = [
    set('net.ipv4.vs.secure_tcp', '9'),
    set('net.ipv4.vs.sync_threshold', '60 50'),
    set('net.ipv4.ip_forward', 'yes'),
    set('net.ipv4.vs.sloppy_tcp', '01'),
  ]
  const failures = await sysctlTable().apply([...bad, set('net.ipv4.ip_forward', '1')])
  assert.equal(
    failures.map(({ change, error }) => [change, error.code]),
    bad.map(change => [change, 'invalid']),
  )
  assert.is(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'), '1\n')
})

test('a switch that this kernel lacks is missing', async () => {
  const [failure] = await sysctlTable().apply([set('net.ipv4.vs.no_such_switch', '1')])
  assert.is(failure?.error.code, 'missing')
  assert.is(failure?.error.errno, 'ENOENT')
})

function set(name: string, value: string): Change {
  return { op: 'update', kind: 'sysctl', row: { name, value } }
}

test.run()
