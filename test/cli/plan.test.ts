import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { slb, web, withFiles } from './slb.ts'

const have = `sysctl net.ipv4.ip_forward = 1
link slb0 dummy up ours
address slb0 192.0.2.10/32 ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 5
  -> 10.0.0.12:8080 nat weight 1
  -> 10.0.0.13:8080 nat weight 1
service tcp 198.51.100.1:80 rr
`

const same = have.replace('weight 5', 'weight 1').replace(/.*0\.13.*\n/, '')

test('a plan against a snapshot: data on standard output, nothing else', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': have }, cwd => {
    const { status, out, err } = slb(['plan', '-c', 'web.toml', '--against', 'have.txt'], { cwd })
    assert.is(
      out,
      `web
     tcp 192.0.2.10:80
       ~ 10.0.0.11:8080  weight 5 -> 1
       > 10.0.0.13:8080  wait up to 60s, then reset

not made by slb, left alone
     tcp 198.51.100.1:80

Plan: 0 to add, 1 to change, 1 to drain, 0 to remove.
`,
    )
    assert.is(err, '')
    assert.is(status, 0)
  })
})

test('--detailed-exitcode tells changes from none', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': have, 'same.txt': same }, cwd => {
    const plan = (file: string) =>
      slb(['plan', '-c', 'web.toml', '--detailed-exitcode', '--against', file], { cwd })
    assert.is(plan('have.txt').status, 2)
    const { status, out } = plan('same.txt')
    assert.is(status, 0)
    assert.match(out, /\nNo changes\. The live state matches the configuration\.\n$/)
  })
})

test('--detailed-exitcode: what is only taken over is no change', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': same.replaceAll(' ours', '') }, cwd => {
    const args = ['plan', '-c', 'web.toml', '--detailed-exitcode', '--against', 'have.txt']
    const { status, out } = slb([...args, '--adopt', 'all'], { cwd })
    assert.match(out, / = tcp 192\.0\.2\.10:80 /)
    assert.is(status, 0)
    assert.is(slb(args, { cwd }).status, 4)
  })
})

test('-q leaves the last line, -o json and yaml say the same as data', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': have }, async cwd => {
    const plan = (...more: string[]) =>
      slb(['plan', '-c', 'web.toml', '--against', 'have.txt', ...more], { cwd }).out
    assert.is(plan('-q'), 'Plan: 0 to add, 1 to change, 1 to drain, 0 to remove.\n')
    const json = JSON.parse(plan('-o', 'json'))
    assert.equal(json.summary, { add: 0, change: 1, drain: 1, remove: 0 })
    const { parse } = await import('yaml')
    assert.equal(parse(plan('-o', 'yaml')), json)
  })
})

test('a snapshot of what slb get -o json prints is as good as the text', async () => {
  const json = { format_version: 1, sysctl: [], timeouts: [], sync: [], link: [], snat: [] }
  const snapshot = JSON.stringify({ ...json, service: [], address: [] })
  await withFiles({ 'web.toml': web, 'have.json': snapshot }, cwd => {
    const { out } = slb(['plan', '-c', 'web.toml', '--against', 'have.json'], { cwd })
    assert.match(out, /Plan: 5 to add, 1 to change, 0 to drain, 0 to remove\.\n$/)
  })
})

test('a row that somebody else holds is refused with 4, and adopted when that is said', async () => {
  const foreign = same.replaceAll(' ours', '')
  await withFiles({ 'web.toml': web, 'have.txt': foreign }, cwd => {
    const plan = (...more: string[]) =>
      slb(['plan', '-c', 'web.toml', '--against', 'have.txt', ...more], { cwd })
    const refused = plan()
    assert.is(refused.status, 4)
    assert.match(refused.out, /^refused\n {3}x tcp 192\.0\.2\.10:80 /m)
    assert.match(refused.out, /^ {3}x link slb0 /m)
    assert.not.match(refused.out, 'No changes')
    const adopted = plan('--adopt', 'all')
    assert.is(adopted.status, 0)
    assert.match(adopted.out, /^ {3}= tcp 192\.0\.2\.10:80 {2}taken over$/m)
    assert.match(adopted.out, /Plan: 0 to add, 0 to change, 0 to drain, 0 to remove\.\n$/)
  })
})

