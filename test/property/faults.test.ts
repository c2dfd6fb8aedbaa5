/**
 * Every errno at every write: the key that fails is named, all that does not depend on it is done,
 * and the next apply without the fault makes the rest.
 */
import { constants } from 'node:os'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Change, changeKey } from '../../src/model/change.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { SlbError } from '../../src/model/error.ts'
import type { Service } from '../../src/model/rows.ts'
import { type State, stateOf } from '../../src/model/state.ts'
import { kernelError } from '../../src/netlink/errno.ts'
import { want } from '../../src/plan/want.ts'
import { fromText, toText } from '../../src/table/snapshot.ts'
import { configuration } from '../case/case.ts'
import { type Machine, machine } from '../machine.ts'
import { applied, consent } from './apply.ts'
import { desired, foreign, forgotten, over } from './arbitrary.ts'
import { checkForeign, checkWanted, type Outcome, oursAfter } from './oracle.ts'
import { check } from './runs.ts'

const errnos = [
  ...['EBUSY', 'EEXIST', 'ENOENT', 'ESRCH', 'EPERM', 'ENOBUFS', 'EAGAIN', 'ENOMEM', 'ENOSPC'],
  ...['ENODEV', 'EINVAL', 'ERANGE', 'EADDRNOTAVAIL', 'EOPNOTSUPP', 'EIO', 'ETIMEDOUT'],
] as (keyof typeof constants.errno)[]

/** A fault that strikes once, at the write with this number, or whenever that write's key comes again. */
interface Fault {
  readonly at: number
  readonly errno: keyof typeof constants.errno
  readonly lasting: boolean
}

/** A machine with a fault that can be taken away. */
function faulty(
  initial: State,
  fault: Fault,
): { slb: Machine; struck(): Change | undefined; breakNow(): void; heal(): void } {
  let writes = 0
  let struck: Change | undefined
  let healed = true
  const error = (change: Change): SlbError =>
    kernelError(constants.errno[fault.errno], `${change.op} ${changeKey(change)}`)
  const slb = machine(initial, {
    fail(change) {
      if (healed) return undefined
      if (writes++ === fault.at) struck = change
      else if (!fault.lasting || struck === undefined || changeKey(struck) !== changeKey(change))
        return undefined
      return error(change)
    },
  })
  return {
    slb,
    struck: () => struck,
    breakNow() {
      healed = false
    },
    heal() {
      healed = true
    },
  }
}

/** One apply with a fault, then one without; if there was one before, from what that made. */
async function survives(
  initial: State,
  first: Desired | undefined,
  config: Desired,
  fault: Fault,
): Promise<void> {
  const { slb, struck, breakNow, heal } = faulty(initial, fault)
  const ours = first === undefined ? new Map() : oursAfter(await applied(slb, first))
  breakNow()
  const before = slb.table.state()
  const round = await slb.apply(config, { consent })
  const change = struck()
  if (change === undefined) return
  const key = changeKey(change)
  const after = slb.table.state()
  const outcome: Outcome = { before, after, ours, wanted: want(config), conflict: 'refuse', round }

  const failed = round.failures.map(one => changeKey(one.change))
  const { code } = kernelError(constants.errno[fault.errno], '')
  const passing = !fault.lasting && (code === 'stale' || code === 'busy')
  assert.equal(failed, passing ? [] : [key], `${fault.errno} at ${key}`)
  const waiting = new Set(round.left.pending.map(one => one.key))
  const left = round.left.changes.map(changeKey).filter(one => !waiting.has(one))
  assert.equal(left, [], 'what can be done is done')
  checkForeign(outcome)
  checkWanted(passing ? outcome : { ...outcome, excused: dependents(change, config) })

  checkNothingLost(outcome)

  heal()
  slb.clock.pass(60_000)
  await applied(slb, config)
}

/** What was to be replaced stays as long as what replaces it cannot come. */
function checkNothingLost({ before, after, wanted }: Outcome): void {
  const ips = new Set([...after.address.values()].map(row => row.address))
  const wantedIps = new Set([...wanted.state.address.values()].map(row => row.address))
  for (const { address } of before.address.values())
    if (wantedIps.has(address)) assert.ok(ips.has(address), `${address} is lost`)
  const serves = (row: Service | undefined) => row?.destinations.some(one => one.weight > 0)
  for (const [key, row] of wanted.state.service)
    if (serves(row) && serves(before.service.get(key)))
      assert.ok(serves(after.service.get(key)), `${key} lost all its backends`)
}

