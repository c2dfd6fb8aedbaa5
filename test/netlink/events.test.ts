import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { errnoNumber } from '../../src/netlink/errno.ts'
import { type LinkEvent, type LinkListenerOptions, listenLinks } from '../../src/netlink/events.ts'
import type { Libc } from '../../src/netlink/libc.ts'
import { script } from './scripted.ts'

interface Rig {
  readonly libc: Libc
  /** What the receiving calls find: a number of datagrams, or the name of an error number. */
  readonly finds: (number | string)[]
  /** Which errors the next sockets meet. */
  readonly refusals: string[]
  readonly open: Set<number>
  readonly events: LinkEvent[]
  readonly troubles: string[]
  listen(options?: LinkListenerOptions): ReturnType<typeof listenLinks>
  /** What the kernel does when something has come. */
  signal(): void
}

function rig(): Rig {
  let errno = 0
  let last = 2
  const fail = (name: string): -1 => {
    errno = errnoNumber(name)
    return -1
  }
  const self: Rig = {
    finds: [],
    refusals: [],
    open: new Set(),
    events: [],
    troubles: [],
    libc: {
      ...script(() => []).libc,
      socket: () => {
        const refusal = self.refusals.shift()
        if (refusal !== undefined) return fail(refusal)
        self.open.add(++last)
        return last
      },
      close: fd => (self.open.delete(fd) ? 0 : fail('EBADF')),
      recvmmsg: () => {
        const found = self.finds.shift() ?? 'EAGAIN'
        return typeof found === 'number' ? found : fail(found)
      },
      errno: () => errno,
    },
    listen: options =>
      listenLinks(event => self.events.push(event), {
        libc: self.libc,
        gather: 1,
        spacing: 1,
        onTrouble: error => self.troubles.push(error.message),
        ...options,
      }),
    signal: () => process.emit('SIGURG', 'SIGURG'),
  }
  return self
}

test('many events that come together are one call', async () => {
  const { listen, signal, finds, events } = rig()
  const listener = listen({ gather: 20 })
  for (let i = 0; i < 100; i++) {
    finds.push(64, 64, 3)
    signal()
  }
  await sleep(60)
  assert.equal(events, ['changed'])
  await listener.close()
})

test('one that comes later is another call', async () => {
  const { listen, signal, finds, events } = rig()
  const listener = listen()
  for (let i = 0; i < 3; i++) {
    finds.push(1)
    signal()
    await sleep(30)
  }
  assert.equal(events, ['changed', 'changed', 'changed'])
  await listener.close()
})

test('an overflow is told as such, whatever comes after it', async () => {
  const { listen, signal, finds, events, open } = rig()
  const listener = listen()
  finds.push(64, 'ENOBUFS', 64, 12)
  signal()
  await sleep(30)
  assert.equal(events, ['lost'])
  assert.is(open.size, 1)
  finds.push('EINTR', 1)
  signal()
  await sleep(30)
  assert.equal(events, ['lost', 'changed'])
  await listener.close()
})

test('a socket that breaks is replaced, and what was missed is told', async () => {
  const { listen, signal, finds, events, open, troubles } = rig()
  const listener = listen()
  const before = [...open]
  finds.push('EBADF')
  signal()
  await sleep(30)
  assert.is(open.size, 1)
  assert.not.equal([...open], before)
  assert.equal(events, ['lost'])
  assert.equal(troubles, [])
  await listener.close()
})

test('without a socket it is tried again, and the trouble told once', async () => {
  const { listen, refusals, events, open, troubles } = rig()
  refusals.push('EMFILE', 'EMFILE')
  const listener = listen()
  assert.is(open.size, 0)
  await sleep(600)
  assert.is(open.size, 1)
  assert.equal(events, ['lost'])
  assert.is(troubles.length, 1)
  assert.match(troubles[0] ?? '', /^open a socket for events of links: .*EMFILE/)
  await listener.close()
})

test('what never ends leaves others their turn', async () => {
  const play = rig()
  let calls = 0
  const endless: Libc = { ...play.libc, recvmmsg: () => ++calls }
  const listener = play.listen({ libc: endless })
  const before = calls
  await sleep(20)
  assert.ok(calls > before)
  assert.ok(play.events.length > 0)
  await listener.close()
})

test('after close nothing is told, nothing is open and no signal is taken', async () => {
  const { listen, signal, finds, events, open, refusals } = rig()
  const heard = process.listenerCount('SIGURG')
  const listener = listen()
  finds.push(1)
  signal()
  await listener.close()
  await sleep(30)
  assert.equal(events, [])
  assert.is(open.size, 0)
  assert.is(process.listenerCount('SIGURG'), heard)
  refusals.push('EMFILE')
  const deaf = listen()
  await deaf.close()
  await sleep(150)
  assert.is(open.size, 0)
})

test.run()
