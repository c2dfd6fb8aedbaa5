/** `slb run` at a terminal: who may, how it ends, and that it does not go on without its socket. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { daemonRig, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))
const web = `[service.web]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.11"]
`

/** Under script(1), which gives it a terminal of its own; what is written to its input is typed. */
function atTerminal(environment: Record<string, string> = {}) {
  const daemon = daemonRig({ 'web.toml': web })
  const { folder, socket, rig } = daemon
  const command = `${process.execPath} ${main} run -c ${folder} --socket ${socket} --state-dir ${rig.stateDir}`
  const child: ChildProcess = spawn('script', ['-qec', `exec ${command}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return {
    child,
    socket,
    text: () => text,
    said: (what: string) => until(what, () => text.includes(what)),
  }
}

test('its log is for people, and Ctrl-C ends it', async () => {
  const { child, text, said } = atTerminal()
  await said('ready: 1 service as configured')
  child.stdin?.write('\u0003')
  const [status] = await once(child, 'exit')
  assert.is(status, 0)
  assert.match(text(), /stopping \(SIGINT\)[\s\S]*stopped/)
  assert.match(text(), '\u001b[')
})

test('without colours where nobody wants them', async () => {
  const { child, text, said } = atTerminal({ NO_COLOR: '1' })
  await said('ready: ')
  child.stdin?.write('\u0003')
  await once(child, 'exit')
  assert.not.match(text(), '\u001b')
})

test('it ends with its terminal', async () => {
  const { child, said, socket } = atTerminal()
  await said('ready: ')
  assert.ok(existsSync(socket))
  child.kill('SIGKILL')
  await until('the end', () => !existsSync(socket))
})

test('an ordinary user is told what is missing, and nothing is begun', async () => {
  const daemon = daemonRig({ 'web.toml': web })
  daemon.launch({ under: ['setpriv', '--bounding-set', '-net_admin'] })
  const { status, err } = await daemon.running.ended
  assert.is(status, 1)
  assert.match(err, /slb run may not change the network of this machine/)
  assert.match(err, /CAP_NET_ADMIN/)
})

test('without its socket it begins nothing, and ends', async () => {
  const daemon = daemonRig({ 'web.toml': web })
  mkdirSync(join(daemon.socket))
  daemon.launch()
  const { status, err } = await daemon.running.ended
  assert.is(status, 1)
  assert.match(err, /what stands there is no socket/)
  assert.equal(saved(), [])
})

test('slb status fits the terminal that it was typed at, also when the daemon answers', async () => {
  const daemon = daemonRig({ 'web.toml': `${web}check = { type = "tcp" }\n` })
  await daemon.start()
  try {
    const reason = 'a kernel update, with the firmware of the network card'
    await daemon.slb('drain', 'web/10.0.0.11', '--for', '2h', '--reason', reason)
    const command = `${process.execPath} ${main} status --socket ${daemon.socket} --no-color`
    const at = async (columns: number): Promise<readonly string[]> => {
      const child = spawn(
        'script',
        ['-qec', `stty cols ${columns}; exec ${command}`, '/dev/null'],
        {
          env: { PATH: process.env['PATH'], TERM: 'xterm' },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      )
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      await once(child, 'exit')
      return text.trimEnd().split(/\r?\n/)
    }
    const [fits, whole] = [await at(80), await at(250)]
    assert.ok(
      fits.every(line => line.length <= 80),
      fits.join('\n'),
    )
    assert.match(fits.join(' ').replace(/ +/g, ' '), reason)
    assert.ok(whole.some(line => line.length > 120 && line.endsWith(reason)))
  } finally {
    await daemon.stop('SIGKILL')
  }
})

test.run()
