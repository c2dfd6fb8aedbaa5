/** Kernel switches that services need, and that are otherwise. */
import { keyOf } from '../model/rows.ts'
import { switchNames } from '../model/switches.ts'
import { forwardingSwitches, switchesFor } from '../plan/switches.ts'
import type { Case } from './case.ts'
import { type Finding, warning, wrong } from './finding.ts'

/**
 * What is `auto` is set by the next apply. What the configuration says otherwise, or keeps, is what it
 * says, and then something will not work.
 */
export function examineSwitches({ desired, wanted, machine }: Case): readonly Finding[] {
  const auto = { ...desired, kernel: { ...desired.kernel, keep: none, sysctl: nothing } }
  const { sysctl, reasons } = switchesFor(auto)
  return [...sysctl.values()].flatMap(({ name, value }) => {
    // One of the link would do as well: that file knows the links.
    if (name === switchNames.accept_local) return []
    const live = machine.sysctl(name)
    if (live === value) return []
    const key = keyOf.sysctl({ name, value })
    const why = reasons.get(key) ?? 'needed'
    if (live === undefined)
      return [wrong(name, `this kernel has no such switch, ${why}`, missing(name))]
    const set = wanted.state.sysctl.get(key)?.value === value
    const report = forwardingSwitches.has(key) ? wrong : warning
    return [
      report(
        name,
        `it is ${live}, and not ${value}, ${why}`,
        set
          ? 'slb apply sets it'
          : `set it: sysctl -w ${name}='${value}'; the configuration keeps slb from doing so`,
      ),
    ]
  })
}

const none: ReadonlySet<string> = new Set()
const nothing: ReadonlyMap<string, string> = new Map()

function missing(name: string): string {
  if (name === 'net.ipv4.vs.conntrack')
    return 'use a kernel with CONFIG_IP_VS_NFCT, connection tracking for IPVS'
  if (name.startsWith('net.ipv4.vs.')) return 'load the module: modprobe ip_vs'
  return 'was the kernel started with ipv6.disable=1? Then take the IPv6 services out'
}
