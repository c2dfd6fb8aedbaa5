/** Errors in plain words, and whose fault they are. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { faultOf, oneLine } from '../../../src/health/probe/fault.ts'
import { checkOf, isDown, isOwn } from './rig.ts'

const check = checkOf({ type: 'tcp' }, 80)

function error(code: string): Error {
  return Object.assign(new Error(`connect ${code} 192.0.2.1:80`), { code })
}

test('what the other side does is its fault', () => {
  isDown(faultOf(error('ECONNREFUSED'), check), 'connection refused')
  isDown(faultOf(error('ECONNRESET'), check), 'connection reset')
  isDown(faultOf(error('EHOSTUNREACH'), check), 'host unreachable')
})

test('what this machine lacks is its own fault', () => {
  for (const code of ['EMFILE', 'ENFILE', 'ENETDOWN', 'ENETUNREACH', 'ENOBUFS', 'ENOMEM', 'EPERM'])
    isOwn(faultOf(error(code), check), new RegExp(`\\(${code}\\)$`))
})

test('an address that is not here: the source address, or what the kernel chooses from', () => {
  const from = checkOf({ type: 'tcp' }, 80, { source: '192.0.2.9' })
  isOwn(
    faultOf(error('EADDRNOTAVAIL'), from),
    'this machine does not have the source address 192.0.2.9',
  )
  isOwn(faultOf(error('EADDRNOTAVAIL'), check), /^no local address or port left/)
})

test('an error that nobody has heard of is told as it is, in one line', () => {
  isDown(faultOf(new Error('odd\u001b[31m\nthing'), check), 'odd [31m thing')
  isDown(faultOf('thrown', check), 'thrown')
  assert.is(oneLine('x'.repeat(500)).length, 163)
})

test.run()
