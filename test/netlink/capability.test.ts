import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mayChangeNetwork } from '../../src/netlink/capability.ts'

const status = (effective: string): string =>
  `Name:\tnode\nCapPrm:\t${effective}\nCapEff:\t${effective}\n`

test('an ordinary user may not, root and the service user may', () => {
  assert.not.ok(mayChangeNetwork(status('0000000000000000')))
  assert.ok(mayChangeNetwork(status('000001ffffffffff')))
  assert.ok(mayChangeNetwork(status('0000000000001000')))
})

test('root that was left everything but this may not', () => {
  assert.not.ok(mayChangeNetwork(status('000001ffffffefff')))
})

test('where the kernel does not say, it is found out by trying', () => {
  assert.ok(mayChangeNetwork('Name:\tnode\n'))
})

test.run()
