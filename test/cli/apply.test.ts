import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { SlbError } from '../../src/model/error.ts'
import { faultsOf } from '../status/document.ts'
import { type CliRig, withRig } from './rig.ts'
import { web } from './slb.ts'

const forwarding = 'sysctl net.ipv4.ip_forward = 1\n'
const files = {
  'web.toml': web,
  'less.toml': web.replace('"10.0.0.11:8080", ', ''),
  'gone.toml': `${web}enabled = false\n`,
  'bad.toml': web.replace('port ', 'prot '),
}

const created = `web
   + link slb0  dummy
   + tcp 192.0.2.10:80  wrr
       + 10.0.0.11:8080  nat, weight 1
       + 10.0.0.12:8080  nat, weight 1
   + address slb0 192.0.2.10/32

Plan: 5 to add, 0 to change, 0 to drain, 0 to remove.
`

const noChanges = 'No changes. The live state matches the configuration.\n'

test('apply shows its plan on standard output and how it went on standard error', () =>
  withRig(files, forwarding, async ({ slb }) => {
    assert.equal(await slb('apply', '-c', 'web.toml'), {
      status: 0,
      out: created,
      err: 'Applied in 0.0 s.\n',
    })
    assert.equal(await slb('apply', '-c', 'web.toml'), { status: 0, out: noChanges, err: '' })
  }))

test('--dry-run is plan: the same text, nothing changed', () =>
  withRig(files, forwarding, async ({ slb, table, directory }) => {
    const dry = await slb('apply', '--dry-run', '-c', 'web.toml')
    assert.equal(dry, { status: 0, out: created, err: '' })
    assert.equal(await slb('plan', '-c', 'web.toml'), dry)
    assert.is((await slb('apply', '--dry-run', '--detailed-exitcode', '-c', 'web.toml')).status, 2)
    assert.is(table.state().service.size, 0)
    assert.not(existsSync(join(directory, 'state')))
  }))

test('-q says nothing but the last line', () =>
  withRig(files, forwarding, async ({ slb }) => {
    assert.equal(await slb('apply', '-q', '-c', 'web.toml'), {
      status: 0,
      out: 'Plan: 5 to add, 0 to change, 0 to drain, 0 to remove.\n',
      err: '',
    })
  }))

test('JSON says what was done in the words of a plan, and how it went', () =>
  withRig(files, forwarding, async ({ slb }) => {
    const { status, out } = await slb('apply', '-o', 'json', '-c', 'web.toml')
    const done = JSON.parse(out)
    assert.is(status, 0)
    assert.equal(done.summary, { add: 5, change: 0, drain: 0, remove: 0 })
    assert.equal(done.failed, [])
    assert.equal(done.left, { add: 0, change: 0, drain: 0, remove: 0 })
    assert.is(done.history, 1)
    assert.equal(done.guard, {
      refusal: null,
      services: 0,
      destinations: 0,
      addresses: 0,
      peers: 0,
      routes: 0,
    })
  }))

test('a change that fails is named with its error and what to do; the others are made: 1', () =>
  withRig(
    files,
    forwarding,
    async ({ slb, table }) => {
      const { status, err } = await slb('apply', '-c', 'web.toml')
      assert.is(status, 1)
      assert.match(
        err,
        /^error: tcp 192\.0\.2\.10:80 -> 10\.0\.0\.12:8080: no memory \(ENOMEM\)\nhint: free some$/m,
      )
      assert.not.match(err, 'Applied')
      assert.is(table.state().service.get('tcp 192.0.2.10:80')?.destinations.length, 1)
      const json = JSON.parse((await slb('apply', '-o', 'json', '-c', 'web.toml')).out)
      assert.equal(
        json.failed.map((one: { key: string; errno: string }) => [one.key, one.errno]),
        [['tcp 192.0.2.10:80 -> 10.0.0.12:8080', 'ENOMEM']],
      )
    },
    {
      fail: change =>
        change.kind === 'destination' && change.row.address.endsWith('.12')
          ? new SlbError('busy', 'no memory (ENOMEM)', { errno: 'ENOMEM', hint: 'free some' })
          : undefined,
    },
  ))

test('an invalid configuration changes nothing: 3', () =>
  withRig(files, forwarding, async ({ slb, table }) => {
    const { status, out, err } = await slb('apply', '-c', 'bad.toml')
    assert.is(status, 3)
    assert.is(out, '')
    assert.match(err, /did you mean "port"\?/)
    assert.is(table.trace.length, 0)
  }))

