/** What is remembered of events, and until when. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Heard } from '../../src/watch/heard.ts'

test('what was heard of a file is forgotten when it was taken, or is gone: the next to come is another', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slb-heard-'))
  try {
    const heard = new Heard()
    heard.reach([folder])
    const [a = '', b = ''] = ['a.toml', 'b.toml'].map(name => join(folder, name))
    for (const path of [a, b]) {
      writeFileSync(path, '')
      assert.ok(heard.note('place', path, 100))
    }
    assert.equal([heard.last(a), heard.last(b)], [100, 100])
    heard.note('place', a, 120)
    heard.taken(a)
    assert.equal([heard.last(a), heard.last(b)], [undefined, 100])
    heard.gone(b)
    assert.is(heard.last(b), undefined)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.run()
