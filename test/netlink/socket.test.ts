import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { SlbError, type SlbErrorCode } from '../../src/model/error.ts'
import { type Frame, readU32 } from '../../src/netlink/attr.ts'
import { startMessage } from '../../src/netlink/message.ts'
import { type Encode, openNetlink, protocol } from '../../src/netlink/socket.ts'
import { done, error, type Happening, message, row, type Sent, script } from './scripted.ts'

const ask: Encode = w => startMessage(w, 100)
const value = (f: Frame, at: number): number => readU32(f, at)
const interrupted = 0x10

function open(answer: (messages: readonly Sent[]) => readonly Happening[], failSend?: string[]) {
  const play = script(answer, failSend)
  return { ...play, netlink: openNetlink(protocol.generic, { libc: play.libc }) }
}

const first = (messages: readonly Sent[]): number => messages[0]?.sequence ?? 0

/** Asserts that it throws an SlbError, and returns it. */
function fault(work: () => unknown, code: SlbErrorCode, words: RegExp): SlbError {
  try {
    work()
  } catch (error) {
    assert.instance(error, SlbError)
    const fault = error as SlbError
    assert.is(fault.code, code)
    assert.match(fault.message, words)
    return fault
  }
  return assert.unreachable('it should have thrown') as never
}

test('a request asks to be acknowledged and returns the answer before that', () => {
  const { netlink, sends } = open(m => [row(first(m), 42, 0), error(first(m))])
  assert.is(netlink.request('ask', ask, value), 42)
  assert.is(sends[0]?.[0]?.flags, 0x1 | 0x4)
})

test('a request without an answer returns nothing', () => {
  const { netlink } = open(m => [error(first(m))])
  assert.is(netlink.request('ask', ask, value), undefined)
})

test('an error of the kernel is thrown with its errno, what was tried, and its kind', () => {
  const { netlink } = open(m => [error(first(m), 'EEXIST')])
  const thrown = fault(
    () => netlink.request('create link slb0', ask),
    'stale',
    /^create link slb0: it exists already \(EEXIST\)$/,
  )
  assert.is(thrown.errno, 'EEXIST')
})

test('a missing privilege says which one', () => {
  const { netlink } = open(m => [error(first(m), 'EPERM')])
  const thrown = fault(() => netlink.request('ask', ask), 'denied', /not permitted/)
  assert.match(thrown.hint ?? '', /CAP_NET_ADMIN/)
})

test("the kernel's own words are passed on (captured from a refused sync daemon)", () => {
  const text =
    '680000000200000307000000f9d6c0c0eaffffff600000001e000500070000000000000027000100' +
    '417474726962757465206661696c656420706f6c6963792076616c69646174696f6e0000' +
    '080002002000000014000480080007000f000000080001000c000000'
  const { netlink } = open(m => {
    const datagram = Buffer.from(text, 'hex')
    datagram.writeUInt32LE(first(m), 8)
    return [datagram]
  })
  const said = /\(EINVAL, the kernel says: Attribute failed policy validation\)/
  fault(() => netlink.request('ask', ask), 'invalid', said)
})

test('answers to something else are passed over', () => {
  const { netlink } = open(m => [row(first(m) + 7, 1), row(first(m), 2), error(first(m))])
  assert.is(netlink.request('ask', ask, value), 2)
})

test('a dump gathers rows from as many datagrams as it takes', () => {
  const { netlink, sends } = open(m => {
    const n = first(m)
    return [Buffer.concat([row(n, 1), row(n, 2)]), row(n, 3), row(n, 4), done(n)]
  })
  assert.equal(netlink.dump('list', ask, value), [1, 2, 3, 4])
  assert.is(sends[0]?.[0]?.flags, 0x1 | 0x300)
})

test('a dump that the kernel calls interrupted is taken again, and its rows are forgotten', () => {
  let tries = 0
  const { netlink, sends } = open(m => {
    const n = first(m)
    tries++
    if (tries === 1) return [row(n, 1, 2 | interrupted), row(n, 2), done(n)]
    if (tries === 2) return [row(n, 1), done(n, undefined, interrupted)]
    return [row(n, 9), done(n)]
  })
  assert.equal(netlink.dump('list', ask, value), [9])
  assert.is(sends.length, 3)
})

