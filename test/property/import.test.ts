/** `slb import` on any live state: the printed file plans nothing but adoptions. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import type { Rules } from '../../src/import/announcements.ts'
import { importState } from '../../src/import/import-state.ts'
import type { Desired } from '../../src/model/desired.ts'
import { hostPrefix } from '../../src/model/ip.ts'
import type { State } from '../../src/model/state.ts'
import { plan } from '../../src/plan/plan.ts'
import type { Ledger, Plan, Wanted } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { machine } from '../machine.ts'
import { consent } from './apply.ts'
import { desired, foreign } from './arbitrary.ts'
import { check } from './runs.ts'

interface Result extends Plan {
  readonly leftOut: ReadonlyMap<string, string>
  readonly text: string
  readonly wanted: Wanted
}

async function planOfImport(seen: State, ledger: Ledger, rules: Rules = {}): Promise<Result> {
  const { text, leftOut } = await importState(seen, ledger, rules)
  const loaded = await load([{ file: 'import.toml', text: Buffer.from(text) }])
  assert.ok(loaded.desired, `${JSON.stringify(loaded.diagnostics)}\n${text}`)
  const wanted = want(loaded.desired)
  const found = plan({ wanted, seen, ledger, conflict: loaded.desired.conflict })
  return { ...found, leftOut, text, wanted }
}

test('what others made is adopted, and nothing else happens', () =>
  check(
    'foreign',
    300,
    fc.asyncProperty(foreign, async state => {
      const {
        changes,
        refused,
        pending,
        foreign: rest,
        leftOut,
        text,
      } = await planOfImport(state, emptyLedger)
      const others = changes.filter(({ op }) => op !== 'adopt')
      assert.equal(others, [], text)
      assert.equal(refused, [], text)
      assert.equal(pending, [], text)
      if (leftOut.size === 0)
        assert.equal(
          rest.filter(({ kind }) => kind === 'service'),
          [],
          text,
        )
    }),
  ))

test('what slb made of any configuration is described again: no changes', () =>
  check(
    'ours',
    200,
    fc.asyncProperty(desired, async config => {
      const slb = machine()
      await slb.apply(sayable(config), { consent })
      const { strict = new Set(), withdrawal } = want(sayable(config))
      const ledger = slb.journal.read()
      const rules = { strict: ledger.strict, ...(withdrawal && { withdrawal }) }
      const { changes, refused, leftOut, text, wanted } = await planOfImport(
        slb.table.state(),
        ledger,
        rules,
      )
      fc.pre(leftOut.size === 0)
      assert.equal(changes, [], text)
      assert.equal(refused, [], text)
      const { arp, route } = slb.table.state()
      const live = [...strict].filter(key => arp.has(key) || route.has(key))
      assert.equal([...(wanted.strict ?? [])].sort(), live.sort(), text)
      if (wanted.withdrawal !== undefined) assert.equal(wanted.withdrawal, withdrawal, text)
    }),
  ))

/**
 * Only what is live, and a file can say: a link that is named after a service has no other users, and
 * without persistence there is neither netmask nor engine.
 */
function sayable(config: Desired): Desired {
  const vips = config.vips.map(vip =>
    vip.link?.startsWith('svc-') ? { ...vip, link: 'slb0', ownLink: true } : vip,
  )
  const services = config.services.map(service => ({
    ...service,
    listeners: service.listeners.map(row =>
      row.persistence > 0 ? row : { ...row, engine: '', netmask: hostPrefix(row.id.family) },
    ),
  }))
  return { ...config, vips, services }
}

test.run()
