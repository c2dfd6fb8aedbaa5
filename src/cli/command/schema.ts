/** `slb schema`: the JSON Schema of the configuration. */
import { readFileSync } from 'node:fs'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { yaml } from '../output.ts'

export const run: Run<object> = async ({ io, options }) => {
  const file = new URL('../../../../schema/slb.schema.json', import.meta.url)
  const text = readFileSync(file, 'utf8')
  await io.out.text(options.output === 'yaml' ? await yaml(JSON.parse(text)) : text)
  return exit.done
}
