/** What was taken of all files, as one answer. Pure. */
import type { Source } from '../config/load.ts'
import { gather, isFault, type Sources } from '../config/read.ts'
import { sameText } from '../config/texts.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Print } from './fingerprint.ts'

/** A path as it was read last. */
export interface Taken {
  readonly print: Print
  readonly found: Source | Diagnostic
}

/**
 * Everything that was taken, in the order of what is seen, with a word about each restless file.
 *
 * @param seen the paths that count now.
 * @param restless those that could not be taken as they are now.
 */
export function report(
  seen: readonly string[],
  taken: ReadonlyMap<string, Taken>,
  restless: readonly string[],
): Sources {
  const readings = [...new Set([...seen, ...taken.keys()])].flatMap(path => {
    const found = taken.get(path)?.found
    if (found) return [{ path, found }]
    return restless.includes(path) ? [{ path, found: restlessFile(path, 'error') }] : []
  })
  const now = gather(readings)
  const held = restless.filter(path => taken.has(path))
  const warnings = held.map(path => restlessFile(path, 'warning'))
  return { ...now, diagnostics: [...now.diagnostics, ...warnings] }
}

function restlessFile(path: string, severity: Diagnostic['severity']): Diagnostic {
  return {
    severity,
    code: 'restless-file',
    message: `${path} is changed again and again without standing still: ${
      severity === 'error' ? 'it is not read' : 'the text that it had before counts'
    }`,
    suggestion: 'write a file beside it and rename that over it',
  }
}

/** The last finding if the new one says the same. */
export function sameOr(last: Taken['found'] | undefined, found: Taken['found']): Taken['found'] {
  if (last === undefined || isFault(last) !== isFault(found)) return found
  if (isFault(found) || isFault(last))
    return (found as Diagnostic).message === (last as Diagnostic).message ? last : found
  return sameText(last.text, found.text) ? last : found
}

/** True if there is nothing new: the very same sources, and the same faults. */
export function sameReport(last: Sources | undefined, now: Sources): boolean {
  return (
    last !== undefined &&
    last.sources.length === now.sources.length &&
    last.sources.every((source, index) => source === now.sources[index]) &&
    messages(last) === messages(now)
  )
}

function messages({ diagnostics }: Sources): string {
  return diagnostics.map(({ message }) => message).join('\n')
}
