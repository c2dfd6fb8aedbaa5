/** The unit as it is shipped: what systemd thinks of it, and what it lets slb do. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFolder } from '../project.ts'
import { enterFreshNamespace } from './namespace.ts'

const unit = join(projectFolder, 'packaging/slb.service')

test('the exposure is at most 1.8 of 10', () => {
  const said = execFileSync('systemd-analyze', ['security', '--offline=true', unit], {
    encoding: 'utf8',
  })
  const exposure = Number(/exposure level for slb\.service: ([0-9.]+)/.exec(said)?.[1])
  assert.ok(exposure > 0 && exposure <= 1.8, said)
})

interface Report {
  readonly ended: (name: string) => string
  readonly log: string
}

/** Boots systemd with the unit around a program, until that has been started, killed and stopped. */
async function boot(program: string): Promise<Report> {
  enterFreshNamespace()
  const out = mkdtempSync(join(tmpdir(), 'slb-systemd-'))
  const script = join(projectFolder, 'test/lab/systemd.sh')
  const node = realpathSync(process.execPath)
  const child = spawn(script, [projectFolder, node, out, program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', text => {
      log += text
    })
  const ended = new Promise(resolve => child.once('close', resolve))
  let running = true
  ended.then(() => {
    running = false
  })
  for (let waited = 0; running && waited < 180_000 && !existsSync(join(out, 'done')); waited += 100)
    await sleep(100)
  child.kill('SIGKILL')
  await ended
  const read = (name: string): string => {
    assert.ok(existsSync(join(out, name)), `no ${name}:\n${log}`)
    return readFileSync(join(out, name), 'utf8').trim()
  }
  return { ended: read, log }
}

test('systemd starts, reloads and stops it, in its sandbox, and what slb needs works there', async () => {
  const { ended, log } = await boot('dist/test/lab/service-probe.js')
  ended('done')
  assert.is(ended('started'), 'active', log)
  assert.is(ended('status'), 'all is well')
  assert.is(ended('reload'), '0')
  assert.is(ended('reloaded'), 'read again')
  assert.is(ended('stopped'), 'success')
  assert.is(ended('last'), 'stopped in order')
  const { apply, ...found } = JSON.parse(ended('probe'))
  assert.equal(found, {
    uid: true,
    environment: [],
    pulse: 15_000,
    // CAP_NET_ADMIN is number 12, CAP_NET_RAW 13.
    capabilities: ['0000000000003000', '0000000000003000'],
    byRoot: 'root\n',
    tables: ['web.toml'],
    write: {
      ipForward: 'ok',
      ipv6Forward: 'ok',
      vs: 'ok',
      otherSysctl: 'EROFS',
      configuration: 'EACCES',
      runtime: 'ok',
      system: 'EROFS',
    },
    socket: { inet: true, packet: true, vsock: false, netlink: true, unix: true },
    nft: 'ok',
  })
  assert.is(apply.status, 0, apply.err)
  assert.match(apply.out, '+ tcp 192.0.2.10:80')
})

const web = `-A -t 192.0.2.10:80 -s wrr
-a -t 192.0.2.10:80 -r 10.0.0.11:8080 -m -w 1`

test('the daemon does its work in it, and is started again when it was killed or stands still', async () => {
  const { ended, log } = await boot('dist/src/cli/main.js run')
  ended('done')
  assert.is(ended('started'), 'active', `${log}${ended('said')}`)
  assert.is(ended('ipvs'), web, ended('said'))
  assert.is(ended('socket'), 'slb:slb 660')
  assert.is(ended('again'), 'active')
  assert.is(ended('restarts'), '1')
  assert.is(ended('ipvs-again'), web)
  // One that was stopped (SIGSTOP) no longer says that it is alive.
  assert.is(ended('watched'), 'active', log)
  assert.is(ended('watched-restarts'), '1', log)
  assert.is(ended('ipvs-watched'), web)
  assert.match(ended('history'), '000001.json')
  assert.is(ended('history-watched'), ended('history'), 'nothing was applied')
  assert.is(ended('reload'), '0')
  assert.is(ended('stopped'), 'success', ended('said'))
  assert.is(ended('ipvs-stopped'), web)
  for (const line of ended('said').split('\n')) assert.ok(JSON.parse(line).message, line)
})

test.run()
