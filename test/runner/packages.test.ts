import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aptFailure } from '../lab/kernel/packages.ts'

test('apt that fails is told by its errors, without its options, and with what to do', () => {
  const stderr =
    'E: Release file for http://mirror.example/debian/dists/sid/InRelease is expired (invalid since 16d).\n'
  const printed = { status: 100, stdout: 'Get:1 sid InRelease [193 kB]\n', stderr }
  const told = aptFailure(['-o', 'Dir::Cache=/somewhere', 'update'], printed)
  assert.match(told, /^apt-get update failed \(100\):\nE: Release file for .*\nhint: set the clock/)
  assert.not.match(told, /Dir::Cache|Get:1/)
})

test('without an error of its own the last lines of apt are told', () => {
  const told = aptFailure(['download', 'x'], { status: -1, stdout: '', stderr: 'spawn ENOENT' })
  assert.is(told, 'apt-get download x failed (-1):\nspawn ENOENT')
})

test.run()
