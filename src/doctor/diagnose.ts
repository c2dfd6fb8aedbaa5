/** Everything that is looked at, in the order of what it rests on. */
import type { Verdict } from '../serve/circumstances.ts'
import type { Case } from './case.ts'
import type { Finding } from './finding.ts'
import { examineHealth } from './health.ts'
import { examineModules } from './modules.ts'
import { examineNeighbours } from './neighbours.ts'
import { examineRows } from './rows.ts'
import { examineSwitches } from './switches.ts'
import { examineChecksThroughVips } from './through-vip.ts'
import { examineTools } from './tools.ts'
import { examineVips } from './vips.ts'
import { examineWays } from './ways.ts'

export interface Around {
  readonly stateDirectory: string
  /** What was found; undefined = nobody checks. */
  readonly verdicts: ReadonlyMap<string, Verdict> | undefined
}

/** All findings: what is wrong comes first. */
export function diagnose(one: Case, { stateDirectory, verdicts }: Around): readonly Finding[] {
  const all = [
    ...examineTools(one, stateDirectory),
    ...examineModules(one),
    ...examineSwitches(one),
    ...examineChecksThroughVips(one),
    ...examineVips(one),
    ...examineNeighbours(one),
    ...examineWays(one),
    ...examineRows(one),
    ...examineHealth(one, verdicts),
  ]
  return [
    ...all.filter(({ level }) => level === 'wrong'),
    ...all.filter(({ level }) => level === 'warning'),
  ]
}
