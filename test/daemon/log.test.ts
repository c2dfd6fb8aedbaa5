import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { goesToJournal, type Log, type LogOptions, levelOf, openLog } from '../../src/daemon/log.ts'
import { SlbError } from '../../src/model/error.ts'

interface Written {
  readonly log: Log
  text(): string
  json(): Record<string, unknown>[]
}

function written(options: Partial<LogOptions> = {}): Written {
  let text = ''
  const stream = {
    write: (line: string) => {
      text += line
    },
    on: () => {},
  }
  const log = openLog({ stream, terminal: false, colour: false, level: 'debug', ...options })
  return {
    log,
    text: () => text,
    json: () =>
      text
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
  }
}

const people = { terminal: true }

test('a machine reads one JSON object a line: level, time, message, and what else is said', () => {
  const { log, json } = written()
  log.info('applied 3 changes', { revision: 12, keys: ['tcp 192.0.2.1:80'] })
  log.error('50 % of nothing %s %d', { cause: undefined })
  const [first, second] = json()
  assert.match(String(first?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const { time: _, ...rest } = first ?? {}
  assert.equal(rest, {
    level: 'info',
    message: 'applied 3 changes',
    revision: 12,
    keys: ['tcp 192.0.2.1:80'],
  })
  assert.is(second?.['message'], '50 % of nothing %s %d')
})

test('a person reads time, level, message and fields', () => {
  const { log, text } = written(people)
  log.info('applied', { revision: 12, cause: 'web.toml changed', keys: ['a'], none: undefined })
  log.warn('alone')
  log.error('bad')
  log.debug('detail', { yes: true, empty: '' })
  const lines = text().replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')
  assert.is(
    lines,
    `info applied  revision=12 cause="web.toml changed" keys=["a"]
WARN alone
ERR  bad
dbg  detail  yes=true empty=""
`,
  )
})

test('colour is there when wanted, and changes no word', () => {
  const lines = [true, false].map(colour => {
    const { log, text } = written({ ...people, colour })
    log.warn('look', { at: 'this' })
    return text().replace(/\d\d:\d\d:\d\d\.\d{3}/, '')
  })
  const [coloured = '', bare] = lines
  assert.match(coloured, '\u001b[33mWARN')
  assert.is(stripVTControlCharacters(coloured), bare)
})

test('levels: what is below is not written', () => {
  const said = (flags: Parameters<typeof levelOf>[0]): unknown[] => {
    const { log, json } = written({ level: levelOf(flags) })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level)
    return json().map(({ message }) => message)
  }
  assert.equal(said({}), ['info', 'warn', 'error'])
  assert.equal(said({ quiet: true }), ['warn', 'error'])
  assert.equal(said({ verbose: true }), ['debug', 'info', 'warn', 'error'])
})

test('for journald each line begins with its priority', () => {
  const { log, text } = written({ priority: true })
  log.error('a')
  log.warn('b')
  log.info('c')
  log.debug('d')
  const lines = text().trimEnd().split('\n')
  assert.equal(
    lines.map(line => line.slice(0, 4)),
    ['<3>{', '<4>{', '<6>{', '<7>{'],
  )
  assert.is(JSON.parse(lines[0]?.slice(3) ?? '').message, 'a')
})

test('journald is known by the device and inode of its stream', () => {
  const stream = { dev: 9, ino: 12345 }
  assert.ok(goesToJournal({ JOURNAL_STREAM: '9:12345' }, stream))
  assert.not(goesToJournal({ JOURNAL_STREAM: '9:12346' }, stream))
  assert.not(goesToJournal({}, stream))
})

const canary = 'c4n4ry'

const secrets = {
  password: canary,
  passwd: canary,
  ROOT_PWD: canary,
  Authorization: `Bearer ${canary}`,
  peers: [
    { name: 'a', md5: canary },
    { 'api-key': canary, apiKey: canary, TOKEN: { deep: canary } },
  ],
  request: { headers: { 'set-cookie': canary, host: 'kept' } },
  tree: new Map([['client_secret', canary]]),
  a: { b: { c: { d: { e: { passphrase: canary } } } } },
  error: Object.assign(new Error('kept'), { privateKey: canary, cause: { token: canary } }),
}

for (const terminal of [false, true])
  test(`a secret is never written, at any depth (${terminal ? 'terminal' : 'JSON'})`, () => {
    const { log, text } = written({ terminal })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('secrets', secrets)
    assert.not.match(text(), canary)
    assert.match(text(), '[redacted]')
    assert.match(text(), 'kept')
  })

test('the key of a row is no secret', () => {
  const { log, json } = written()
  log.info('repaired', { key: 'tcp 192.0.2.1:80', keys: 2, monkey: 'yes', passed: 1 })
  assert.is(json()[0]?.['key'], 'tcp 192.0.2.1:80')
  assert.is(json()[0]?.['passed'], 1)
})

test('errors of the outside say what and why; bugs have their stack', () => {
  const { log, json } = written()
  const cause = new SlbError('denied', 'open a socket: not permitted (EPERM)', {
    errno: 'EPERM',
    hint: 'be root',
  })
  log.error('x', { error: new SlbError('io', 'cannot read', { cause }) })
  log.error('y', { error: new TypeError('undefined is no function') })
  const [outside, bug] = json().map(line => line['error'] as Record<string, unknown>)
  assert.is(outside?.['message'], 'cannot read')
  assert.is(JSON.parse(JSON.stringify(outside))['cause']['hint'], 'be root')
  assert.not.ok(outside?.['stack'])
  assert.match(String(bug?.['stack']), /log\.test/)
})

test('what is logged cannot begin a line, move the cursor or hide itself', () => {
  const evil = 'x\n{"level":"error"}\r\u001b[2J\u009b31m\u202etxt\u2028\u0000\u007f'
  for (const terminal of [false, true]) {
    const { log, text } = written({ terminal })
    log.warn(evil, { value: evil, list: [evil], [evil]: 1, nested: { [evil]: evil } })
    assert.is(text().indexOf('\n'), text().length - 1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    assert.not.match(text().trimEnd(), /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/)
    if (!terminal) assert.is(JSON.parse(text()).message, evil)
  }
})

test('what has no end, or is too deep, is cut', () => {
  const { log, json } = written()
  const ring: Record<string, unknown> = { size: 10n }
  ring['self'] = ring
  log.info('ring', { ring })
  assert.match(JSON.stringify(json()), /too deep/)
})

test('a reader that stops reading costs lines, not time, and is told how many', () => {
  const lines: string[] = []
  const stream = {
    writableLength: 0,
    write: (line: string) => lines.push(line),
    on: () => {},
  }
  const log = openLog({ stream, terminal: false, colour: false, level: 'info' })
  log.info('one')
  stream.writableLength = 2 << 20
  log.info('two')
  log.info('three')
  stream.writableLength = 0
  log.info('four')
  assert.equal(
    lines.map(line => JSON.parse(line).message),
    ['one', '2 lines of the log were lost: nobody read them', 'four'],
  )
})

const module = new URL('../../src/daemon/log.js', import.meta.url).href

for (const [how, end] of [
  ['process.exit', 'process.exit(0)'],
  [
    'a signal handler',
    "process.on('SIGTERM', () => { log.info('last'); process.exit(0) }); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9000)",
  ],
  ['a bug', 'throw new Error("bug")'],
] as const)
  test(`no line is lost when the process ends by ${how}`, () => {
    const { stderr } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openLog } from '${module}'
         const log = openLog({ stream: process.stderr, terminal: false, colour: false, level: 'info' })
         for (let i = 0; i < 3000; i++) log.info('line ' + i)
         ${end}`,
      ],
      { encoding: 'utf8', timeout: 60_000 },
    )
    const count = stderr.split('\n').filter(line => line.includes('"message":"line ')).length
    assert.is(count, 3000)
    if (how === 'a signal handler') assert.match(stderr, /"message":"last"/)
  })

test('a reader that is asleep blocks nothing, gets what it can hold, and ends nothing', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { openLog } from '${module}'
       const log = openLog({ stream: process.stderr, terminal: false, colour: false, level: 'info' })
       for (let i = 0; i < 20000; i++) log.info('line ' + i + 'x'.repeat(100))
       process.stdout.write('alive')
       process.on('SIGTERM', () => { log.info('last'); process.exit(0) })
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  await once(child.stdout, 'data')
  let text = ''
  child.stderr.on('data', chunk => {
    text += chunk
  })
  // Awake now: what waited comes, and with the next line the word of what was lost.
  for (let waited = 0; waited < 5000 && text.length < 1 << 20; waited += 20) await sleep(20)
  child.kill('SIGTERM')
  const [status] = await once(child, 'close')
  assert.is(status, 0)
  const lines = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).message)
  const lost = Number(/^(\d+) lines of the log were lost/.exec(lines.at(-2))?.[1])
  assert.is(lines.at(-1), 'last')
  assert.is(lines.length - 2 + lost, 20_000)
})

test('a reader that has gone does not end the daemon', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { openLog } from '${module}'
       const log = openLog({ stream: process.stderr, terminal: false, colour: false, level: 'info' })
       let n = 0
       const timer = setInterval(() => {
         log.info('x'.repeat(1000))
         if (++n < 20) return
         clearInterval(timer)
         process.stdout.write('alive')
       }, 10)`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  child.stderr.destroy()
  let out = ''
  child.stdout.on('data', text => {
    out += text
  })
  const status = await new Promise(resolve => child.once('close', resolve))
  assert.is(out, 'alive')
  assert.is(status, 0)
})

test.run()