test('while another slb is at work, nothing is written: 4', () =>
  withRig(files, forwarding, async rig => {
    rig.holder = 'slb apply, pid 7'
    assert.equal(await rig.slb('apply', '-c', 'web.toml'), {
      status: 4,
      out: '',
      err: 'error: another slb is at work (slb apply, pid 7)\nhint: wait\n',
    })
    assert.is((await rig.slb('plan', '-c', 'web.toml')).status, 0, 'looking needs no lock')
  }))

test('the guard refuses with the plan in sight, and says what lets it pass: 4', () =>
  withRig(files, forwarding, async ({ slb, table }) => {
    await slb('apply', '-c', 'web.toml')
    const { status, out, err } = await slb('apply', '-c', 'gone.toml')
    assert.is(status, 4)
    assert.match(out, /^ {3}> tcp 192\.0\.2\.10:80$/m)
    assert.is(
      err,
      'refused: the plan removes the last service; if that is meant, say --yes-remove 1\n',
    )
    const json = JSON.parse((await slb('apply', '-o', 'json', '-c', 'gone.toml')).out)
    assert.is(`refused: ${json.guard.refusal}\n`, err)
    assert.is(table.state().service.size, 1)
    const agreed = await slb('apply', '-c', 'gone.toml', '--yes-remove', '1')
    assert.is(agreed.status, 0)
    assert.is(table.state().service.size, 0)
  }))

test('what somebody else holds is left alone, and taken over on request', () =>
  withRig(files, `${forwarding}service tcp 192.0.2.10:80 rr\n`, async ({ slb, table }) => {
    const refused = await slb('apply', '-c', 'web.toml')
    assert.is(refused.status, 4)
    assert.match(refused.out, /^refused\n {3}x tcp 192\.0\.2\.10:80 /m)
    assert.is(table.state().service.get('tcp 192.0.2.10:80')?.scheduler, 'rr')
    const key = 'tcp 192.0.2.10:80'
    const adopted = await slb('apply', '-c', 'web.toml', '--adopt', key)
    assert.is(adopted.status, 0)
    assert.match(adopted.out, /^ {3}= tcp 192\.0\.2\.10:80 {2}taken over, scheduler rr -> wrr$/m)
    assert.is(table.state().service.get(key)?.owned, true)
  }))

test('--no-wait begins a drain, and the next apply ends it', () =>
  withRig(files, forwarding, async rig => {
    const key = 'tcp 192.0.2.10:80 -> 10.0.0.11:8080'
    await rig.slb('apply', '-c', 'web.toml')
    rig.connections.set(key, { active: 12, inactive: 0, persistent: 3 })
    const begun = await rig.slb('apply', '-c', 'less.toml', '--no-wait')
    assert.is(begun.status, 0)
    assert.match(
      begun.out,
      '> 10.0.0.11:8080  12 active, 3 persistent clients: wait up to 60s, then reset',
    )
    assert.match(begun.err, '1 to drain still: the next slb apply ends it\n')
    const later = await rig.slb('plan', '-c', 'less.toml')
    assert.is(
      later.out,
      `not finished
     ${key}  draining, 60s left

Plan: 0 to add, 0 to change, 0 to drain, 0 to remove.
`,
    )
    const detailed = ['plan', '-c', 'less.toml', '--detailed-exitcode']
    assert.is((await rig.slb(...detailed)).status, 2, 'a drain is still to be ended')
    rig.clock.pass(60_000)
    const ended = await rig.slb('apply', '-c', 'less.toml')
    assert.is(ended.status, 0)
    assert.match(ended.err, `${key}: 12 connections were still open, and are reset\n`)
    assert.is(rig.table.state().service.get('tcp 192.0.2.10:80')?.destinations.length, 1)
  }))

test('--wait bounds the waiting for drains', () =>
  withRig(files, forwarding, async rig => {
    await rig.slb('apply', '-c', 'web.toml')
    const key = 'tcp 192.0.2.10:80 -> 10.0.0.11:8080'
    rig.connections.set(key, { active: 1, inactive: 0, persistent: 0 })
    const begun = rig.clock.monotonic()
    const { status, err } = await rig.slb('apply', '-c', 'less.toml', '--wait', '5s')
    assert.is(status, 0)
    assert.match(err, '1 to drain still')
    assert.is(rig.clock.monotonic() - begun, 5000)
  }))

