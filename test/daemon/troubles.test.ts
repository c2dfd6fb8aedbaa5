/** A trouble that lasts is told once, and its end is told once. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Troubles } from '../../src/daemon/troubles.ts'

const full = 'cannot write journal.json: ENOSPC'

function rig() {
  const notes: string[] = []
  const troubles = new Troubles((level, message) => notes.push(`${level} ${message}`))
  return { notes, troubles }
}

test('a full disk is told once while it lasts, though looks go well meanwhile, and once when it is over', () => {
  const { notes, troubles } = rig()
  for (let time = 0; time < 3; time++) {
    troubles.came('files', ['error', full])
    troubles.went('look')
    assert.is(troubles.message, full)
  }
  troubles.went('files')
  troubles.went('files')
  assert.equal(notes, [`error ${full}`, `info over: ${full}`])
  assert.is(troubles.message, undefined)
})

test('the same in two tasks is one trouble, over when both are', () => {
  const { notes, troubles } = rig()
  troubles.came('look', ['error', full])
  troubles.came('undo', ['error', full])
  troubles.went('look')
  assert.equal(notes, [`error ${full}`])
  troubles.went('undo')
  assert.equal(notes, [`error ${full}`, `info over: ${full}`])
})

test('another trouble is told', () => {
  const { notes, troubles } = rig()
  troubles.came('files', ['error', full])
  troubles.came('files', ['error', 'no ip_vs'])
  assert.equal(notes, [`error ${full}`, 'error no ip_vs'])
})

test('a command that failed is nothing that lasts', () => {
  const { troubles } = rig()
  troubles.came('command', ['error', full])
  troubles.went('look')
  assert.is(troubles.message, undefined)
})

test('what is left undone is told once while it lasts', () => {
  const { notes, troubles } = rig()
  const note = 'what slb told the gobgpd at unix:/a may stand there still'
  troubles.left([note])
  troubles.left([note])
  assert.equal(notes, [`warn ${note}`])
  assert.is(troubles.message, undefined)
  troubles.left([])
  troubles.left([note])
  assert.is(notes.length, 2)
})

test.run()
