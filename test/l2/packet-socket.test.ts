/** Sockets for frames on a C library that does as it is told. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openFrameListener, openFrameSender } from '../../src/l2/packet-socket.ts'
import { SlbError } from '../../src/model/error.ts'
import { errnoNumber } from '../../src/netlink/errno.ts'
import type { Libc } from '../../src/netlink/libc.ts'
import { script } from '../netlink/scripted.ts'

test('a frame goes to the link of that number, by its own Ethernet type', () => {
  let address = new Uint8Array()
  const sender = openFrameSender(
    library({
      sendto: (_fd, _b, length, _f, to) => {
        address = Uint8Array.from(to)
        return length
      },
    }),
  )
  const frame = new Uint8Array(42)
  frame.set([0x08, 0x06], 12)
  assert.is(sender.send(258, frame), 0)
  // struct sockaddr_ll: AF_PACKET, ETH_P_ARP in network order, the index.
  assert.is(
    Buffer.from(address).toString('hex'),
    '1100 0806 02010000 0000 00 00 0000000000000000'.replaceAll(' ', ''),
  )
})

test('a send that a signal cut short is made again; another error is told by its number', () => {
  const errors = ['EINTR', 'EINTR', 'ENETDOWN']
  let errno = 0
  const sender = openFrameSender(
    library({
      sendto: () => {
        errno = errnoNumber(errors.shift() ?? '')
        return -1
      },
      errno: () => errno,
    }),
  )
  assert.is(sender.send(2, new Uint8Array(42)), errnoNumber('ENETDOWN'))
  assert.equal(errors, [])
})

test('without the capability it is said which one', () => {
  const c = library({ socket: () => -1, errno: () => errnoNumber('EPERM') })
  for (const open of [() => openFrameSender(c), () => openFrameListener(c, 2, 0x0806)])
    try {
      open()
      assert.unreachable()
    } catch (error) {
      assert.instance(error, SlbError)
      assert.is((error as SlbError).code, 'denied')
      assert.match((error as SlbError).hint ?? '', /CAP_NET_RAW/)
    }
})

test('a socket that cannot be bound is closed', () => {
  const closed: number[] = []
  const c = library({
    socket: () => 7,
    bind: () => -1,
    errno: () => errnoNumber('ENODEV'),
    close: fd => closed.push(fd),
  })
  assert.throws(() => openFrameListener(c, 2, 0x0806), /listen on a link: no such device/)
  assert.equal(closed, [7])
})

test('all that has come is taken, each frame as long as it is', () => {
  const { libc, queue } = script(() => [])
  const listener = openFrameListener(libc, 2, 0x0806)
  for (let i = 0; i < 150; i++) queue.push(Buffer.alloc(42 + (i % 10), i))
  const heard: string[] = []
  listener.receive(frame => heard.push(`${frame[0]} ${frame.length}`))
  assert.equal(
    heard,
    Array.from({ length: 150 }, (_, i) => `${i} ${42 + (i % 10)}`),
  )
  // ENETDOWN: the link went down.
  queue.push('ENETDOWN' as never)
  listener.receive(() => assert.unreachable())
})

test('a flood does not keep it for ever', () => {
  const { libc } = script(() => [])
  const listener = openFrameListener({ ...libc, recvmmsg: (_fd, boxes) => boxes.count }, 2, 0x0806)
  let heard = 0
  listener.receive(() => heard++)
  assert.is(heard, 64 * 64)
})

function library(part: Partial<Libc>): Libc {
  return { ...script(() => []).libc, ...part }
}

test.run()
