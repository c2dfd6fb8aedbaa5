/** `slb resume`: end a held state, so that the files are applied again. */
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { printData } from '../output.ts'

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const held = host.holds.clear()
    const line = held
      ? `The files hold again: ${io.daemon === undefined ? 'slb apply' : 'slb run'} makes it as they say.`
      : 'Nothing was held.'
    await printData(io, options, { format_version: 1, resumed: held }, [line])
    return exit.done
  } finally {
    host.close()
  }
}
