/** Network namespaces as the program enters them. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace, namespaceId } from '../../src/netlink/namespace.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { service, web } from './ipvs-rows.ts'
import { enterFreshNamespace, freshNamespace, inside, run } from './namespace.ts'

test('a named namespace is entered: sockets, programs and /proc belong to it', async () => {
  enterFreshNamespace()
  const before = namespaceId()
  run(undefined, 'ip', 'netns', 'add', 'slbtest')
  const outside = ipvsTable()
  await outside.apply([{ op: 'create', kind: 'service', row: service(web) }])
  enterNamespace('slbtest')
  assert.is.not(namespaceId(), before)
  const inside = ipvsTable()
  assert.is((await inside.read()).service?.size, 0)
  assert.is((await outside.read()).service?.size, 1)
  assert.is(run(undefined, 'ipvsadm', '-Sn'), '')
  assert.not.match(readFileSync('/proc/net/ip_vs', 'utf8'), /TCP/)
  run(undefined, 'ip', 'netns', 'del', 'slbtest')
})

test('a namespace made after another has gone is not taken for it', () => {
  enterFreshNamespace()
  const seen = new Set<string>()
  for (let n = 0; n < 5; n++) {
    const next = freshNamespace()
    seen.add(inside(next, () => namespaceId()))
    next.close()
  }
  assert.is(seen.size, 5)
})

test('a path will do as well', () => {
  enterFreshNamespace()
  const here = namespaceId()
  const there = freshNamespace()
  enterNamespace(there.path)
  assert.is.not(namespaceId(), here)
  there.close()
})

test.run()
