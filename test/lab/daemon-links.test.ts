/** `slb run` and the kernel that others change: links that come and go, and programs that fight. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until, untilSaved } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { randomFrom, seed } from './random.ts'
import { freshRig, running } from './rig.ts'
import { times } from './rounds.ts'

const below = randomFrom(seed)

/** A VIP on a link that is not ours, and a service beside it. */
const moving = `[vip.front]
address = ["192.0.2.10", "2001:db8::10"]
link = "eth7"
[service.web]
vip = "front"
port = 80
backends = ["10.0.0.11", "fd00::11"]
`
const api = `[service.api]
vip = ["192.0.2.20", "2001:db8::20"]
port = 80
backends = ["10.0.0.21", "fd00::21"]
`
/** Longer than the time in which three repairs of a key are a fight, for two of them, in milliseconds. */
const peace = 10_500

async function withUplink(
  work: (daemon: DaemonRig) => Promise<void>,
  settings = '# as ever\n',
): Promise<void> {
  const rig = freshRig()
  uplink()
  foreign()
  const daemon = daemonRig({ 'slb.toml': settings, 'web.toml': moving, 'api.toml': api }, rig)
  await daemon.start()
  try {
    await work(daemon)
    assert.match((await daemon.slb('plan')).out, /No changes/)
    const bugs = daemon.log().filter(({ message }) => /fault in slb/.test(message))
    assert.equal(bugs, [])
    assert.is(daemon.running.process.exitCode, null, 'it is still there')
  } finally {
    await daemon.stop('SIGKILL')
  }
}

function uplink(): void {
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
}

const foreignService = [
  '-A -t 203.0.113.1:99 -s wlc',
  '-a -t 203.0.113.1:99 -r 10.9.0.1:99 -m -w 4',
]

function foreign(): void {
  ip(
    undefined,
    'link add eth8 type dummy',
    'link set eth8 up',
    'address add 198.51.100.1/24 dev eth8',
  )
  for (const line of foreignService) run(undefined, 'ipvsadm', ...line.split(' '))
}

function foreignIsWhole(): void {
  assert.match(run(undefined, 'ip', '-br', 'address', 'show', 'eth8'), '198.51.100.1/24')
  for (const line of foreignService) assert.ok(saved().includes(line), line)
}

/** Addresses of a link that are in use: duplicate address detection is over. */
function usable(link: string): readonly string[] {
  try {
    return run(undefined, 'ip', '-o', 'address', 'show', 'dev', link, 'scope', 'global')
      .split('\n')
      .filter(line => !/tentative|dadfailed/.test(line))
      .flatMap(line => /inet6? (\S+)/.exec(line)?.[1] ?? [])
  } catch {
    return [] // no such link
  }
}

const vips = {
  eth7: ['192.0.2.10/32', '2001:db8::10/128'],
  slb0: ['192.0.2.20/32', '2001:db8::20/128'],
}

/** How long it takes until all VIPs of a link are there, in milliseconds. */
async function back(link: keyof typeof vips): Promise<number> {
  const begun = performance.now()
  await until(`the VIPs on ${link}`, () => vips[link].every(one => usable(link).includes(one)))
  return performance.now() - begun
}

function show(what: string, took: readonly number[]): void {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(sorted[Math.floor((took.length - 1) * share)] ?? 0)
  console.log(
    `  ${what}: ${took.length} times, back after ${at(0.5)} ms (median), ${at(1)} ms (most)`,
  )
}

test('a link that vanishes takes its VIP along, and brings it back; nobody else notices', () =>
  withUplink(async daemon => {
    console.log(`  SLB_SEED=${seed}`)
    const table = saved()
    const took: number[] = []
    for (let round = 0; round < 4 * times; round++) {
      ip(undefined, 'link del eth7')
      await sleep(below(1000))
      uplink()
      took.push(await back('eth7'))
      assert.equal(saved(), table)
      assert.is(
        vips.slb0.every(one => usable('slb0').includes(one)),
        true,
      )
      await sleep(below(300))
    }
    show('a link deleted and made', took)
    foreignIsWhole()
    const touched = daemon
      .log()
      .flatMap(line => (line['found'] as readonly string[] | undefined) ?? [])
      .filter(one => !/eth7/.test(one))
    assert.equal(touched, [], 'only what was on that link is repaired')
  }))

test('IPv6 VIPs go with a link that goes down, and come back', () =>
  withUplink(async () => {
    const took: number[] = []
    for (let round = 0; round < times; round++) {
      for (const link of ['eth7', 'slb0'] as const) {
        ip(undefined, `link set ${link} down`)
        await sleep(below(1000))
        // Ours comes up by itself.
        if (link === 'eth7') ip(undefined, `link set ${link} up`)
        took.push(await back(link))
        assert.match(run(undefined, 'ip', '-o', 'link', 'show', link), /[<,]UP[,>]/)
      }
      if (round + 1 < times) await sleep(peace / 2)
    }
    show('a link down and up', took)
    foreignIsWhole()
  }))

