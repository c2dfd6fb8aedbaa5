/** Running commands as checks: what they say, and that nothing of them stays. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { exec } from '../../../src/health/probe/exec.ts'
import type { Answer } from '../../../src/health/probe.ts'
import { ask, checkOf, type Extra, isDown, isOwn, leavesNothing } from './rig.ts'

/** Runs a script of the shell, which is root's; `$0` and the rest are the arguments. */
async function answerOf(
  script: string,
  {
    weight = false,
    args = [] as readonly string[],
    ...extra
  }: Extra & { weight?: boolean; args?: readonly string[] } = {},
): Promise<Answer> {
  let answer: Answer = { ok: true }
  await leavesNothing(async () => {
    const command = ['/bin/sh', '-c', script, ...args]
    answer = await ask(exec, checkOf({ type: 'exec', command, weight }, 8080, extra))
  })
  return answer
}

test('status 0 is good, any other is not, with the first line of what it complains', async () => {
  assert.equal(await answerOf('exit 0'), { ok: true })
  isDown(await answerOf('exit 3'), 'exit status 3')
  isDown(
    await answerOf('echo; echo no such table >&2; echo more >&2; exit 1'),
    'exit status 1: no such table',
  )
  isDown(await answerOf('kill -SEGV $$'), 'killed by SIGSEGV')
})

test('address and port stand in the arguments, the environment is empty, and there is no input', async () => {
  const same = (script: string, ...args: string[]) => answerOf(script, { args, address: '::1' })
  assert.equal(await same('test "$0 $1" = "::1 at 8080/::1"', '{address}', 'at {port}/{address}'), {
    ok: true,
  })
  assert.equal(await same('test "$HOME$USER$NODE_OPTIONS" = "" && test "$(pwd)" = /'), { ok: true })
  assert.equal(await same('read line; test "$line" = ""'), { ok: true })
})

test('the first line of its output says the weight where asked', async () => {
  const weight = true
  assert.equal(await answerOf('echo 50; echo 60', { weight }), { ok: true, weight: 50 })
  assert.equal(await answerOf('echo 50'), { ok: true })
  assert.equal(await answerOf('echo much', { weight }), {
    ok: true,
    warning: 'the command says "much", not a weight from 0 to 65535',
  })
  isDown(await answerOf('echo 50; exit 1', { weight }), 'exit status 1')
})

/** Runs a script that writes numbers of processes, and returns those that still live afterwards. */
async function survivors(
  script: (file: string) => string,
  use: (script: string, begun: () => boolean) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'slb-exec-'))
  const file = join(folder, 'pids')
  try {
    await use(script(file), () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
    const pids = readFileSync(file, 'utf8').trim().split('\n')
    for (let tries = 0; tries < 50 && pids.some(alive); tries++)
      await new Promise(resolve => setTimeout(resolve, 10))
    assert.ok(pids.length > 0)
    return pids.filter(alive)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Neither gone nor a zombie that waits for its parent. */
function alive(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

test('one that does not end is killed, with all that it has started', async () => {
  const left = await survivors(
    file => `sleep 1000 & echo $! >${file}; echo $$ >>${file}; sleep 1000`,
    async script =>
      isDown(await answerOf(script, { timeout: 1000 }), 'no end of the command in 1 s'),
  )
  assert.equal(left, [])
})

test('what it leaves running is killed, and not waited for', async () => {
  const left = await survivors(
    file => `sleep 1000 & echo $! >${file}`,
    async script => assert.equal(await answerOf(script), { ok: true }),
  )
  assert.equal(left, [])
})

test('given up: killed at once', async () => {
  const left = await survivors(
    file => `echo $$ >${file}; sleep 1000`,
    (script, begun) =>
      leavesNothing(async () => {
        const stop = new AbortController()
        const question = {
          type: 'exec',
          command: ['/bin/sh', '-c', script],
          weight: false,
        } as const
        const answer = exec(checkOf(question, 1, { timeout: 60_000 }), stop.signal)
        while (!begun()) await new Promise(resolve => setTimeout(resolve, 5))
        stop.abort()
        assert.is((await answer).ok, false)
      }),
  )
  assert.equal(left, [])
})

test('one that writes without end is held up', async () => {
  isDown(
    await answerOf('while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx >&2; done', {
      timeout: 1000,
    }),
    'no end of the command, which writes more than 64 KiB, in 1 s',
  )
  assert.equal(await answerOf('while :; do echo x; done & exit 0'), { ok: true })
})

test('what cannot be run is our own fault', async () => {
  const run = (...command: string[]) =>
    ask(exec, checkOf({ type: 'exec', command, weight: false }, 1))
  isOwn(await run('/usr/bin/no-such-check'), '/usr/bin/no-such-check is not run: it does not exist')
  isOwn(await run('/etc/passwd'), /^cannot start \/etc\/passwd: it is not executable/)
  const command = ['/bin/true']
  const question = { type: 'exec', command, weight: false, user: 'nobody-we-know' } as const
  await leavesNothing(async () => {
    isOwn(await ask(exec, checkOf(question, 1)), 'there is no user nobody-we-know here')
  })
})

test.run()
