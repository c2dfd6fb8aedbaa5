/** The files together to the desired state: conflicts between them found, settings put together. */
import type { Desired, DesiredService } from '../model/desired.ts'
import { refusePrograms } from './allow-exec.ts'
import { checkAnnouncements, checkFailover } from './check-announcements.ts'
import { checkKernel } from './check-kernel.ts'
import { type Fault, warning } from './fault.ts'
import type { Holder } from './layers.ts'
import { mergeSettings } from './merge-settings.ts'
import { recompose } from './recompose.ts'
import { resolveBgp } from './resolve-bgp.ts'
import { type Ahead, type FileOutcome, repeatedName } from './resolve-file.ts'
import { enterClaim } from './resolve-listener.ts'
import { resolveNode } from './resolve-node.ts'
import { resolveGuard, resolveKernel } from './resolve-settings.ts'
import { settleMarks } from './settle-marks.ts'
import { unusedVips } from './vip-book.ts'
import { bookUse, desiredVips, type UsedVips } from './vip-use.ts'

interface Resolved {
  /** Complete only if there is no error among the faults. */
  readonly desired: Desired
  /** Those of the files by themselves, and those between them. */
  readonly faults: readonly Fault[]
}

/** With what it was made of. */
export interface Composed extends Resolved {
  readonly files: readonly FileOutcome[]
  readonly ahead: Ahead
}

/**
 * Holds the files against each other, in their order.
 *
 * @param before what came of the last load without an error, to be taken again as far as it holds.
 */
export function compose(files: readonly FileOutcome[], ahead: Ahead, before?: Composed): Composed {
  return (before && recompose(files, ahead, before)) ?? composeAll(files, ahead)
}

function composeAll(files: readonly FileOutcome[], ahead: Ahead): Composed {
  const faults: Fault[] = [...ahead.faults]
  const used: UsedVips = new Map()
  const services = uniteServices(files, used, faults)
  for (const { name, spot } of unusedVips(ahead.book, used))
    faults.push(warning('unused-vip', spot, `no service uses vip ${name}: it is not put up`))
  const { config, place } = mergeSettings(
    files.map(({ settings }) => settings),
    faults,
  )
  for (const { services: outcomes } of files)
    for (const { programs } of outcomes)
      refusePrograms(programs, config.node?.allow_exec ?? [], faults)
  const kernel = resolveKernel(config.kernel ?? {}, place('kernel'), faults)
  const bgp = config.bgp && resolveBgp(config.bgp, place('bgp'), faults)
  const vips = desiredVips(used)
  checkAnnouncements(bgp, used, place('bgp'), faults)
  checkKernel(services, kernel, place('kernel'), faults)
  const sloppy = place('kernel')('vs', 'sloppy_tcp')
  checkFailover(services, vips, kernel.sysctl.get('net.ipv4.vs.sloppy_tcp'), sloppy, faults)
  return {
    desired: {
      services: settleMarks(services),
      vips,
      kernel,
      guard: resolveGuard(config.guard?.max_remove ?? '30%'),
      conflict: config.ownership?.conflict ?? 'refuse',
      history: config.state?.history ?? 50,
      ...(bgp && { bgp }),
      node: resolveNode(config.node ?? {}, place('node'), faults),
    },
    faults,
    files,
    ahead,
  }
}

/** Each name, virtual service and VIP goes to the first who asks for it; the others are told. */
function uniteServices(
  files: readonly FileOutcome[],
  used: UsedVips,
  faults: Fault[],
): readonly DesiredService[] {
  const services: DesiredService[] = []
  const names = new Map<string, string>()
  const claims = new Map<string, Holder>()
  for (const { file, services: outcomes } of files)
    for (const outcome of outcomes) {
      const other = names.get(outcome.name)
      if (other !== undefined) {
        faults.push(repeatedName('service', outcome.name, file, other))
        continue
      }
      names.set(outcome.name, file)
      for (const use of outcome.uses) bookUse(used, outcome.name, use, faults)
      for (const claim of outcome.claims) enterClaim(claims, claim, faults)
      for (const fault of outcome.faults) faults.push(fault)
      if (outcome.service) services.push(outcome.service)
    }
  return services
}
