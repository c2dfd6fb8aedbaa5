/**
 * slb is killed (SIGKILL) at every system call of an apply of fifty changes, and of what takes them
 * back, that could leave something half done; the next apply converges, and nothing of anybody else's
 * has changed.
 *
 * The default run takes a sample spread over all points; `npm run soak` takes every one.
 */
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { namespaceId } from '../../src/netlink/namespace.ts'
import type { Ran } from '../cli/slb.ts'
import { rounds } from '../rounds.ts'
import { after, before, foreign, makeForeign } from './fifty.ts'
import { ip } from './namespace.ts'
import { freshRig, type LabRig } from './rig.ts'
import { fileWrites, sends, traced } from './trace.ts'

/** Ways from what stands to what is to stand: the fifty changes, all of them back by a file, and by a rollback. */
const ways = ['forth', 'back', 'rollback'] as const
type Way = (typeof ways)[number]
/** Of each way; the figure is more than there are. */
const sample = rounds(2, 200)

interface Scene {
  readonly rig: LabRig
  /** What stands, and what it is to become: files. */
  readonly from: string
  readonly to: string
  /** The command that is killed. */
  readonly command: readonly string[]
  /** What others own. */
  readonly theirs: readonly string[]
}

/** A fresh namespace in which slb applied what stands, and in which others live, too. */
async function scene(way: Way): Promise<Scene> {
  const rig = freshRig()
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
  const files = [rig.file('before.toml', before), rig.file('after.toml', after)] as const
  expectStatus(await rig.here('apply', '-c', files[0]), 0)
  makeForeign()
  if (way !== 'forth') expectStatus(await rig.here(...applying(files[1])), 0)
  const [from, to] = way === 'forth' ? files : [files[1], files[0]]
  const goingBack = ['rollback', '-c', files[1], '--yes-remove', '99']
  const command = way === 'rollback' ? goingBack : applying(to)
  return { rig, from, to, command, theirs: foreign() }
}

const applying = (config: string): string[] => ['apply', '-c', config, '--yes-remove', '99']

/** A system call to be killed at: the how-manieth of its name, among those on its files. */
interface Point {
  readonly call: string
  readonly nth: number
  /** None for netlink. */
  readonly files: readonly string[]
}

/** Paths differ from scene to scene in these two names. */
function generic(path: string, { stateDir }: LabRig): string {
  return path.replace(stateDir, 'STATE').replace(`namespace-${namespaceId()}`, 'NAMESPACE')
}

function specific(path: string, { stateDir }: LabRig): string {
  return path.replace('STATE', stateDir).replace('NAMESPACE', `namespace-${namespaceId()}`)
}