test('a saved plan is made exactly, or not at all', () =>
  withRig(files, forwarding, async ({ slb, table }) => {
    const shown = await slb('plan', '-c', 'web.toml', '--out', 'out.json')
    const made = await slb('apply', 'out.json')
    assert.equal(made, { ...shown, err: 'Applied in 0.0 s.\n' })
    const writes = table.trace.length
    const again = await slb('apply', 'out.json')
    assert.is(again.status, 4)
    assert.is(
      again.err,
      'refused: the live state has moved since the plan was saved: 5 changes were planned, now there would be none\n' +
        'hint: plan again, read that plan, and apply it\n',
    )
    assert.is(table.trace.length, writes)
  }))

test('history lists what was applied, newest first, and rollback goes back there', () =>
  withRig(files, forwarding, async ({ slb, table }) => {
    assert.is((await slb('history')).out, 'Nothing was applied yet.\n')
    assert.is((await slb('rollback')).status, 4)
    await slb('apply', '-c', 'web.toml')
    await slb('apply', '-c', 'less.toml')
    assert.is(
      (await slb('history')).out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, 'DAY TIME'),
      `BACK  TIME                  OUTCOME  CAUSE     USER  COMMAND  CHANGES  FILES
1     DAY TIME  done     operator  ada   apply    >1       less.toml
2     DAY TIME  done     operator  ada   apply    +5       web.toml
`,
    )
    const json = JSON.parse((await slb('history', '-o', 'json')).out)
    assert.equal(json.applies[0].cause.command, 'apply')
    assert.is(json.applies[0].back, 1)
    assert.is(json.applies[0].before, undefined)

    const dry = await slb('rollback', '--dry-run')
    assert.match(dry.out, /^ {7}\+ 10\.0\.0\.11:8080 {2}nat, weight 1$/m)
    assert.is((await slb('rollback')).status, 0)
    assert.is(table.state().service.get('tcp 192.0.2.10:80')?.destinations.length, 2)
    assert.match((await slb('history')).out, /^1 .* rollback 1 {2}\+1/m)
    assert.is((await slb('rollback', '9')).status, 64)
  }))

test('a damaged entry of the history is named, and is no way back', () =>
  withRig(files, forwarding, async ({ slb, table, directory }) => {
    const destinations = () => table.state().service.get('tcp 192.0.2.10:80')?.destinations.length
    for (const file of ['web.toml', 'less.toml', 'web.toml']) await slb('apply', '-c', file)
    const damaged = join(directory, 'state/history/000002.json')
    writeFileSync(damaged, '{')
    const { status, out, err } = await slb('history')
    assert.is(status, 0)
    assert.equal(
      out.split('\n').map(line => line.slice(0, 1)),
      ['B', '1', '3', ''],
    )
    assert.match(err, `the history entry ${damaged} is damaged and left out`)
    const refused = await slb('rollback', '2')
    assert.is(refused.status, 1)
    assert.match(refused.err, `error: the history entry ${damaged} is damaged`)
    assert.match(refused.err, '\nhint: slb rollback 1 goes back as far as it can\n')
    assert.is(destinations(), 2)
    assert.is((await slb('rollback')).status, 0)
    assert.is(destinations(), 1)
  }))

test('an apply that has not ended is begun, since nobody can say whether it still runs', () =>
  withRig(files, forwarding, async ({ slb, directory }) => {
    await slb('apply', '-c', 'web.toml')
    const path = join(directory, 'state/history/000001.json')
    writeFileSync(
      path,
      JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), outcome: 'begun' }),
    )
    assert.match((await slb('history')).out, /^1 .*Z {2}begun /m)
  }))

test('a line of the history names three files, JSON all of them', () => {
  const names = ['a.toml', 'b.toml', 'c.toml', 'd.toml', 'e.toml']
  const many = names.map((name, at) => [
    name,
    web.replace('.web]', `.w${at}]`).replace('80', `8${at}`),
  ])
  return withRig(Object.fromEntries(many), forwarding, async ({ slb }) => {
    const ran = await slb('apply', ...names.flatMap(name => ['-c', name]))
    assert.is(ran.status, 0, ran.err)
    assert.match((await slb('history')).out, / {2}a\.toml b\.toml c\.toml and 2 more$/m)
    const json = JSON.parse((await slb('history', '-o', 'json')).out)
    assert.equal(json.applies[0].cause.files, names)
  })
})

test('the history says where an apply was made', () =>
  withRig({ ...files, 'named.toml': `${web}[node]\nname = "edge-7"\n` }, '', async ({ slb }) => {
    await slb('apply', '-c', 'web.toml')
    await slb('apply', '-c', 'less.toml')
    await slb('apply', '-c', 'named.toml')
    const json = JSON.parse((await slb('history', '-o', 'json')).out)
    assert.equal(
      json.applies.map((one: { node: string }) => one.node),
      ['edge-7', 'lb1', 'lb1'],
    )
  }))

