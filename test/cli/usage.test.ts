import { spawnSync } from 'node:child_process'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { program, slb, web, withFiles } from './slb.ts'

test('without arguments slb explains itself', () => {
  const { status, out, err } = slb([])
  assert.is(status, 0)
  assert.match(out, /^Usage: slb COMMAND/)
  assert.is(err, '')
  assert.is(slb(['--help']).out, out)
})

test('help lists every command and every exit status', () => {
  const { out } = slb(['--help'])
  const commands =
    'plan apply rollback status get history validate import config schema version completion help'
  for (const command of commands.split(' ')) assert.match(out, new RegExp(`^  ${command}\\b`, 'm'))
  for (const status of [0, 1, 2, 3, 4, 64])
    assert.match(out, new RegExp(`^  ${status} {2,}\\S`, 'm'))
})

test('every command has help with an example, and needs nothing to show it', () => {
  const commands = [
    ['plan'],
    ['apply'],
    ['rollback'],
    ['status'],
    ['get'],
    ['history'],
    ['validate'],
    ['import'],
    ['config', 'show'],
    ['schema'],
    ['version'],
    ['completion'],
  ]
  for (const command of commands) {
    const { status, out, err } = slb([...command, '--help'])
    assert.is(status, 0, command.join(' '))
    assert.match(out, `Usage: slb ${command.join(' ')}`)
    assert.match(out, new RegExp(`^Examples:\n  .*slb ${command.join(' ')}`, 'm'))
    assert.is(err, '')
  }
})

test('what is mistyped is refused with 64, on standard error, with what was meant', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['aply'], /error: unknown command 'aply'\n\(Did you mean apply\?\)/],
    [['plan', '--agianst', 'x'], /error: unknown option '--agianst'\n\(Did you mean --against\?\)/],
    [['plan', 'web.toml'], /error: too many arguments for 'plan'/],
    [['-o', 'xml', 'plan'], /Allowed choices are text, json, yaml/],
    [['plan', '--yes-remove', 'many'], /A whole number is meant, as in 3/],
    [['apply', '--wait', '10'], /A duration with its unit is meant, as in 90s or 5m/],
    [['rollback', '0'], /It counts from 1/],
    [['config', 'shwo'], /Did you mean show\?/],
    [['help', 'aply'], /error: unknown command 'aply'\n\(Did you mean apply\?\)/],
    [['validate', '-c', ''], /'-c, --config <path>'.* is invalid. It is empty: name a file/],
    [['validate', 'web.toml'], /hint: a configuration is named with -c: -c web\.toml/],
    [['plan', '-c'], /argument missing/],
  ]
  for (const [args, message] of cases) {
    const { status, out, err } = slb(args)
    assert.is(status, 64, args.join(' '))
    assert.is(out, '')
    assert.match(err, message)
  }
})

test('what other programs are asked with is understood', () => {
  const { status, out } = slb(['version'])
  assert.is(status, 0)
  for (const flag of ['--version', '-V']) assert.is(slb([flag]).out, out)
})

test('help keeps to itself what is only for slb itself', () => {
  assert.not.match(slb(['drain', '--help']).out, /--again/)
})

test('options stand before or behind the command', async () => {
  await withFiles({ 'web.toml': web }, cwd => {
    const behind = slb(['validate', '-c', 'web.toml'], { cwd })
    assert.is(behind.status, 0)
    assert.equal(slb(['-c', 'web.toml', 'validate'], { cwd }), behind)
  })
})

test('colours go to terminals only, unless the environment or the flag says otherwise', () => {
  const code = '\u001b['
  const err = (args: string[], env: Record<string, string> = {}) => slb(args, { env }).err
  assert.not(err(['aply']).includes(code), 'a pipe')
  assert.ok(err(['aply'], { FORCE_COLOR: '1' }).includes(code))
  assert.ok(err(['aply'], { FORCE_COLOR: '1', NO_COLOR: '1' }).includes(code))
  assert.not(err(['aply'], { FORCE_COLOR: '0' }).includes(code))
  assert.not(err(['aply', '--no-color'], { FORCE_COLOR: '1' }).includes(code))
})

test('a reader that goes away early is no fault', () => {
  const command = `"${process.execPath}" "${program}" schema | head -c 10; echo " \${PIPESTATUS[0]}"`
  const ran = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
  assert.match(ran.stdout, / 0\n$/)
  assert.is(ran.stderr, '')
})

test('output that cannot be written is an error', () => {
  const ran = spawnSync('bash', ['-c', `"${process.execPath}" "${program}" version > /dev/full`], {
    encoding: 'utf8',
  })
  assert.is(ran.status, 1)
  assert.match(ran.stderr, /error: cannot write to standard output: .*ENOSPC/)
})

test.run()
