/** `slb import`: a configuration made from what is live. */
import { observe } from '../../engine/live.ts'
import { importState } from '../../import/import-state.ts'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'
import { printData } from '../output.ts'

export const run: Run<object> = async ({ io, options }) => {
  const host = await io.openHost(options)
  try {
    const { text, leftOut } = await importState(await observe(host), host.journal.read())
    if (options.output === 'text') await io.out.text(text)
    else {
      const { parse } = await import('smol-toml')
      await printData(io, options, parse(text), [])
    }
    for (const [title, reason] of leftOut)
      await io.err.line(`${io.err.paint('warning', 'warning:')} ${title} is left out: ${reason}`)
    return exit.done
  } finally {
    host.close()
  }
}