test('a rollback removes no more than the guard of the last apply let pass, without consent', () => {
  const guarded = (limit: string) => `${web}[guard]\nmax_remove = ${limit}\n`
  const start = guarded('0').replace('"10.0.0.11:8080", ', '')
  const all = { 'less.toml': start, 'none.toml': guarded('0'), 'most.toml': guarded('"100%"') }
  return withRig(all, forwarding, async ({ slb, table }) => {
    const back = async (file: string, ...more: string[]) => {
      await slb('apply', '-c', 'less.toml', '--yes-remove', '9')
      await slb('apply', '-c', file)
      return slb('rollback', ...more)
    }
    const refused = await back('none.toml')
    assert.is(refused.status, 4)
    assert.match(refused.err, /^refused: the plan removes 1 of 2 destinations; .* --yes-remove 1$/m)
    assert.is(table.state().service.get('tcp 192.0.2.10:80')?.destinations.length, 2)
    assert.is((await slb('rollback', '--dry-run')).status, 4)
    assert.is((await back('none.toml', '--yes-remove', '1')).status, 0)
    assert.is((await back('most.toml')).status, 0)
  })
})

test('rolling back a repair brings back what hands had done, and keeps the service ours', () =>
  withRig(files, forwarding, async ({ slb, table }) => {
    await slb('apply', '-c', 'web.toml')
    const key = 'tcp 192.0.2.10:80'
    const row = table.state().service.get(key)
    assert.ok(row)
    const byHand = { ...row, scheduler: 'rr', owned: false }
    table.alter([{ op: 'update', kind: 'service', row: byHand, from: row }])
    const repair = await slb('apply', '-c', 'web.toml')
    assert.match(repair.out, /^ {2}!~ tcp .* scheduler rr -> wrr, mark none -> slb /m)
    const { out } = await slb('rollback')
    assert.match(out, /^ {3}~ tcp 192\.0\.2\.10:80 {2}scheduler wrr -> rr$/m)
  }))

test('taking over what nobody wants is a mistake of the command line', () =>
  withRig(files, forwarding, async ({ slb }) => {
    const { status, err } = await slb('apply', '-c', 'web.toml', '--adopt', 'tcp 192.0.2.10:81')
    assert.is(status, 64)
    assert.match(err, /^error: --adopt 'tcp 192\.0\.2\.10:81': the configuration wants no such row/)
  }))

test('get prints a snapshot that plan --against takes', () =>
  withRig(files, forwarding, async ({ slb, directory }) => {
    await slb('apply', '-c', 'web.toml')
    const { out } = await slb('get')
    assert.match(out, '\nservice tcp 192.0.2.10:80 wrr ours\n  -> 10.0.0.11:8080 nat weight 1\n')
    for (const text of [out, (await slb('get', '-o', 'json')).out]) {
      writeFileSync(join(directory, 'out.txt'), text)
      assert.is((await slb('plan', '-c', 'web.toml', '--against', 'out.txt')).out, noChanges)
    }
    const yaml = parse((await slb('get', '-o', 'yaml')).out)
    assert.equal(yaml, JSON.parse((await slb('get', '-o', 'json')).out))
  }))

test('import prints a file that plans only adoptions', () =>
  withRig({}, `${forwarding}service tcp 192.0.2.10:80 rr\n`, async rig => {
    const { status, out, err } = await rig.slb('import')
    assert.is(status, 0)
    assert.is(err, '')
    writeFileSync(join(rig.directory, 'out.toml'), out)
    const plan = await rig.slb('plan', '-c', 'out.toml')
    assert.match(plan.out, /^ {3}= tcp 192\.0\.2\.10:80 {2}taken over$/m)
    assert.match(plan.out, /Plan: 0 to add, 0 to change, 0 to drain, 0 to remove\.\n$/)
    await rig.slb('apply', '-c', 'out.toml')
    assert.is((await rig.slb('plan', '-c', 'out.toml')).out, noChanges)
    const yaml = parse((await rig.slb('import', '-o', 'yaml')).out)
    assert.is(yaml.service['tcp-192-0-2-10-80'].scheduler, 'rr')
  }))

