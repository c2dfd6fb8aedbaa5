import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { wantsColour } from '../../src/cli/paint.ts'
import { progressLine } from '../../src/cli/progress.ts'
import { Sink, type Stream } from '../../src/cli/sink.ts'
import { SlbError } from '../../src/model/error.ts'

/** A stream that takes so many writes and then fails with this error. */
class Pipe implements Stream {
  readonly written: string[] = []
  readonly isTTY: boolean
  readonly #takes: number
  readonly #code: string

  constructor(takes = Number.POSITIVE_INFINITY, code = '', isTTY = false) {
    this.#takes = takes
    this.#code = code
    this.isTTY = isTTY
  }

  write(text: string, done: (error?: Error | null) => void): void {
    const fails = this.written.length >= this.#takes
    if (!fails) this.written.push(text)
    done(fails ? Object.assign(new Error('no'), { code: this.#code }) : undefined)
  }

  on(): void {}
}

function* endless(taken: { count: number }): Generator<string> {
  for (;;) yield `line ${++taken.count} ${'x'.repeat(1000)}`
}

test('lines are written in big pieces', async () => {
  const pipe = new Pipe()
  await new Sink(pipe, 'out', false).lines(Array.from({ length: 1000 }, (_, i) => `line ${i}`))
  assert.is(pipe.written.length, 1)
  assert.ok(pipe.written[0]?.startsWith('line 0\nline 1\n'))
  assert.ok(pipe.written[0]?.endsWith('line 999\n'))
})

test('when the reader has gone, no more lines are made, and nobody is told', async () => {
  const taken = { count: 0 }
  const sink = new Sink(new Pipe(2, 'EPIPE'), 'out', false)
  await sink.lines(endless(taken))
  assert.ok(taken.count < 500)
  assert.is(sink.open, false)
  await sink.line('still no fault')
})

test('any other failure of a write is an error', async () => {
  const sink = new Sink(new Pipe(0, 'ENOSPC'), 'standard output', false)
  try {
    await sink.line('x')
    assert.unreachable()
  } catch (error) {
    assert.instance(error, SlbError)
    assert.match((error as SlbError).message, 'cannot write to standard output')
  }
})

test('colours: the flag, then FORCE_COLOR, then NO_COLOR, then the terminal', () => {
  assert.is(wantsColour(true, {}, true), true)
  assert.is(wantsColour(false, {}, true), false)
  assert.is(wantsColour(true, {}, false), false)
  assert.is(wantsColour(true, { FORCE_COLOR: '1' }, false), false)
  assert.is(wantsColour(false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true), true)
  assert.is(wantsColour(true, { FORCE_COLOR: '0' }, true), false)
  assert.is(wantsColour(true, { NO_COLOR: '1' }, true), false)
  assert.is(wantsColour(true, { NO_COLOR: '' }, true), true)
  assert.is(wantsColour(true, { TERM: 'dumb' }, true), false)
})

test('progress is told on terminals, after a second, a few times a second, and taken away', async () => {
  const pipe = new Pipe(Number.POSITIVE_INFINITY, '', true)
  let now = 0
  const progress = progressLine(new Sink(pipe, 'err', false), false, () => now)
  const at = (time: number, done: number): void => {
    now = time
    progress.show({ phase: 'apply', done, total: 100 })
  }
  at(900, 10)
  assert.equal(pipe.written, [])
  at(1000, 20)
  at(1100, 30)
  at(1200, 40)
  now = 1500
  progress.show({ phase: 'drain', left: 2, deadline: 43_000 })
  await progress.end()
  const erase = '\r\u001b[K'
  assert.equal(pipe.written, [
    `${erase}applied 20 of 100 changes`,
    `${erase}applied 40 of 100 changes`,
    `${erase}waiting for the connections of 2 backends, 42s at most`,
    erase,
  ])
})

test('no progress in files, and none when quiet', async () => {
  for (const [tty, quiet] of [
    [false, false],
    [true, true],
  ] as const) {
    const pipe = new Pipe(Number.POSITIVE_INFINITY, '', tty)
    let now = 0
    const progress = progressLine(new Sink(pipe, 'err', false), quiet, () => now)
    now = 5000
    progress.show({ phase: 'apply', done: 1, total: 2 })
    await progress.end()
    assert.equal(pipe.written, [])
  }
})

test.run()