/** What the table is without the rows of others. */
function ours(): readonly string[] {
  return saved().filter(line => !line.includes('203.0.113.1:'))
}

test('whatever others do to ours once is repaired, and theirs stays theirs', () =>
  withUplink(async daemon => {
    const table = ours()
    const meddling: readonly (readonly [string, () => void])[] = [
      [
        'ipvsadm -C',
        () => {
          run(undefined, 'ipvsadm', '-C')
          for (const line of foreignService) run(undefined, 'ipvsadm', ...line.split(' '))
        },
      ],
      ['ipvsadm -E', () => run(undefined, 'ipvsadm', '-E', '-t', '192.0.2.20:80', '-s', 'lc')],
      [
        'ipvsadm -d',
        () => run(undefined, 'ipvsadm', '-d', '-t', '192.0.2.10:80', '-r', '10.0.0.11:80'),
      ],
      ['ip address flush', () => ip(undefined, 'address flush dev slb0')],
    ]
    const took: number[] = []
    for (let round = 0; round < times; round++) {
      for (const [, meddle] of meddling) {
        meddle()
        const begun = performance.now()
        await back('slb0')
        await untilSaved(...table, ...foreignService)
        took.push(performance.now() - begun)
      }
      if (round + 1 < times) await sleep(peace)
    }
    show('ipvsadm -C, -E, -d, ip address flush', took)
    foreignIsWhole()
    assert.ok(daemon.log().every(({ message }) => !/somebody else/.test(message)))
  }))

test('a rollback and an undo go back behind an edit, and never back to damage', () =>
  withUplink(async daemon => {
    const before = ours()
    daemon.save('api.toml', `${api}scheduler = "rr"\n`)
    const rr = before.map(line => line.replace(/^(-A .*(?:2\.20|::20)\]?:80 -s) wrr/, '$1 rr'))
    await untilSaved(...rr, ...foreignService)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    await untilSaved(...rr, ...foreignService)
    const back = await daemon.slb('rollback')
    assert.is(back.status, 0, back.out + back.err)
    assert.equal(ours(), before, 'what was repaired before stays')
    await daemon.slb('resume')
    await untilSaved(...rr, ...foreignService)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    assert.is((await daemon.slb('rollback')).status, 0)
    assert.equal(ours(), before, 'what is not repaired yet is repaired first')
    const trial = await daemon.slb('apply', '--confirm', '3s')
    assert.is(trial.status, 0, trial.out + trial.err)
    assert.equal(ours(), rr)
    run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
    await daemon.logged(/it is undone/)
    await untilSaved(...before, ...foreignService)
    assert.is((await daemon.slb('resume')).status, 0)
    await untilSaved(...rr, ...foreignService)
  }))

/** Another program that does not want what slb wants. */
function rival(command: string): { end(): Promise<void> } {
  const loop = `trap 'exit 0' TERM; echo; while :; do ${command} 2>/dev/null; sleep 0.2; done`
  const other = running(spawn('bash', ['-c', loop], { stdio: ['ignore', 'pipe', 'pipe'] }))
  return {
    async end() {
      other.process.kill('SIGTERM')
      if (other.process.exitCode === null) await once(other.process, 'exit')
    },
  }
}

function applies(daemon: DaemonRig): number {
  return daemon.log().filter(({ message }) => message === 'repaired drift').length
}

test('a key that is fought over is left alone, the log says so, and others stay served', () =>
  withUplink(async daemon => {
    const other = rival('ipvsadm -D -t 192.0.2.20:80; ip address del 192.0.2.20/32 dev slb0')
    try {
      await daemon.logged(/somebody else changes tcp 192\.0\.2\.20:80 back/)
      await daemon.logged(/somebody else changes address slb0 192\.0\.2\.20\/32 back/)
      const repairs = applies(daemon)
      await sleep(2500)
      assert.is(applies(daemon), repairs, 'no more repairs')
      // What nobody fights over is repaired meanwhile.
      run(undefined, 'ipvsadm', '-D', '-t', '192.0.2.10:80')
      await until('the other service', () => saved().some(line => line.includes('192.0.2.10:80')))
      foreignIsWhole()
    } finally {
      await other.end()
    }
    if (times > 1) await sleep(35_000)
    // Whoever does not want to wait saves a file, or says apply.
    else assert.is((await daemon.slb('apply')).status, 0)
    assert.ok(saved().includes('-A -t 192.0.2.20:80 -s wrr'))
    await back('slb0')
  }, '[node]\ndrift_interval = "500ms"\n'))

test.run()