/** Keys that may be other than wanted if a change failed: its own, and what leads to it or stands on it. */
function dependents(change: Change, config: Desired): ReadonlySet<string> {
  const { state } = want(config)
  const keys = new Set([changeKey(change)])
  const id =
    change.kind === 'destination' || change.kind === 'snat'
      ? change.row.service
      : change.kind === 'service'
        ? change.row.id
        : undefined
  if (id) keys.add(id.key).add(`snat ${id.key}`)
  for (const [key, row] of state.address) {
    const on = change.kind === 'link' && change.row.name === row.link
    const ip = change.kind === 'address' && change.row.address === row.address
    if (on || ip || (id?.address !== undefined && id.address === row.address)) keys.add(key)
  }
  return keys
}

const scene = fc.tuple(foreign, forgotten).map(([others, rest]) => over(rest, others))

test('any errno at any write of any apply', () =>
  check(
    'one fault',
    300,
    fc.asyncProperty(
      scene,
      fc.option(desired, { nil: undefined }),
      desired,
      fc.record({
        at: fc.nat({ max: 30 }),
        errno: fc.constantFrom(...errnos),
        lasting: fc.boolean(),
      }),
      survives,
    ),
  ))

test('every errno at every write of one rich apply', async () => {
  // The richest of some configurations, the same in every run.
  const [config] = fc
    .sample(desired, { seed: 7, numRuns: 200 })
    .sort((a, b) => [...want(b).state.service].length - [...want(a).state.service].length)
  const [initial] = fc.sample(scene, { seed: 7, numRuns: 1 })
  assert.ok(config && initial)
  const slb = machine(initial)
  await slb.apply(config, { consent })
  const writes = slb.table.trace.length
  assert.ok(writes > 15, `only ${writes} writes`)
  for (let at = 0; at < writes; at++)
    for (const errno of errnos)
      for (const lasting of [false, true])
        await survives(initial, undefined, config, { at, errno, lasting })
  console.log(`  every fault: ${writes} writes, ${errnos.length} errnos, once and lasting`)
})

/** From one service to another, with one change that fails for good. */
async function halfway(from: string, to: string, failing: string): Promise<string> {
  const { state } = fromText(`link slb0 dummy up ours\naddress slb0 192.0.2.10/32 ours\n${from}`)
  const fail = (change: Change): SlbError | undefined =>
    changeKey(change) === failing ? kernelError(constants.errno.ENOSPC, 'change') : undefined
  const slb = machine(state, { fail })
  const [key] = state.service.keys()
  await slb.apply(await configuration(to, 'slb.toml'), { consent })
  return toText(stateOf({ service: slb.table.state().service })).replace(
    `service ${key} wrr ours\n`,
    '',
  )
}

const web = (backends: string): string =>
  `[service.web]\nvip = "192.0.2.10"\nport = 80\nbackends = [${backends}]\n`
const one = 'service tcp 192.0.2.10:80 wrr ours\n  -> 10.0.0.2:80 nat weight 1\n'

test('a backend that is to give way serves on if the one that takes over cannot be added', async () => {
  const to = web('"10.0.0.1", { address = "10.0.0.2", weight = 0 }')
  const left = await halfway(one, to, 'tcp 192.0.2.10:80 -> 10.0.0.1:80')
  assert.is(left, '  -> 10.0.0.2:80 nat weight 1\n')
})

test('... is quieted all the same if another serves', async () => {
  const to = web('"10.0.0.1", { address = "10.0.0.2", weight = 0 }, "10.0.0.3"')
  const left = await halfway(
    `${one}  -> 10.0.0.3:80 nat weight 1\n`,
    to,
    'tcp 192.0.2.10:80 -> 10.0.0.1:80',
  )
  assert.is(left, '  -> 10.0.0.2:80 nat weight 0\n  -> 10.0.0.3:80 nat weight 1\n')
})

test('... and stays if the one that takes over cannot be raised', async () => {
  const left = await halfway(
    `${one}  -> 10.0.0.3:80 nat weight 0\n`,
    web('"10.0.0.3"'),
    'tcp 192.0.2.10:80 -> 10.0.0.3:80',
  )
  assert.is(left, '  -> 10.0.0.2:80 nat weight 1\n  -> 10.0.0.3:80 nat weight 0\n')
})

test('a service whose drain cannot begin is not cut', async () => {
  const left = await halfway(one, '# nothing\n', 'tcp 192.0.2.10:80 -> 10.0.0.2:80')
  assert.is(left, '  -> 10.0.0.2:80 nat weight 1\n')
})

test.run()