/** All points of a way that is gone to its end. */
async function findPoints(way: Way): Promise<readonly Point[]> {
  const { rig, command } = await scene(way)
  const ran = await traced(rig, command, '-y', '-e', `trace=${sends},${fileWrites}`)
  expectStatus(ran, 0)
  const nth = new Map<string, number>()
  const found: { call: string; nth: number; path: string | undefined }[] = []
  const files = new Set<string>()
  for (const line of ran.calls) {
    const call = line.slice(0, line.indexOf('('))
    const [path] = /(\/proc\/sys\/[\w/]+|\/\S*slb-rig-[^">]*)/.exec(line.slice(0, 300)) ?? []
    if (!sends.split(',').includes(call) && path === undefined) continue
    if (path !== undefined) for (const one of pathsOf(line)) files.add(generic(one, rig))
    nth.set(call, (nth.get(call) ?? 0) + 1)
    found.push({ call, nth: nth.get(call) ?? 0, path })
  }
  return found.map(({ call, nth, path }) => ({ call, nth, files: path ? [...files] : [] }))
}

function pathsOf(line: string): readonly string[] {
  return [...line.matchAll(/["<](\/[^">]*)[">]/g)].map(([, path = '']) => path)
}

/** Kills a command there, and sees what the next apply makes of it. */
async function crashAt(way: Way, point: Point, real: boolean): Promise<void> {
  const { rig, from, to, command, theirs } = await scene(way)
  const name = `${way}: ${point.call} ${point.nth}`
  const paths = point.files.flatMap(path => ['-P', specific(path, rig)])
  const inject = `inject=${point.call}:signal=KILL:when=${point.nth}`
  const killed = await traced(rig, command, ...paths, '-e', `trace=${point.call}`, '-e', inject)
  assert.is(killed.signal, 'SIGKILL', `${name}: killed`)
  assert.is(killed.calls.length, point.nth, `${name}: there, and not elsewhere`)
  const slb = real ? rig.slb : rig.here
  expectStatus(await slb(...applying(to)), 0, name)
  expectStatus(await slb('plan', '-c', to, '--detailed-exitcode'), 0, name)
  assert.equal(foreign(), theirs, `${name}: what others own`)
  expectStatus(await rig.here(...applying(from)), 0, `${name}, and back`)
  expectStatus(await rig.here('plan', '-c', from, '--detailed-exitcode'), 0, `${name}, and back`)
  assert.equal(foreign(), theirs, `${name}: what others own, and back`)
  assert.equal(leftovers(rig), [], `${name}: temporary files`)
}

function leftovers({ stateDir }: LabRig): readonly string[] {
  if (!existsSync(stateDir)) return []
  const files = readdirSync(stateDir, { recursive: true, encoding: 'utf8' })
  return files.filter(file => file.endsWith('.tmp'))
}

function expectStatus(ran: Ran, status: number, what = ''): void {
  assert.is(ran.status, status, `${what}\n${ran.out}${ran.err}`)
}

/** So many of them, evenly spread, the last one included. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, all.length / count)
  const chosen = new Set<T>()
  for (let at = all.length - 1; at >= 0; at -= step) {
    const one = all[Math.round(at)]
    if (one !== undefined) chosen.add(one)
  }
  return [...chosen]
}

test('the plan has fifty changes', async () => {
  const { rig, to } = await scene('forth')
  const plan = JSON.parse((await rig.here('plan', '-c', to, '-o', 'json')).out)
  assert.is(plan.changes.length, 50)
  const kinds = new Set(
    plan.changes.map((one: { op: string; kind: string }) => `${one.op} ${one.kind}`),
  )
  for (const kind of ['update sysctl', 'update timeouts', 'create link', 'delete link'])
    assert.ok(kinds.has(kind), kind)
})

for (const way of ways)
  test(`an apply that is killed anywhere is finished by the next one: ${way}`, async () => {
    const points = await findPoints(way)
    const chosen = spread(points, sample)
    assert.ok(points.length > 100, `${points.length} points`)
    for (const [index, point] of chosen.entries()) await crashAt(way, point, index % 4 === 0)
    const count = (of: string): number =>
      points.filter(({ call }) => of.split(',').includes(call)).length
    console.log(
      `  ${way}: ${points.length} points: ${count(sends)} netlink sends, ${count(fileWrites)} file writes; killed at ${chosen.length}`,
    )
  })

test('an apply that is killed again and again gets there in the end', async () => {
  const { rig, from: before, to: after, theirs } = await scene('forth')
  const kills = rounds(3, 30)
  let landed = 0
  for (let kill = 0; kill < kills; kill++) {
    // Steps of a prime number visit all parts of an apply; now forth, now back.
    const inject = `inject=sendto:signal=KILL:when=${30 + ((kill * 37) % 60)}`
    const goal = applying(kill % 5 < 3 ? after : before)
    const { signal, status } = await traced(rig, goal, '-e', `trace=${sends}`, '-e', inject)
    assert.ok(signal === 'SIGKILL' || status === 0)
    if (signal === 'SIGKILL') landed++
    assert.equal(foreign(), theirs)
  }
  assert.ok(landed > 0)
  expectStatus(await rig.here(...applying(after)), 0)
  expectStatus(await rig.here('plan', '-c', after, '--detailed-exitcode'), 0)
  assert.equal(foreign(), theirs)
  assert.equal(leftovers(rig), [])
  console.log(`  ${kills} applies on top of each other, ${landed} of them killed`)
})

test.run()
