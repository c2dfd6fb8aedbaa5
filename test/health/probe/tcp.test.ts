/** Connecting once: good, refused, dropped, given up; and nothing is left open. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tcp } from '../../../src/health/probe/tcp.ts'
import {
  ask,
  blackHole,
  checkOf,
  freePort,
  isDown,
  isOwn,
  leavesNothing,
  serve,
  using,
} from './rig.ts'

const question = { type: 'tcp' } as const

test('a port that takes connections is good, over IPv4 and IPv6', async () => {
  for (const address of ['127.0.0.1', '::1'])
    await using(
      serve(() => {}, address),
      async port => {
        await leavesNothing(async () => {
          assert.equal(await ask(tcp, checkOf(question, port, { address })), { ok: true })
        })
      },
    )
})

test('nothing is sent, and the connection is reset: no TIME_WAIT stays', async () => {
  const received: string[] = []
  const closed = new Promise<unknown>(resolve => {
    void using(
      serve(socket => {
        socket.on('data', bytes => received.push(String(bytes)))
        socket.on('error', resolve)
        socket.on('end', () => resolve('ended in the ordinary way'))
      }),
      async port => {
        await ask(tcp, checkOf(question, port))
        const error = await closed
        assert.is((error as NodeJS.ErrnoException).code, 'ECONNRESET')
        const hex = port.toString(16).toUpperCase().padStart(4, '0')
        const waiting = readFileSync('/proc/net/tcp', 'utf8')
          .split('\n')
          .filter(line => new RegExp(`:${hex} 06 `).test(line))
        assert.equal(waiting, [])
      },
    )
  })
  await closed
  assert.equal(received, [])
})

test('a port that nobody listens to', async () => {
  const port = await freePort()
  await leavesNothing(async () => {
    isDown(await ask(tcp, checkOf(question, port)), 'connection refused')
  })
})

test('a server that drops what comes: an answer when the time is over', async () => {
  await using(blackHole(), async port => {
    await leavesNothing(async () => {
      isDown(await ask(tcp, checkOf(question, port, { timeout: 120 })), 'no connection in 0.12 s')
    })
  })
})

test('given up: the connection is closed at once', async () => {
  await using(blackHole(), async port => {
    await leavesNothing(async () => {
      const stop = new AbortController()
      const answer = tcp(checkOf(question, port, { timeout: 60_000 }), stop.signal)
      await new Promise(resolve => setTimeout(resolve, 20))
      stop.abort()
      assert.is((await answer).ok, false)
    })
    await leavesNothing(async () => {
      const answer = await tcp(checkOf(question, port, { timeout: 60_000 }), AbortSignal.abort())
      assert.is(answer.ok, false)
    })
  })
})

test('an answer that was there in time counts, though the loop was held up', async () => {
  await using(
    serve(() => {}),
    async port => {
      const answer = ask(tcp, checkOf(question, port, { timeout: 50 }))
      const until = performance.now() + 200
      while (performance.now() < until);
      assert.equal(await answer, { ok: true })
    },
  )
})

test('a source address that is not here is our own fault', async () => {
  await using(
    serve(() => {}),
    async port => {
      await leavesNothing(async () => {
        const answer = await ask(tcp, checkOf(question, port, { source: '192.0.2.77' }))
        isOwn(answer, 'this machine does not have the source address 192.0.2.77')
      })
      assert.equal(await ask(tcp, checkOf(question, port, { source: '127.0.0.9' })), { ok: true })
    },
  )
})

test('500 at a time leave nothing behind', async () => {
  await using(
    serve(() => {}),
    async port => {
      await leavesNothing(async () => {
        const answers = await Promise.all(
          Array.from({ length: 500 }, () => ask(tcp, checkOf(question, port))),
        )
        assert.is(answers.filter(answer => answer.ok).length, 500)
      })
    },
  )
})

test.run()
