/** Data on standard output in the form that `-o` names. */
import type { GlobalOptions, Io } from './context.ts'

/** Prints `data` as JSON or YAML, or the lines that say the same as text. */
export async function printData(
  io: Io,
  options: Pick<GlobalOptions, 'output'>,
  data: unknown,
  lines: Iterable<string>,
): Promise<void> {
  if (options.output === 'json') await io.out.line(JSON.stringify(data, null, 2))
  else if (options.output === 'yaml') await io.out.text(await yaml(data))
  else await io.out.lines(lines)
}

/** YAML text of a value. The package is loaded only here: it takes longer than most commands. */
export async function yaml(data: unknown): Promise<string> {
  const { stringify } = await import('yaml')
  // No anchors: a list of names that several rows share would come out as `*a1`.
  return stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 })
}