test('too much to remove is refused with 4, and passes with the words that the refusal names', async () => {
  await withFiles({ 'web.toml': `${web}enabled = false\n`, 'have.txt': have }, cwd => {
    const plan = (...more: string[]) =>
      slb(['plan', '-c', 'web.toml', '--against', 'have.txt', ...more], { cwd })
    const { status, out, err } = plan()
    assert.is(status, 4)
    assert.match(out, /Plan: 0 to add, 0 to change, 4 to drain, 2 to remove\.\n$/)
    assert.match(err, /^refused: the plan removes the last service; .* --yes-remove 1\n$/)
    const guarded = (...more: string[]) => JSON.parse(plan('-o', 'json', ...more).out).guard
    const { refusal, services, destinations } = guarded()
    assert.is(err, `refused: ${refusal}\n`)
    assert.equal([services, destinations], [1, 0])
    assert.is(plan('--yes-remove', '1').status, 0)
    assert.is(guarded('--yes-remove', '1').refusal, null)
  })
})

test('what cannot be read is named with what is wrong, and exit status 3', async () => {
  await withFiles({ 'web.toml': web, 'bad.toml': 'a = \n', 'empty.toml': '', 'd/x': '' }, cwd => {
    const plan = (path: string) => slb(['plan', '-c', path, '--against', 'none'], { cwd })
    for (const [path, message] of [
      ['missing.toml', 'cannot read missing.toml: there is no such file or directory'],
      ['bad.toml', 'bad.toml:1:'],
      ['empty.toml', 'empty.toml is empty'],
      ['d', 'no configuration in d'],
    ] as const) {
      const { status, out, err } = plan(path)
      assert.is(status, 3, path)
      assert.is(out, '')
      assert.ok(err.includes(message), err)
    }
  })
})

test('a faulty snapshot is a fault of the configuration, a missing one of the outside', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': 'service tcp 1:80 wrr\n', 'j.txt': '{' }, cwd => {
    const plan = (path: string) => slb(['plan', '-c', 'web.toml', '--against', path], { cwd })
    assert.is(plan('have.txt').status, 3)
    assert.match(plan('have.txt').err, 'have.txt:1:')
    assert.is(plan('j.txt').status, 3)
    assert.is(plan('none.txt').status, 1)
    assert.match(plan('none.txt').err, 'error: cannot read none.txt')
  })
})

test('a saved plan holds the configuration and the changes that were shown', async () => {
  await withFiles({ 'web.toml': web, 'have.txt': have }, cwd => {
    const args = ['plan', '-c', 'web.toml', '--against', 'have.txt', '-o', 'json']
    const { overrides, ...shown } = JSON.parse(slb([...args, '--out', 'saved.json'], { cwd }).out)
    const { configuration, consent, ...saved } = JSON.parse(
      readFileSync(join(cwd, 'saved.json'), 'utf8'),
    )
    assert.equal(saved, shown)
    assert.equal(overrides, [], 'what was asked for beside the files is no part of it')
    assert.equal(configuration, [{ file: 'web.toml', text: web }])
    assert.equal(consent, {})
  })
})

test('what is not a saved plan is told apart from a configuration', async () => {
  await withFiles({ 'web.toml': web, 'x.json': '{}' }, cwd => {
    const apply = (...args: string[]) => slb(['apply', ...args], { cwd })
    const toml = apply('web.toml')
    assert.is(toml.status, 64)
    assert.match(toml.err, 'to apply a configuration say: slb apply -c web.toml')
    assert.is(apply('x.json').status, 64)
    assert.is(apply('x.json', '-c', 'web.toml').status, 64)
    assert.is(apply('none.json').status, 1)
  })
})

test.run()
