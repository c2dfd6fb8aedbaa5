/** `slb run` without file descriptors, without room, and on a disk that fails: it holds, and goes on by itself. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import {
  journalKnowsAll,
  lines,
  loggedAfter,
  mail,
  mailLines,
  noFaultOfItsOwn,
  peace,
  sceneOf,
  service,
  web,
  webLines,
} from './daemon-pair.ts'
import { type DaemonRig, daemonRig, until, untilSaved, withDaemon } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { running } from './rig.ts'

const withoutDescriptors = rounds(1, 100)
const withoutRoom = rounds(1, 100)
const failing = rounds(1, 50)

test('out of file descriptors it holds, says so, and goes on by itself', () =>
  withDaemon({ 'web.toml': web(), 'mail.toml': mail() }, async daemon => {
    const limit = (files: string): void => {
      const pid = String(daemon.running.process.pid)
      execFileSync('prlimit', ['--pid', pid, `--nofile=${files}`])
    }
    for (let round = 1; round <= withoutDescriptors; round++) {
      const logged = daemon.log().length
      limit('3:20000')
      daemon.save('web.toml', web(round + 1))
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.24:80')
      await loggedAfter(daemon, logged, /EMFILE/)
      limit('20000:20000')
      await untilSaved(...webLines(round + 1), ...mailLines())
      journalKnowsAll(daemon)
      if (round < withoutDescriptors) await sleep(peace)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
    console.log(`  out of file descriptors: ${withoutDescriptors} times`)
  }))

test('with a full disk it holds, says so, and goes on by itself', async () => {
  const daemon = daemonRig({ 'web.toml': web(), 'mail.toml': mail() })
  const { stateDir } = daemon.rig
  mkdirSync(stateDir, { recursive: true })
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDir)
  try {
    await daemon.start()
    for (let round = 1; round <= withoutRoom; round++) {
      const before = saved()
      const logged = daemon.log().length
      fill(join(stateDir, 'full'))
      daemon.save('web.toml', web(round + 1))
      daemon.save('more.toml', service('another', round))
      await loggedAfter(daemon, logged, /ENOSPC/)
      await sleep(4000)
      const told = daemon
        .log()
        .slice(logged)
        .filter(({ message }) => /^(?!over).*ENOSPC/.test(message))
      assert.is(told.length, 1, JSON.stringify(told))
      journalKnowsAll(daemon)
      assert.equal(saved(), before, 'nothing was changed that could not be written down')
      rmSync(join(stateDir, 'full'))
      await untilSaved(...webLines(round + 1), ...mailLines(), ...lines('another', round))
      journalKnowsAll(daemon)
      await loggedAfter(daemon, logged, /"over: .*ENOSPC/)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
    noFaultOfItsOwn(daemon)
    console.log(`  a full disk: ${withoutRoom} times`)
  } finally {
    await daemon.stop('SIGKILL')
    run(undefined, 'umount', '-l', stateDir)
  }
})

test('with a full disk from the start it is not ready before it has done something', async () => {
  const daemon = daemonRig({ 'web.toml': web() })
  const { stateDir } = daemon.rig
  mkdirSync(stateDir, { recursive: true })
  run(undefined, 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', stateDir)
  try {
    fill(join(stateDir, 'full'))
    daemon.launch()
    await daemon.logged(/ENOSPC/)
    await sleep(1500)
    assert.not.match(daemon.text(), /"ready/)
    assert.equal(saved(), [])
    rmSync(join(stateDir, 'full'))
    await daemon.logged(/^ready: 1 service as configured/)
    assert.equal(saved(), webLines())
  } finally {
    await daemon.stop('SIGKILL')
    run(undefined, 'umount', '-l', stateDir)
  }
})

/** Writes until there is no room for a single byte more. */
function fill(path: string): void {
  let size = 0
  for (const step of [65_536, 4096, 1]) {
    try {
      for (;;) {
        writeFileSync(path, Buffer.alloc(step), { flag: 'a' })
        size += step
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  assert.ok(size > 0)
}

test('a disk that fails under a file holds what the file said; the others count', () =>
  withDaemon({ 'web.toml': web(), 'mail.toml': mail() }, async daemon => {
    for (let round = 1; round <= failing; round++) {
      const logged = daemon.log().length
      const mend = await fails(daemon, 'openat', join(daemon.folder, 'web.toml'))
      daemon.save('web.toml', web(round + 1))
      daemon.save('mail.toml', mail(round + 1))
      const cannot = /the disk has an error.*web\.toml cannot be read: what it said before/
      await loggedAfter(daemon, logged, cannot)
      await untilSaved(...webLines(round), ...mailLines(round + 1))
      await mend()
      await untilSaved(...webLines(round + 1), ...mailLines(round + 1))
    }
    console.log(`  a file that cannot be read (EIO): ${failing} times`)
  }))

/** What slb takes for its own must be written down first: here a service under another key each time. */
const moving = (round: number): string =>
  service('moving').replace('port = 80', `port = ${8000 + round}`)
const movingLines = (round: number): string[] =>
  lines('moving').map(line => line.replaceAll(':80 ', `:${8000 + round} `))

test('a disk that fails under the journal keeps the kernel as it is, until it works again', () =>
  withDaemon({ 'web.toml': web(), 'moving.toml': moving(0) }, async daemon => {
    for (let round = 1; round <= failing; round++) {
      const before = saved()
      const logged = daemon.log().length
      const mend = await fails(daemon, 'fsync', join(sceneOf(daemon), 'journal.json.tmp'))
      daemon.save('moving.toml', moving(round))
      await loggedAfter(daemon, logged, /journal\.json: .*EIO/)
      await sleep(500)
      assert.equal(saved(), before, 'nothing was changed that could not be written down')
      journalKnowsAll(daemon)
      await mend()
      await untilSaved(...webLines(), ...movingLines(round))
      journalKnowsAll(daemon)
    }
    assert.match((await daemon.slb('plan')).out, /No changes/)
    console.log(`  a journal that cannot be written (EIO): ${failing} times`)
  }))

/** From now on this system call on this file fails (EIO), in all threads, until the function is called. */
async function fails(
  { running: { process } }: DaemonRig,
  call: string,
  path: string,
): Promise<() => Promise<void>> {
  const options = ['-f', '-P', path, '-e', `trace=${call}`, '-e', `inject=${call}:error=EIO`]
  const tracer = running(
    spawn('strace', [...options, '-p', String(process.pid)], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  let said = ''
  tracer.process.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await until('strace', () => said.includes('attached'))
  return async () => {
    assert.match(said, `${call}(`, 'it has failed')
    tracer.process.kill('SIGINT')
    await tracer.ended
  }
}

test.run()
