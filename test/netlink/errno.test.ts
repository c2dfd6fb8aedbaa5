import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOf, errnoName, errnoNumber, kernelError } from '../../src/netlink/errno.ts'

test('error numbers have the names that the kernel uses', () => {
  const names = {
    1: 'EPERM',
    2: 'ENOENT',
    3: 'ESRCH',
    11: 'EAGAIN',
    17: 'EEXIST',
    95: 'EOPNOTSUPP',
  }
  for (const [number, name] of Object.entries(names)) assert.is(errnoName(Number(number)), name)
  assert.is(errnoName(4095), 'errno 4095')
  for (const name of Object.values(names)) assert.is(errnoName(errnoNumber(name)), name)
})

test('an error number says what can be done about it', () => {
  const kinds = {
    stale: ['EEXIST', 'ESRCH', 'ENOENT', 'EADDRNOTAVAIL'],
    busy: ['EAGAIN', 'EBUSY', 'ENOBUFS', 'ENOMEM', 'EINTR'],
    denied: ['EPERM', 'EACCES'],
    missing: ['ENODEV', 'EOPNOTSUPP', 'EAFNOSUPPORT', 'ENETUNREACH'],
    invalid: ['EINVAL', 'ERANGE'],
    io: ['ENOSPC'],
    timeout: ['ETIMEDOUT'],
    internal: ['ENOEXEC'],
  }
  for (const [code, names] of Object.entries(kinds))
    for (const name of names) assert.is(codeOf(errnoNumber(name)), code, name)
})

test('the operation decides where it knows better', () => {
  const error = kernelError(errnoNumber('ENOENT'), 'create service x', {
    code: 'missing',
    words: 'the kernel has no scheduler zzz',
    hint: 'load it',
    text: 'nope',
  })
  assert.is(
    error.message,
    'create service x: the kernel has no scheduler zzz (ENOENT, the kernel says: nope)',
  )
  assert.equal([error.code, error.errno, error.hint], ['missing', 'ENOENT', 'load it'])
})

test.run()
