import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError } from '../../src/model/error.ts'
import { errnoNumber } from '../../src/netlink/errno.ts'
import { libc } from '../../src/netlink/libc.ts'
import { enterNamespace, namespaceId } from '../../src/netlink/namespace.ts'
import { script } from './scripted.ts'

function fault(work: () => void): SlbError {
  try {
    work()
  } catch (error) {
    assert.instance(error, SlbError)
    return error as SlbError
  }
  return assert.unreachable('it should have thrown') as never
}

test('before Linux 5.14 a namespace is known by its inode', () => {
  const { libc: old, sockets } = script(() => [])
  assert.is(`net:[${namespaceId(old)}]`, readlinkSync('/proc/self/ns/net'))
  assert.equal(sockets, { opened: 1, closed: 1 })
})

test('a namespace stays the same as long as it is there', () => {
  assert.match(namespaceId(), /^[1-9]\d*$/)
  assert.is(namespaceId(), namespaceId())
})

test('a name that nobody made says how to make it', () => {
  const error = fault(() => enterNamespace('no-such-namespace'))
  assert.is(error.code, 'missing')
  assert.match(error.message, /\/run\/netns\/no-such-namespace does not exist/)
  assert.match(error.hint ?? '', /ip netns add/)
})

test('a file that is no namespace says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-'))
  const path = join(folder, 'file')
  writeFileSync(path, '')
  const error = fault(() => enterNamespace(path))
  assert.is(error.code, 'invalid')
  assert.match(error.message, /is not a network namespace \(EINVAL\)/)
  rmSync(folder, { recursive: true })
})

test('a missing privilege says which one', () => {
  const play = script(() => [])
  const refusing = { ...play.libc, setns: () => -1, errno: () => errnoNumber('EPERM') }
  const error = fault(() => enterNamespace('/proc/self/ns/net', refusing))
  assert.is(error.code, 'denied')
  assert.match(error.hint ?? '', /CAP_SYS_ADMIN/)
})

test('the real library is there', () => {
  assert.is(libc().close(-1), -1)
  assert.is(libc().errno(), errnoNumber('EBADF'))
})

test.run()
