/** Kernel modules: IPVS itself, and the schedulers and persistence engines that services name. */
import type { Case } from './case.ts'
import { type Finding, named, warning, wrong } from './finding.ts'

export function examineModules({ desired, machine }: Case): readonly Finding[] {
  const users = new Map<string, string[]>()
  const need = (module: string, name: string): void => {
    users.set(module, [...(users.get(module) ?? []), name])
  }
  for (const { name, listeners, enabled } of desired.services) {
    if (!enabled) continue
    for (const module of new Set(
      listeners.flatMap(({ scheduler, engine }) => [
        'ip_vs',
        ...(scheduler === 'none' ? [] : [`ip_vs_${scheduler}`]),
        ...(engine === '' ? [] : [`ip_vs_pe_${engine}`]),
      ]),
    ))
      need(module, name)
  }
  if (desired.services.some(({ checkServices }) => checkServices.size > 0))
    need('ip_vs_rr', 'checks through VIPs')
  return [...users].flatMap(([module, names]) => {
    const state = machine.module(module)
    const where = `module ${module}`
    if (state === 'missing')
      return [
        wrong(
          where,
          `this kernel has none, and ${named(names)} cannot do without`,
          'install the modules of the running kernel (a package as linux-modules-extra), or boot one that has it',
        ),
      ]
    if (state === 'unknown')
      return [
        warning(
          where,
          `it is not loaded, and there is no list of modules to say if it can be; ${named(names)} cannot do without`,
          `load it outside of a container: modprobe ${module}`,
        ),
      ]
    return []
  })
}
