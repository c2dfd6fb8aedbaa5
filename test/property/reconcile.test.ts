/** For any configuration, any live state and any foreign objects. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Conflict, Desired } from '../../src/model/desired.ts'
import { keyOf } from '../../src/model/rows.ts'
import type { State } from '../../src/model/state.ts'
import { machine } from '../machine.ts'
import { applied, consent } from './apply.ts'
import { desired, foreign, forgotten, over } from './arbitrary.ts'
import { addAddress, addService, disturb } from './hands.ts'
import { check } from './runs.ts'

const conflicts = fc.constantFrom<Conflict>('refuse', 'refuse', 'adopt', 'force')
const scene = fc.tuple(foreign, forgotten, conflicts)
const anyKey = (): boolean => true

test('an apply makes what is wanted, touches nothing else, and writes no more than it must', () =>
  check(
    'from any live state',
    300,
    fc.asyncProperty(scene, desired, async ([others, rest, conflict], config) => {
      await applied(machine(over(rest, others)), config, conflict)
    }),
  ))

test('so does the next one, from whatever the first one made', () =>
  check(
    'from one configuration to the next',
    200,
    fc.asyncProperty(
      scene,
      fc.array(desired, { minLength: 2, maxLength: 4 }),
      async ([others, rest, conflict], configs) => {
        const slb = machine(over(rest, others))
        for (const config of configs) await applied(slb, config, conflict)
      },
    ),
  ))

test('what hands did to ours since is repaired, what they did to theirs stays', () =>
  check(
    'after hands',
    300,
    fc.asyncProperty(
      scene,
      desired,
      fc.array(fc.oneof(disturb, disturb, addService(anyKey), addAddress), { maxLength: 8 }),
      fc.option(desired, { nil: undefined }),
      async ([others, rest, conflict], config, acts, next) => {
        const slb = machine(over(rest, others))
        await applied(slb, config, conflict)
        for (const { act } of acts) slb.table.alter(act(slb.table.state()))
        await applied(slb, next ?? config, conflict)
      },
    ),
  ))

test('renaming services writes nothing', () =>
  check(
    'rename',
    100,
    fc.asyncProperty(desired, async config => {
      const slb = machine()
      const still = withoutNamedLinks(config)
      await slb.apply(still)
      const writes = slb.table.trace.length
      const renamed = await slb.apply(renamedServices(still))
      assert.equal(renamed.plan.changes, [])
      assert.is(slb.table.trace.length, writes)
    }),
  ))

/** A link that is named after its service moves when the service is renamed. */
function withoutNamedLinks(config: Desired): Desired {
  const vips = config.vips.map(vip =>
    vip.link?.startsWith('svc-') || vip.link === 'eth0'
      ? { ...vip, link: 'slb0', ownLink: true }
      : vip,
  )
  return { ...config, vips, kernel: { ...config.kernel, sync: [] } }
}

function renamedServices(config: Desired): Desired {
  const rename = (name: string): string => `new-${name}`
  return {
    ...config,
    services: config.services.map(one => ({ ...one, name: rename(one.name) })),
    vips: config.vips.map(vip => ({ ...vip, services: vip.services.map(rename).sort() })),
  }
}

test('make before break: on the way, no VIP and no service that stays is ever without what it had', () =>
  check(
    'order of writes',
    200,
    fc.asyncProperty(desired, desired, async (first, next) => {
      const states: State[] = []
      const slb = machine(undefined, { after: () => states.push(slb.table.state()) })
      await slb.apply({ ...first, kernel: { ...first.kernel, sync: [] } })
      const before = slb.table.state()
      states.length = 0
      await slb.apply({ ...next, kernel: { ...next.kernel, sync: [] } }, { consent })
      const after = slb.table.state()
      for (const state of states) checkWay(before, state, after)
    }),
  ))

/** An address that stands before and after stands always; a service with backends in both has some always. */
function checkWay(before: State, now: State, after: State): void {
  const ips = (state: State) => new Set([...state.address.values()].map(row => row.address))
  const [were, are, willBe] = [ips(before), ips(now), ips(after)]
  for (const ip of were) if (willBe.has(ip)) assert.ok(are.has(ip), `${ip} is away for a while`)
  for (const [key, to] of after.service) {
    const from = before.service.get(key)
    if (!from?.destinations.some(row => row.weight > 0)) continue
    if (!to.destinations.some(row => row.weight > 0)) continue
    const live = now.service.get(key)?.destinations.some(row => row.weight > 0)
    assert.ok(live, `${key} is without backends for a while`)
  }
  // A VIP comes after its services, with all their backends.
  for (const row of now.address.values()) {
    if (were.has(row.address)) continue
    for (const [key, to] of after.service)
      if (to.id.address === row.address)
        for (const one of to.destinations) {
          const places = now.service.get(key)?.destinations.map(keyOf.destination) ?? []
          assert.ok(places.includes(keyOf.destination(one)), `${key} is not ready`)
        }
  }
}

test.run()
