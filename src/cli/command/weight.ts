/** `slb weight`: another weight than the files say, until it is taken back. */
import { targetName } from '../../model/override.ts'
import type { Run } from '../context.ts'
import { UsageError } from '../exit.ts'
import { isWithin, parseTarget } from '../override-target.ts'
import { type OverrideOptions, override, overrideOf } from '../overriding.ts'

/** As the kernel holds it (`atomic_t weight`), and as the files may say it. */
const heaviest = 65_535

export const run: Run<OverrideOptions> = context => {
  const [text, value = ''] = context.args
  const target = parseTarget(text, false)
  const weight = Number(value)
  if (value !== 'reset' && !(/^\d+$/.test(value) && weight <= heaviest))
    throw new UsageError(`${value} is no weight: 0 to ${heaviest}, or reset`)
  const name = targetName(target)
  return override(context, {
    target,
    command: `weight ${name} ${value}`,
    async edit(host) {
      if (value !== 'reset') {
        host.overrides.add({ ...(await overrideOf(context, host, target)), ask: weight })
        return undefined
      }
      const gone = host.overrides.remove(one => one.ask !== 'drain' && isWithin(one.target, target))
      return gone.length === 0 ? `Nobody has set a weight of ${name}.` : undefined
    },
  })
}
