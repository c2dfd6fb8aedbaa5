/** Kernel switches, on a tree of files that looks like /proc/sys. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change, Failure } from '../../src/model/change.ts'
import { SlbError } from '../../src/model/error.ts'
import { canonicalValue, sysctlTable } from '../../src/table/sysctl.ts'

const test = suite<{ root: string }>('sysctl')

test.before.each(context => {
  context.root = mkdtempSync(join(tmpdir(), 'slb-sysctl-'))
  put(context.root, 'net/ipv4/ip_forward', '0\n')
})
test.after.each(context => rmSync(context.root, { recursive: true }))

test('reads the two forwarding switches and every IPVS switch', async ({ root }) => {
  put(root, 'net/ipv6/conf/all/forwarding', '1\n')
  put(root, 'net/ipv4/vs/conntrack', '0\n')
  put(root, 'net/ipv4/vs/sync_threshold', '3\t50\n')
  put(root, 'net/ipv4/tcp_syncookies', '1\n')
  assert.equal(await values(root), {
    'net.ipv4.ip_forward': '0',
    'net.ipv6.conf.all.forwarding': '1',
    'net.ipv4.vs.conntrack': '0',
    'net.ipv4.vs.sync_threshold': '3 50',
  })
})

test('reads what the scope names beside them', async ({ root }) => {
  put(root, 'net/ipv4/conf/eth0.100/arp_ignore', '1\n')
  assert.equal(await values(root, ['net.ipv4.conf.eth0/100.arp_ignore', 'net.no.such']), {
    'net.ipv4.ip_forward': '0',
    'net.ipv4.conf.eth0/100.arp_ignore': '1',
  })
})

test('a switch that the kernel lacks is not in the answer', async ({ root }) => {
  rmSync(join(root, 'net/ipv4/ip_forward'))
  assert.equal(await values(root), {})
})

test('writes a value', async ({ root }) => {
  assert.equal(await sysctlTable(root).apply([set('net.ipv4.ip_forward', '1')]), [])
  assert.is(readFileSync(join(root, 'net/ipv4/ip_forward'), 'utf8'), '1\n')
})

test('one failure does not stop the changes after it', async ({ root }) => {
  const failures = await sysctlTable(root).apply([
    set('net.ipv4.vs.conntrack', '1'),
    set('net.ipv4.ip_forward', '1'),
  ])
  assert.equal(
    failures.map(({ change }) => change),
    [set('net.ipv4.vs.conntrack', '1')],
  )
  assert.is(readFileSync(join(root, 'net/ipv4/ip_forward'), 'utf8'), '1\n')
})

test('a missing IPVS switch names the module when there are none at all', async ({ root }) => {
  const error = await only(sysctlTable(root).apply([set('net.ipv4.vs.conntrack', '1')]))
  assert.is(error.code, 'missing')
  assert.is(error.errno, 'ENOENT')
  assert.match(String(error.hint), 'modprobe ip_vs')
})

test('a missing conntrack switch among others names the kernel option', async ({ root }) => {
  put(root, 'net/ipv4/vs/sloppy_tcp', '0\n')
  const error = await only(sysctlTable(root).apply([set('net.ipv4.vs.conntrack', '1')]))
  assert.is(error.code, 'missing')
  assert.match(String(error.hint), 'CONFIG_IP_VS_NFCT')
})

test('a name cannot lead out of the tree', async ({ root }) => {
  for (const name of ['net...ip_forward', '', '.', 'net.//.passwd', 'net.a\0b', 'net.']) {
    const error = await only(sysctlTable(root).apply([set(name, '1')]))
    assert.is(error.code, 'invalid', JSON.stringify(name))
  }
})

test('a directory is not a switch', async ({ root }) => {
  const error = await only(sysctlTable(root).apply([set('net.ipv4', '1')]))
  assert.is(error.code, 'io')
  assert.is(error.errno, 'EISDIR')
})

test('a value that does not come back as it was written is refused', async ({ root }) => {
  rmSync(join(root, 'net/ipv4/ip_forward'))
  // /dev/null takes every value and shows none, like a switch that swallows what it does not like.
  symlinkSync('/dev/null', join(root, 'net/ipv4/ip_forward'))
  const error = await only(sysctlTable(root).apply([set('net.ipv4.ip_forward', '1')]))
  assert.is(error.code, 'invalid')
  assert.match(error.message, 'did not take 1')
})

test('removing a switch is a bug of the caller, not a fault of the system', async ({ root }) => {
  const row = { name: 'net.ipv4.ip_forward', value: '0' }
  let thrown: unknown
  try {
    await sysctlTable(root).apply([{ op: 'delete', kind: 'sysctl', row }])
  } catch (error) {
    thrown = error
  }
  assert.instance(thrown, Error)
  assert.not.instance(thrown, SlbError)
})

test('values have one space between numbers', () => {
  assert.is(canonicalValue(' 3\t 50\n'), '3 50')
})

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function set(name: string, value: string): Change {
  return { op: 'update', kind: 'sysctl', row: { name, value }, from: { name, value: '?' } }
}

async function values(root: string, sysctls: string[] = []): Promise<Record<string, string>> {
  const state = await sysctlTable(root).read({ sysctls })
  return Object.fromEntries([...(state.sysctl?.values() ?? [])].map(row => [row.name, row.value]))
}

async function only(outcome: Promise<readonly Failure[]>): Promise<SlbError> {
  const failures = await outcome
  const first = failures[0]
  if (first === undefined || failures.length !== 1) throw new Error(`${failures.length} failures`)
  return first.error
}

test.run()
