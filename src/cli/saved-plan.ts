/** A plan in a file: the configuration it was made from, and the changes that it showed. */
import { writeFileSync } from 'node:fs'
import type { Source } from '../config/load.ts'
import type { Preview } from '../engine/reconcile.ts'
import { changeDocument, guardDocument, planJson } from '../plan/json.ts'
import type { Plan } from '../plan/types.ts'
import { ioError } from '../state/durable.ts'
import { UsageError } from './exit.ts'
import type { ConsentOptions } from './job.ts'
import { readText } from './target.ts'

/** What of a saved plan is needed to apply it. */
export interface SavedPlan {
  readonly sources: readonly Source[]
  readonly consent: ConsentOptions
  /** Each change as JSON text: exactly these will be made, or none. */
  readonly changes: readonly string[]
}

/** What stands in the file beside the plan itself. */
interface Saved {
  readonly configuration: readonly { readonly file: string; readonly text: string }[]
  readonly consent: ConsentOptions
}

/** Writes a plan, as `-o json` prints it, with what is needed to make it again. Throws SlbError `io`. */
export function savePlan(
  file: string,
  { plan, verdict }: Preview,
  sources: readonly Source[],
  { adopt, force, yesRemove }: ConsentOptions,
): void {
  const saved: Saved = {
    configuration: sources.map(({ file, text }) => ({
      file,
      text: Buffer.from(text).toString('utf8'),
    })),
    consent: {
      ...(adopt && { adopt }),
      ...(force && { force }),
      ...(yesRemove !== undefined && { yesRemove }),
    },
  }
  try {
    writeFileSync(
      file,
      [...planJson(plan, undefined, { guard: guardDocument(verdict), ...saved })].join(''),
    )
  } catch (cause) {
    throw ioError('write', file, cause)
  }
}

/**
 * Reads a saved plan.
 *
 * @param text what stands in the file, if it has been read already.
 * @throws UsageError if the file is something else.
 */
export function readSavedPlan(file: string, text: string = readText(file)): SavedPlan {
  let plan: Partial<Saved & { format_version: number; changes: unknown[] }>
  try {
    plan = JSON.parse(text)
  } catch {
    throw new UsageError(
      `${file} is not a plan saved by slb plan --out; to apply a configuration say: slb apply -c ${file}`,
    )
  }
  const { configuration, consent, changes } = plan
  if (plan.format_version !== 1 || !configuration || !consent || !changes)
    throw new UsageError(`${file} was not saved by slb plan --out of this version; plan again`)
  return {
    sources: configuration.map(({ file, text }) => ({ file, text: Buffer.from(text) })),
    consent,
    changes: changes.map(change => JSON.stringify(change)),
  }
}

/** True if a plan would do exactly what the saved one showed. */
export function isSamePlan(saved: SavedPlan, plan: Plan): boolean {
  return (
    saved.changes.length === plan.changes.length &&
    plan.changes.every((change, index) => {
      return JSON.stringify(changeDocument(plan, change)) === saved.changes[index]
    })
  )
}
