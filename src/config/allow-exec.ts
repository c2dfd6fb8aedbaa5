/** Programs run by checks are those that `[node] allow_exec` names, in whichever file that stands. */
import { type Fault, fault } from './fault.ts'
import type { Program } from './resolve-check.ts'
import { didYouMean, quote } from './text.ts'

/** A fault for each program that is not allowed. */
export function refusePrograms(
  programs: readonly Program[],
  allowed: readonly string[],
  faults: Fault[],
): void {
  // What is no absolute path has been said.
  for (const { path, spot } of programs)
    if (path.startsWith('/') && !allowed.includes(path))
      faults.push(
        fault('not-allowed', spot, `${quote(path)} is not in allow_exec of [node]`, {
          suggestion:
            didYouMean(path, allowed) ?? `write allow_exec = [${quote(path)}] below [node]`,
        }),
      )
}
