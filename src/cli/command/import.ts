/** `slb import`: a configuration made from what is live, or from the file of another program. */
import { stdinName } from '../../config/read.ts'
import { observe } from '../../engine/live.ts'
import { whatWas } from '../../engine/rollback.ts'
import { importState } from '../../import/import-state.ts'
import type { Context, Run } from '../context.ts'
import { exit, InvalidConfiguration } from '../exit.ts'
import { printData } from '../output.ts'
import { readText } from '../target.ts'

interface Options {
  /** The name of a file, `-` = standard input. */
  readonly bgpLb?: string
}

/** A TOML file, and what it does not say. */
interface Imported {
  readonly text: string
  readonly warnings: readonly string[]
}

export const run: Run<Options> = async context => {
  const { io, options } = context
  const { text, warnings } =
    options.bgpLb === undefined ? await fromLive(context) : await fromBgpLb(options.bgpLb)
  if (options.output === 'text') await io.out.text(text)
  else {
    const { parse } = await import('smol-toml')
    await printData(io, options, parse(text), [])
  }
  const { visible } = await import('../../config/text.ts')
  for (const warning of warnings)
    await io.err.line(`${io.err.paint('warning', 'warning:')} ${visible(warning)}`)
  return exit.done
}

async function fromLive({ io, options }: Context): Promise<Imported> {
  const host = await io.openHost(options)
  try {
    // What is announced is told by the journal as well, and without what health makes of it.
    const { state, strict, withdrawal } = await whatWas(host)
    const { arp, peer, route } = state
    const seen = { ...(await observe(host)), arp, peer, route }
    const rules = { ...(strict && { strict }), ...(withdrawal && { withdrawal }) }
    const { text, leftOut } = await importState(seen, host.journal.read(), rules)
    const warnings = Array.from(leftOut, ([title, why]) => `${title} is left out: ${why}`)
    return { text, warnings }
  } finally {
    host.close()
  }
}

async function fromBgpLb(file: string): Promise<Imported> {
  const { importBgpLb } = await import('../../import/bgp-lb.ts')
  const name = file === '-' ? stdinName : file
  const { text, diagnostics, notes } = await importBgpLb(name, readText(file))
  if (text === undefined) throw new InvalidConfiguration(diagnostics)
  return { text, warnings: notes }
}
