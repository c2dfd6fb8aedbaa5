/** Network namespaces as the program enters them. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace, namespaceInode } from '../../src/netlink/namespace.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { service, web } from './ipvs-rows.ts'
import { enterFreshNamespace, freshNamespace, run } from './namespace.ts'

test('a named namespace is entered: sockets, programs and /proc belong to it', async () => {
  enterFreshNamespace()
  const before = namespaceInode()
  run(undefined, 'ip', 'netns', 'add', 'slbtest')
  const outside = ipvsTable()
  await outside.apply([{ op: 'create', kind: 'service', row: service(web) }])
  enterNamespace('slbtest')
  assert.is.not(namespaceInode(), before)
  const inside = ipvsTable()
  assert.is((await inside.read()).service?.size, 0)
  assert.is((await outside.read()).service?.size, 1)
  assert.is(run(undefined, 'ipvsadm', '-Sn'), '')
  assert.not.match(readFileSync('/proc/net/ip_vs', 'utf8'), /TCP/)
  run(undefined, 'ip', 'netns', 'del', 'slbtest')
})

test('a path will do as well', () => {
  enterFreshNamespace()
  const here = namespaceInode()
  const there = freshNamespace()
  enterNamespace(there.path)
  assert.is.not(namespaceInode(), here)
  there.close()
})

test.run()
