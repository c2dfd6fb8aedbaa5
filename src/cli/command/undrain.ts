/** `slb undrain`: take back what `slb drain` has asked for. */
import { targetName } from '../../model/override.ts'
import type { Run } from '../context.ts'
import { isWithin, parseTarget } from '../override-target.ts'
import { type OverrideOptions, override } from '../overriding.ts'

export const run: Run<OverrideOptions> = context => {
  const { options, args } = context
  const target = parseTarget(args[0], options.node === true)
  const name = targetName(target)
  return override(context, {
    target,
    command: `undrain ${name}`,
    async edit({ overrides }) {
      const gone = overrides.remove(one => one.ask === 'drain' && isWithin(one.target, target))
      return gone.length === 0 ? `Nothing of ${name} is drained.` : undefined
    },
  })
}
