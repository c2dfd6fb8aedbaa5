/** What was checked of backends that the configuration has no more, as text: it outlives the process and the boot. */
import { join } from 'node:path'
import { readFileIfThere, replaceFile } from './durable.ts'
import { type Scene, sceneDirectory } from './journal.ts'

export interface PastChecks {
  /** Undefined if nothing was remembered. Throws SlbError `io`. */
  read(): string | undefined
  /** Throws SlbError `io` with what was there before still in place. */
  write(text: string): void
}

/** Opens the record of a network namespace. Nothing is read or made yet. */
export function openPastChecks(stateDirectory: string, scene: Scene): PastChecks {
  const path = join(sceneDirectory(stateDirectory, scene), 'past-checks.json')
  return { read: () => readFileIfThere(path), write: text => replaceFile(path, text) }
}
