/** Composing again where a few services changed in nothing that others can see. */
import { isDeepStrictEqual } from 'node:util'
import type { DesiredService } from '../model/desired.ts'
import { turnsOff } from './check-kernel.ts'
import type { Composed } from './resolve.ts'
import type { Ahead, FileOutcome } from './resolve-file.ts'
import type { ServiceOutcome } from './resolve-service.ts'
import { settleMarks } from './settle-marks.ts'

/**
 * What `compose` would say, made of what it said before; undefined if it has to look at everything.
 *
 * Files meet each other in names, VIPs, virtual services, programs that checks run, and settings. Where all of these are as they
 * were, only the services themselves are others now, and all the rest holds again, as the same objects.
 *
 * @param before of a load without an error, so that every outcome in it has its service.
 */
export function recompose(
  files: readonly FileOutcome[],
  ahead: Ahead,
  before: Composed,
): Composed | undefined {
  if (ahead !== before.ahead || files.length !== before.files.length) return undefined
  if (turnsOff(before.desired.kernel)) return undefined
  const services = before.desired.services.slice()
  let at = 0
  for (const [i, file] of files.entries()) {
    const was = before.files[i]
    if (was === undefined || was.services.length !== file.services.length) return undefined
    if (file !== was && !replaceServices(file, was, services, at)) return undefined
    at += file.services.length
  }
  return { ...before, files, desired: { ...before.desired, services: settled(services, files) } }
}

/** A mark that had to give way to another may get its place back: which it is, depends on all of them. */
function settled(
  services: readonly DesiredService[],
  files: readonly FileOutcome[],
): readonly DesiredService[] {
  if (services.every(({ checkServices }) => checkServices.size === 0)) return services
  const outcomes = files.flatMap(file => file.services)
  return settleMarks(outcomes.flatMap(({ service }) => (service === undefined ? [] : [service])))
}

/** Puts the services of a file in the place of those that it had; false if others can see a change. */
function replaceServices(
  now: FileOutcome,
  was: FileOutcome,
  services: DesiredService[],
  start: number,
): boolean {
  if (now.file !== was.file || !isDeepStrictEqual(now.settings, was.settings)) return false
  for (const [i, outcome] of now.services.entries()) {
    const other = was.services[i]
    if (outcome.service === undefined || other === undefined) return false
    if (!looksTheSame(outcome, other)) return false
    services[start + i] = outcome.service
  }
  return true
}

function looksTheSame(a: ServiceOutcome, b: ServiceOutcome): boolean {
  return (
    a.name === b.name &&
    isDeepStrictEqual(a.uses, b.uses) &&
    isDeepStrictEqual(a.claims, b.claims) &&
    isDeepStrictEqual(a.programs, b.programs) &&
    isDeepStrictEqual(a.faults, b.faults)
  )
}
