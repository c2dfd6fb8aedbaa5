/** From a listing to rows, and from changes to one transaction. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Op } from '../../../src/model/change.ts'
import type { Ip } from '../../../src/model/ip.ts'
import { type ServiceId, serviceId } from '../../../src/model/rows.ts'
import { ruleFor, type Verdict } from '../../../src/table/snat/rule.ts'
import {
  emptyRuleset,
  type Ruleset,
  readRuleset,
  type SnatChange,
  type Transaction,
  transaction,
} from '../../../src/table/snat/ruleset.ts'

const test = suite('source NAT ruleset')

const web = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)
const dns = serviceId('udp', 'ipv6', '2001:db8::1' as Ip, 53)

/** What nft 1.0.6 lists after the rules of `web` and `dns` were added. */
const listing = `{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5",
"json_schema_version": 1}}, {"table": {"family": "inet", "name": "slb", "handle": 1}}, {"chain":
{"family": "inet", "table": "slb", "name": "postrouting-5b1b", "handle": 1, "type": "nat", "hook":
"postrouting", "prio": 100, "policy": "accept"}}, {"rule": {"family": "inet", "table": "slb", "chain":
"postrouting-5b1b", "handle": 2, "comment": "slb:5b1b tcp 192.0.2.10:80", "expr": [{"match": {"op":
"==", "left": {"ct": {"key": "ip daddr", "dir": "original"}}, "right": "192.0.2.10"}}, {"match": {"op":
"==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"match": {"op": "==", "left": {"ct":
{"key": "proto-dst", "dir": "original"}}, "right": 80}}, {"match": {"op": "!=", "left": {"payload":
{"protocol": "ip", "field": "daddr"}}, "right": "192.0.2.10"}}, {"masquerade": null}]}}, {"rule":
{"family": "inet", "table": "slb", "chain": "postrouting-5b1b", "handle": 3, "comment":
"slb:5b1b udp [2001:db8::1]:53", "expr": [{"match": {"op": "==", "left": {"ct": {"key": "ip6 daddr",
"dir": "original"}}, "right": "2001:db8::1"}}, {"match": {"op": "==", "left": {"meta": {"key":
"l4proto"}}, "right": "udp"}}, {"match": {"op": "==", "left": {"ct": {"key": "proto-dst", "dir":
"original"}}, "right": 53}}, {"match": {"op": "!=", "left": {"payload": {"protocol": "ip6", "field":
"daddr"}}, "right": "2001:db8::1"}}, {"masquerade": null}]}}]}`
const standing = readRuleset(JSON.parse(listing))

test('a listing becomes rows with their handles', () => {
  assert.equal(
    [...standing.rules].map(([key, { row, handle }]) => [key, row.service, handle]),
    [
      ['snat tcp 192.0.2.10:80', web, 2],
      ['snat udp [2001:db8::1]:53', dns, 3],
    ],
  )
  assert.equal(standing.strange, [])
})

test('a rule of ours whose comment is not about what it does, and a double, are strange', () => {
  const changed = readRuleset(
    JSON.parse(listing.replace('"comment": "slb:5b1b tcp 192', '"comment": "slb:5b1b tcp 1')),
  )
  assert.equal(changed.strange, [2])
  assert.is(changed.shared, false)
  assert.equal([...changed.rules.keys()], ['snat udp [2001:db8::1]:53'])
  const items = JSON.parse(listing).nftables
  assert.equal(readRuleset({ nftables: [...items, items[3]] }).strange, [2])
})

test('a rule without our mark, a chain and a set are somebody else’s, in a table of ours', () => {
  const items = JSON.parse(listing).nftables
  const { comment, ...unmarked } = items[3].rule
  for (const guest of [
    { rule: { ...unmarked, handle: 9 } },
    { rule: { ...unmarked, handle: 9, comment: 'mine' } },
    { chain: { family: 'inet', table: 'slb', name: 'theirs', handle: 9 } },
    { set: { family: 'inet', table: 'slb', name: 'theirs', handle: 9, type: 'mark' } },
  ]) {
    const { rules, strange, theirs, shared } = readRuleset({ nftables: [...items, guest] })
    assert.equal([rules.size, strange, theirs, shared], [2, [], false, true])
  }
  assert.match(comment, 'slb:5b1b')
})

test('a table without our chain is not ours, even an empty one', () => {
  const [meta, table, chain, rule] = JSON.parse(listing.replaceAll('-5b1b', '')).nftables
  for (const nftables of [
    [meta, table],
    [table, chain],
    [table, chain, rule],
  ])
    assert.is(readRuleset({ nftables }).theirs, true)
})

test('anything but a listing is empty', () => {
  for (const json of [undefined, null, 1, [], {}, { nftables: {} }])
    assert.equal(readRuleset(json), emptyRuleset)
})

test('the first rule brings table and chain with it', () => {
  const { commands, failures } = turn(emptyRuleset, [change('create', web)])
  assert.equal(failures, [])
  assert.equal(commands, {
    nftables: [
      { add: { table: { family: 'inet', name: 'slb' } } },
      {
        add: {
          chain: {
            family: 'inet',
            table: 'slb',
            name: 'postrouting-5b1b',
            type: 'nat',
            hook: 'postrouting',
            prio: 100,
            policy: 'accept',
          },
        },
      },
      added(web),
    ],
  })
})

