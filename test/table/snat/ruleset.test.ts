/** From a listing to rows, and from changes to one transaction. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Op } from '../../../src/model/change.ts'
import type { Ip } from '../../../src/model/ip.ts'
import { fwmarkId, type ServiceId, serviceId } from '../../../src/model/rows.ts'
import { ruleFor } from '../../../src/table/snat/rule.ts'
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
const mark = fwmarkId(7, 'ipv6')

/** What nft 1.0.6 lists after the rules of `web`, `dns` and `mark` were added. */
const listing = `{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5",
"json_schema_version": 1}}, {"table": {"family": "inet", "name": "slb", "handle": 1}}, {"chain":
{"family": "inet", "table": "slb", "name": "postrouting", "handle": 1, "type": "nat", "hook":
"postrouting", "prio": 100, "policy": "accept"}}, {"rule": {"family": "inet", "table": "slb", "chain":
"postrouting", "handle": 2, "comment": "tcp 192.0.2.10:80", "expr": [{"match": {"op": "==", "left":
{"ct": {"key": "ip daddr", "dir": "original"}}, "right": "192.0.2.10"}}, {"match": {"op": "==", "left":
{"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"match": {"op": "==", "left": {"ct": {"key":
"proto-dst", "dir": "original"}}, "right": 80}}, {"match": {"op": "!=", "left": {"payload": {"protocol":
"ip", "field": "daddr"}}, "right": "192.0.2.10"}}, {"masquerade": null}]}}, {"rule": {"family": "inet",
"table": "slb", "chain": "postrouting", "handle": 3, "comment": "udp [2001:db8::1]:53", "expr":
[{"match": {"op": "==", "left": {"ct": {"key": "ip6 daddr", "dir": "original"}}, "right":
"2001:db8::1"}}, {"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "udp"}},
{"match": {"op": "==", "left": {"ct": {"key": "proto-dst", "dir": "original"}}, "right": 53}}, {"match":
{"op": "!=", "left": {"payload": {"protocol": "ip6", "field": "daddr"}}, "right": "2001:db8::1"}},
{"masquerade": null}]}}, {"rule": {"family": "inet", "table": "slb", "chain": "postrouting", "handle":
5, "comment": "fwmark 7 ipv6", "expr": [{"match": {"op": "==", "left": {"meta": {"key": "nfproto"}},
"right": "ipv6"}}, {"match": {"op": "==", "left": {"meta": {"key": "mark"}}, "right": 7}},
{"masquerade": null}]}}]}`
const standing = readRuleset(JSON.parse(listing))

test('a listing becomes rows with their handles', () => {
  assert.equal(
    [...standing.rules].map(([key, { row, handle }]) => [key, row.service, handle]),
    [
      ['snat tcp 192.0.2.10:80', web, 2],
      ['snat udp [2001:db8::1]:53', dns, 3],
      ['snat fwmark 7 ipv6', mark, 5],
    ],
  )
  assert.equal(standing.strange, [])
})

test('a rule whose comment is not about what it does, and a double, are strange', () => {
  const changed = readRuleset(
    JSON.parse(listing.replace('"comment": "tcp 192', '"comment": "tcp 1')),
  )
  assert.equal(changed.strange, [2])
  assert.equal([...changed.rules.keys()], ['snat udp [2001:db8::1]:53', 'snat fwmark 7 ipv6'])
  const items = JSON.parse(listing).nftables
  assert.equal(readRuleset({ nftables: [...items, items[3]] }).strange, [2])
})

test('anything but a listing is empty', () => {
  for (const json of [undefined, null, 1, [], {}, { nftables: {} }, { nftables: [null, 1] }])
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
            name: 'postrouting',
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
  const changes = [web, dns, mark].map(id => change('delete', id))
  assert.equal(turn(standing, changes).commands, {
    nftables: [{ delete: { table: { family: 'inet', name: 'slb' } } }],
  })
})

test('the table stays while the service of a deleted rule stands, for the sake of its flows', () => {
  const changes = [web, dns, mark].map(id => change('delete', id))
  const { commands } = transaction(standing, changes, id => id.key === dns.key)
  const [two, three, five, keeper, ...rest] = commandsOf(commands)
  assert.equal([two, three, five], [deleted(2), deleted(3), deleted(5)])
  assert.match(JSON.stringify(keeper), /"direction".*"accept"/)
  assert.equal(rest, [])
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

const inChain = { family: 'inet', table: 'slb', chain: 'postrouting' }

function added(id: ServiceId): unknown {
  return { add: { rule: { ...inChain, comment: id.key, expr: ruleFor(id) } } }
}

function deleted(handle: number): unknown {
  return { delete: { rule: { ...inChain, handle } } }
}

function commandsOf(commands: unknown): unknown[] {
  return (commands as { nftables: unknown[] }).nftables
}

test.run()
