/** The OOM killer takes `slb run` in the middle of its work: the next start gets there. */
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writeConfig } from '../../bench/generate.ts'
import { rounds } from '../rounds.ts'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { run } from './namespace.ts'

const size = { services: 2000, backends: 5, files: 20, external: true }
/** In each of them it is killed three times. */
const lives = rounds(1, 34)
const foreign = '198.51.100.1:80'

/** A group of processes whose memory can be limited (cgroup v2, memory.max). */
function memoryGroup() {
  const top = mkdtempSync('/run/cgroup-')
  run(undefined, 'mount', '-t', 'cgroup2', 'none', top)
  writeFileSync(join(top, 'cgroup.subtree_control'), '+memory')
  const group = join(top, `slb-test-${process.pid}`)
  mkdirSync(group)
  const limit = (bytes: string): void => writeFileSync(join(group, 'memory.max'), bytes)
  return {
    take: (pid: number) => writeFileSync(join(group, 'cgroup.procs'), String(pid)),
    limit,
    kills: () =>
      Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(group, 'memory.events'), 'utf8'))?.[1]),
    close() {
      rmdirSync(group)
      run(undefined, 'umount', '-l', top)
      rmdirSync(top)
    },
  }
}

/** A table that holds nothing but what others made. */
function clear(): void {
  run(undefined, 'ipvsadm', '-C')
  run(undefined, 'ipvsadm', '-A', '-t', foreign, '-s', 'rr')
}

/** How many virtual services the kernel has. */
const services = (): number =>
  readFileSync('/proc/net/ip_vs', 'utf8').match(/^TCP {2}/gm)?.length ?? 0

async function ready(daemon: DaemonRig): Promise<void> {
  await until('ready', () => /"message":"ready/.test(daemon.text()))
}

/** One life: killed as it begins, as it applies, and as it is idle. */
async function live(group: ReturnType<typeof memoryGroup>): Promise<number> {
  // In a namespace of its own: destinations that were deleted linger, and make new ones slow.
  const daemon = daemonRig({})
  writeConfig(daemon.folder, size)
  const before = group.kills()
  let kills = 0
  const launch = (): void => {
    daemon.launch()
    group.take(daemon.running.process.pid ?? 0)
  }
  const killed = async (when: string): Promise<void> => {
    const { process } = daemon.running
    await daemon.running.ended
    assert.is(process.signalCode, 'SIGKILL', when)
    assert.is(group.kills(), before + ++kills, when)
    group.limit('max')
  }
  try {
    group.limit(String(24 << 20))
    launch()
    await killed('as it begins')
    let some = 0
    // On a machine that stands still for a moment it may be through before it is killed.
    for (let tries = 0; tries < 5 && (some === 0 || some > size.services); tries++) {
      clear()
      launch()
      while (services() < 100) await sleep(1)
      group.limit('0')
      await killed('as it applies')
      some = services()
    }
    assert.ok(some <= size.services, 'in the midst of it: one of them is foreign')
    launch()
    await ready(daemon)
    assert.is(services(), size.services + 1)
    group.limit('0')
    await killed('as it is idle')
    launch()
    await ready(daemon)
    assert.match((await daemon.slb('plan')).out, /No changes/)
    assert.is(services(), size.services + 1)
    assert.match(run(undefined, 'ipvsadm', '-Sn'), `-A -t ${foreign} -s rr`)
    assert.not.match(daemon.text(), /fault in slb/)
    return kills
  } finally {
    await daemon.stop('SIGKILL')
  }
}

test('killed for want of memory as it begins, as it applies, and as it is idle', async () => {
  const group = memoryGroup()
  let kills = 0
  try {
    for (let round = 1; round <= lives; round++) kills += await live(group)
  } finally {
    group.close()
  }
  console.log(`  ${kills} kills in ${lives} lives`)
})

test.run()