test('status says of every service, backend and VIP how it stands', () =>
  withRig(files, forwarding, async (rig: CliRig) => {
    await rig.slb('apply', '-c', 'web.toml')
    rig.connections.set('tcp 192.0.2.10:80 -> 10.0.0.11:8080', {
      active: 12,
      inactive: 3,
      persistent: 1,
    })
    assert.equal(await rig.slb('status', '-c', 'web.toml'), {
      status: 0,
      err: '',
      out: `Node lb1

NAME                 STATE  WEIGHT  ACTIVE  INACTIVE  PERSISTENT  WHY
web
  tcp 192.0.2.10:80  ok     wrr
    10.0.0.11:8080   ok     1       12      3         1
    10.0.0.12:8080   ok     1       -       -         -
192.0.2.10 on slb0   ok                                           for web

The live state matches the configuration. Health: no backend has a check.
`,
    })
    await rig.slb('apply', '-c', 'less.toml', '--no-wait')
    const draining = await rig.slb('status', '-c', 'less.toml')
    assert.match(
      draining.out,
      /^ {4}10\.0\.0\.11:8080 +draining +0 +12 +3 +1 +drains for 60s at most$/m,
    )
    const json = JSON.parse((await rig.slb('status', '-c', 'less.toml', '-o', 'json')).out)
    assert.is(faultsOf(json), undefined)
    assert.is(json.in_sync, false)
    assert.equal(json.services[0].listeners[0].backends[0], {
      address: '10.0.0.11:8080',
      forward: 'nat',
      weight: 0,
      wanted_weight: 0,
      state: 'draining',
      why: 'draining',
      health: { verdict: 'unchecked' },
      drain_ends: '2027-01-15T08:17:40.000Z',
      connections: { active: 12, inactive: 3, persistent: 1 },
    })
  }))

test('--watch shows the status again and again, until it is interrupted', () =>
  withRig({ ...files, 'named.toml': `${web}[node]\nname = "edge-7"\n` }, '', async rig => {
    await rig.slb('apply', '-c', 'named.toml')
    const once = (await rig.slb('status', '-c', 'named.toml')).out
    assert.match(once, /^Node edge-7\n\nNAME /)
    assert.is(
      JSON.parse((await rig.slb('status', '-o', 'json', '-c', 'named.toml')).out).node,
      'edge-7',
    )
    const slept: number[] = []
    let interrupt = new AbortController()
    rig.interrupted = () => interrupt.signal
    rig.clock.sleep = async milliseconds => {
      if (slept.push(milliseconds) % 3 === 0) interrupt.abort()
    }
    assert.equal(await rig.slb('status', '-c', 'named.toml', '--watch'), {
      status: 0,
      out: [once, once, once].join('\n'),
      err: '',
    })
    interrupt = new AbortController()
    rig.tty = true
    const { out } = await rig.slb('status', '-c', 'named.toml', '--watch', '5')
    assert.is(out, `\u001b[H\u001b[J${once}`.repeat(3))
    assert.equal(slept, [2000, 2000, 2000, 5000, 5000, 5000])
    assert.is((await rig.slb('status', '-c', '-', '--watch')).status, 64)
  }))

test('config show prints more keys than one call takes arguments', () =>
  withRig(
    {
      'many.toml': `[kernel.vs]\n${Array.from({ length: 130_000 }, (_, i) => `a${i} = 1\n`).join('')}`,
    },
    '',
    async ({ slb }) => {
      const { status, out } = await slb('config', 'show', '--origin', '-c', 'many.toml')
      assert.is(status, 0)
      assert.is(out.split('\n').length, 130_001)
    },
  ))

test('status shows what is live although the configuration is invalid: 3', () =>
  withRig(files, forwarding, async ({ slb }) => {
    await slb('apply', '-c', 'web.toml')
    const { status, out, err } = await slb('status', '-c', 'bad.toml')
    assert.is(status, 3)
    assert.match(err, /did you mean "port"\?/)
    assert.match(out, /^ {2}tcp 192\.0\.2\.10:80 +ok/m)
    assert.match(out, 'The configuration is invalid')
  }))

test('a journal that cannot be written stops the apply before the kernel is touched: 1', () =>
  withRig({ ...files, state: 'a file in the place of the directory' }, forwarding, async rig => {
    const { status, err } = await rig.slb('apply', '-c', 'web.toml')
    assert.is(status, 1)
    assert.match(err, /^error: cannot (read|write) .*state/)
    assert.is(rig.table.trace.length, 0)
    assert.is(readFileSync(join(rig.directory, 'state'), 'utf8').length > 0, true)
  }))

test.run()
