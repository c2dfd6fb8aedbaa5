/** `slb drain`: no new connections to a backend, a service, or this node, until it is taken back. */
import { targetName } from '../../model/override.ts'
import type { Run } from '../context.ts'
import { parseTarget } from '../override-target.ts'
import { type OverrideOptions, override, overrideOf, stillDraining } from '../overriding.ts'

export interface DrainOptions extends OverrideOptions {
  /** Only say whether it goes on still. */
  readonly again?: boolean
}

export const run: Run<DrainOptions> = async context => {
  const { options, args } = context
  const target = parseTarget(args[0], options.node === true)
  if (options.again) return stillDraining(context, target)
  return override(context, {
    target,
    command: `drain ${targetName(target)}`,
    async edit(host) {
      host.overrides.add({ ...(await overrideOf(context, host, target)), ask: 'drain' })
      return undefined
    },
  })
}
