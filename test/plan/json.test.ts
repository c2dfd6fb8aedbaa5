/** The JSON of any plan is what schema/plan.schema.json says. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { planJson } from '../../src/plan/json.ts'
import { plan } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/types.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { projectFolder } from '../project.ts'
import { desired, foreign, forgotten, over } from '../property/arbitrary.ts'
import { check } from '../property/runs.ts'

const schema = JSON.parse(readFileSync(`${projectFolder}/schema/plan.schema.json`, 'utf8'))
const validate = new Ajv({ formats: { 'date-time': true } }).compile(schema)
const fits = (json: unknown): boolean => validate(json) === true

test('every plan fits the schema', () =>
  check(
    'plans',
    200,
    fc.property(
      desired,
      foreign,
      forgotten,
      fc.constantFrom('refuse', 'adopt'),
      (config, others, rest, conflict) => {
        const seen = over(rest, others)
        const found = plan({ wanted: want(config), seen, ledger: emptyLedger, conflict })
        const json = JSON.parse([...planJson(found, { boot: 0, wall: 0 })].join(''))
        assert.ok(fits(json), JSON.stringify(validate.errors))
      },
    ),
  ))

test('the schema refuses what no plan holds', () => {
  const nothing: Plan = {
    changes: [],
    refused: [],
    pending: [],
    foreign: [],
    notes: [],
    forgotten: [],
    names: new Map(),
    reasons: new Map(),
    drains: new Map(),
    revision: 'r',
  }
  const good = JSON.parse([...planJson(nothing)].join(''))
  assert.ok(fits(good))
  const change = { op: 'create', kind: 'link', key: 'link a', service: [], from: null, to: {} }
  assert.ok(fits({ ...good, changes: [change] }))
  assert.not(fits({ ...good, changes: [{ ...change, op: 'make' }] }))
  assert.not(fits({ ...good, changes: [{ ...change, to: { weigth: 1 } }] }))
  assert.not(fits({ ...good, summary: { add: 1 } }))
})

test.run()
