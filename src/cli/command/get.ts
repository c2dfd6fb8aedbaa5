/** `slb get`: the live state as a snapshot, for people, programs and `slb plan --against`. */
import { observe } from '../../engine/live.ts'
import { toText } from '../../table/snapshot.ts'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { yaml } from '../output.ts'

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const state = await observe(host, { formerGobgpds: host.journal.read().gobgpds })
    if (options.output === 'text') await io.out.text(toText(state))
    else {
      const { toJson } = await import('../../table/snapshot-json.ts')
      const json = toJson(state)
      await io.out.text(
        options.output === 'yaml' ? await yaml(json) : `${JSON.stringify(json, null, 2)}\n`,
      )
    }
    return exit.done
  } finally {
    host.close()
  }
}