test('a dump whose answers were lost is taken again on a new socket', () => {
  let tries = 0
  const { netlink, sends, sockets } = open(m => {
    const n = first(m)
    return tries++ === 0 ? [row(n, 1, 2), 'ENOBUFS'] : [row(n, 9), done(n)]
  })
  assert.equal(netlink.dump('list', ask, value), [9])
  assert.is(sends.length, 2)
  assert.equal(sockets, { opened: 2, closed: 1 })
})

test('a table that never stands still is given up after 20 tries', () => {
  const { netlink, sends } = open(m => [done(first(m), undefined, interrupted)])
  fault(() => netlink.dump('list', ask, value), 'busy', /changed during each of 20 reads/)
  assert.is(sends.length, 20)
})

test('a scan does the same, and other work gets its turn between datagrams', async () => {
  let tries = 0
  const { netlink } = open(m => {
    const n = first(m)
    const flags = tries++ === 0 ? interrupted : 0
    return [row(n, 1, 2 | flags), row(n, 2), row(n, 3), done(n)]
  })
  let turns = 0
  const turn = (): void => {
    turns++
    again = setImmediate(turn)
  }
  let again = setImmediate(turn)
  assert.equal(await netlink.scan('list', ask, value), [1, 2, 3])
  clearImmediate(again)
  assert.ok(turns >= 2, `${turns} turns`)
})

test('a scan can be ended, and what is left of it is taken for no answer to something else', async () => {
  const { netlink, sockets } = open(m =>
    m[0]?.flags === 5
      ? [error(first(m))]
      : [row(first(m), 1, 2), row(first(m), 2, 2), done(first(m))],
  )
  const way = new AbortController()
  const scan = netlink.scan('list', ask, value, way.signal)
  way.abort('something urgent')
  assert.is(await scan.catch(reason => reason), 'something urgent')
  assert.equal(sockets, { opened: 2, closed: 1 })
  assert.is(netlink.request('ask', ask), undefined)
})

test('a dump can end with an error', () => {
  const { netlink } = open(m => [done(first(m), 'EOPNOTSUPP')])
  fault(() => netlink.dump('list', ask, value), 'missing', /EOPNOTSUPP/)
  const other = open(m => [error(first(m), 'EPERM')])
  fault(() => other.netlink.dump('list', ask, value), 'denied', /EPERM/)
})

test('signals do not end a call', () => {
  const { netlink, sends } = open(
    m => ['EINTR', row(first(m), 5, 0), 'EINTR', error(first(m))],
    ['EINTR', 'EINTR'],
  )
  assert.is(netlink.request('ask', ask, value), 5)
  assert.is(sends.length, 1)
})

test('no answer in time is an error, and late answers cannot be taken for others', () => {
  let silent = true
  const { netlink, sockets, queue } = open(m => (silent ? [] : [error(first(m))]))
  fault(() => netlink.request('ask', ask), 'timeout', /no answer in time \(ETIMEDOUT\)/)
  assert.equal(sockets, { opened: 2, closed: 1 })
  silent = false
  queue.push(row(1, 3), error(1, 'EEXIST'))
  assert.is(netlink.request('ask', ask, value), undefined)
})

test('lost answers are an error', () => {
  const { netlink } = open(() => ['ENOBUFS'])
  fault(() => netlink.request('ask', ask), 'busy', /answers were lost/)
})

test('an answer that does not fit is an error, not half an answer', () => {
  const huge = Buffer.alloc(70_000)
  const { netlink } = open(() => [huge])
  fault(() => netlink.request('ask', ask), 'invalid', /the message is too long \(EMSGSIZE\)/)
})

test('a send that fails is an error', () => {
  const { netlink } = open(() => [], ['ENOMEM'])
  fault(() => netlink.request('ask', ask), 'busy', /^ask: .*ENOMEM/)
})

test('NLMSG_NOOP says nothing', () => {
  const { netlink } = open(m => [message(first(m), 1, 0), error(first(m))])
  assert.is(
    netlink.request('ask', ask, () => undefined),
    undefined,
  )
})

test('closing closes', () => {
  const { netlink, sockets } = open(() => [])
  netlink.close()
  netlink.close()
  assert.equal(sockets, { opened: 1, closed: 1 })
})

test.run()