test('rules come and go in one transaction', () => {
  const ssh = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 22)
  const { commands } = turn(standing, [change('delete', web), change('create', ssh)])
  assert.equal(commandsOf(commands).slice(2), [deleted(2), added(ssh)])
})

test('with the last rule the table goes', () => {
  const changes = [web, dns].map(id => change('delete', id))
  assert.equal(turn(standing, changes).commands, {
    nftables: [{ delete: { table: { family: 'inet', name: 'slb' } } }],
  })
})

test('while the service of a deleted rule stands, a keeper that does nothing takes its place', () => {
  const { commands } = transaction(
    standing,
    [web, dns].map(id => change('delete', id)),
    id => id.key === dns.key,
  )
  assert.equal(commandsOf(commands).slice(2), [deleted(2), deleted(3), added(dns, 'accept')])
})

/** After that. */
const kept = readRuleset(JSON.parse(listing.replaceAll('"masquerade"', '"accept"')))

test('a keeper is no rule, goes when it is deleted, and the table with the last one', () => {
  assert.equal([...kept.rules.keys()], [])
  assert.equal([...kept.keepers.keys()], ['snat tcp 192.0.2.10:80', 'snat udp [2001:db8::1]:53'])
  assert.equal(commandsOf(turn(kept, [change('delete', web)]).commands), [deleted(2)])
  const all = [web, dns].map(id => change('delete', id))
  assert.equal(turn(kept, all).commands, {
    nftables: [{ delete: { table: { family: 'inet', name: 'slb' } } }],
  })
})

test('a rule that comes back takes the place of its keeper', () => {
  const { commands, failures } = turn(kept, [change('create', web)])
  assert.equal(failures, [])
  assert.equal(commandsOf(commands).slice(2), [deleted(2), added(web)])
})

test('a table that somebody else uses too stays when our last rule goes', () => {
  const { commands } = turn(
    { ...standing, shared: true },
    [web, dns].map(id => change('delete', id)),
  )
  assert.equal(commandsOf(commands), [deleted(2), deleted(3)])
})

test('nothing is written to a table of somebody else', () => {
  const { commands, failures } = turn({ ...emptyRuleset, theirs: true, shared: true }, [
    change('create', web),
    change('update', dns),
  ])
  assert.is(commands, undefined)
  assert.equal(
    failures.map(({ error }) => error.code),
    ['invalid', 'invalid'],
  )
  assert.match(failures[0]?.error.message ?? '', /table inet slb is somebody else's/)
  assert.match(failures[0]?.error.hint ?? '', /nft delete table inet slb/)
})

test('of two changes of one rule in one apply the last one holds', () => {
  const back = transaction(standing, [change('delete', web), change('create', web)], () => true)
  assert.equal(commandsOf(back.commands).slice(2), [deleted(2), added(web)])
  const away = turn(emptyRuleset, [change('create', web), change('delete', web)])
  assert.equal([away.commands, away.failures], [undefined, []])
})

test('strange rules in our table go with the next change', () => {
  const { commands } = turn({ ...standing, strange: [9] }, [change('delete', web)])
  assert.equal(commandsOf(commands), [deleted(2), deleted(9)])
})

test('what is not as the plan saw it is stale; the rest goes on', () => {
  const other = serviceId('tcp', 'ipv4', '192.0.2.99' as Ip, 80)
  const { commands, failures } = turn(standing, [
    change('create', web),
    change('delete', other),
    change('delete', dns),
  ])
  assert.equal(
    failures.map(({ change, error }) => [change.op, error.code, error.errno]),
    [
      ['create', 'stale', 'EEXIST'],
      ['delete', 'stale', 'ENOENT'],
    ],
  )
  assert.equal(commandsOf(commands), [deleted(3)])
})

test('an update of a rule that stands needs nothing, of one that is gone makes it', () => {
  assert.is(turn(standing, [change('update', web)]).commands, undefined)
  assert.equal(commandsOf(turn(emptyRuleset, [change('update', web)]).commands)[2], added(web))
})

/** A transaction at a time when no service stands. */
function turn(now: Ruleset, changes: readonly SnatChange[]): Transaction {
  return transaction(now, changes, () => false)
}

function change(op: Op, service: ServiceId): SnatChange {
  return { op, kind: 'snat', row: { service } }
}

const inChain = { family: 'inet', table: 'slb', chain: 'postrouting-5b1b' }

function added(id: ServiceId, verdict: Verdict = 'masquerade'): unknown {
  return {
    add: { rule: { ...inChain, comment: `slb:5b1b ${id.key}`, expr: ruleFor(id, verdict) } },
  }
}

function deleted(handle: number): unknown {
  return { delete: { rule: { ...inChain, handle } } }
}

function commandsOf(commands: unknown): unknown[] {
  return (commands as { nftables: unknown[] }).nftables
}

test.run()
