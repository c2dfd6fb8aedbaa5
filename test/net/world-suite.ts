/** Tests that share a world of routers, each with speakers of its own on fresh hosts. */
import { suite, type Test } from 'uvu'
import { type Known, openWorld, type World } from './world.ts'

export interface WorldContext {
  readonly world: World
  /** What a test has begun: ended after it, the last first. */
  readonly ends: (() => Promise<void>)[]
}

/** A suite whose world has so many hosts; `known` are those that are not like all others, by number. */
export function worldSuite(
  name: string,
  hosts: number,
  known?: Readonly<Record<number, Known>>,
): Test<WorldContext> {
  const test = suite<{ world: World; ends: WorldContext['ends'] }>(name)
  test.before(async context => {
    context.world = await openWorld(hosts, known)
  })
  // There is none if it could not be opened, and then that is what must be told.
  test.after(({ world }) => world?.close())
  test.before.each(context => {
    context.ends = []
  })
  test.after.each(async ({ ends }) => {
    for (const end of ends.reverse()) await end()
  })
  return test
}
