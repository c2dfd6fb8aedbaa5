/** The settings that stand once: `[kernel]`, `[node]`, `[guard]`, `[ownership]`, `[state]`. */
import type { DesiredKernel, GuardLimits } from '../model/desired.ts'
import { type Ip, parseIp, scopeOf } from '../model/ip.ts'
import type { Sync, Timeouts } from '../model/rows.ts'
import { switchNames } from '../model/switches.ts'
import { explainAddress } from './address.ts'
import type { KernelConfig, SyncConfig, TimeoutsConfig } from './config.gen.ts'
import { longestIdle, wholeSeconds } from './duration.ts'
import { type Fault, fault, type Spot, warning } from './fault.ts'
import type { Place } from './merge-settings.ts'
import { vsNames } from './names.ts'
import { didYouMean, nearest, quote } from './text.ts'

/** `place` tells where a key under `[kernel]` stands. */
export function resolveKernel(config: KernelConfig, place: Place, faults: Fault[]): DesiredKernel {
  const sysctl = new Map<string, string>()
  const keep = new Set<string>()
  const enter = (name: string, value: boolean | number | string): void => {
    if (value === 'keep') keep.add(name)
    else if (value !== 'auto')
      sysctl.set(name, typeof value === 'boolean' ? (value ? '1' : '0') : `${value}`)
  }
  for (const [key, name] of Object.entries(switchNames)) {
    const value = config[key as keyof typeof switchNames]
    if (value !== undefined) enter(name, value)
  }
  for (const [key, value] of Object.entries(config.vs ?? {})) {
    const spot = place('vs', key)
    if (key === 'conntrack' && config.conntrack !== undefined)
      faults.push(
        fault('duplicate-key', spot, 'conntrack is said twice: here and as kernel.conntrack', {
          related: place('conntrack'),
        }),
      )
    else checkVs(key, value, spot, faults)
    enter(`net.ipv4.vs.${key}`, value)
  }
  const timeouts = config.timeouts ? resolveTimeouts(config.timeouts, place, faults) : undefined
  return {
    sysctl,
    keep,
    ...(timeouts ? { timeouts } : {}),
    sync: resolveSync(config.sync ?? [], place, faults),
  }
}

function checkVs(key: string, value: unknown, spot: Spot, faults: Fault[]): void {
  if (!vsNames.includes(key)) {
    const report = nearest(key, vsNames) === undefined ? warning : fault
    faults.push(
      report('unknown-sysctl', { ...spot, key: true }, `slb knows no net.ipv4.vs.${key}`, {
        suggestion: didYouMean(key, vsNames),
      }),
    )
  }
  if (typeof value === 'string' && !/^(auto|keep|[0-9][0-9 ,-]*)$/.test(value))
    faults.push(
      fault('bad-value', spot, `${quote(value)} is no value of net.ipv4.vs.${key}`, {
        suggestion: 'write a number, true, false, "auto" or "keep"',
      }),
    )
}

function resolveTimeouts(config: TimeoutsConfig, place: Place, faults: Fault[]): Timeouts {
  const timeouts: { tcp?: number; tcpfin?: number; udp?: number } = {}
  for (const key of ['tcp', 'tcpfin', 'udp'] as const) {
    const text = config[key]
    if (text === undefined) continue
    const seconds = wholeSeconds(text, longestIdle)
    if (seconds !== undefined) timeouts[key] = seconds
    else
      faults.push(
        fault(
          'bad-duration',
          place('timeouts', key),
          `the kernel counts whole seconds, from "1s" to "${longestIdle / 86_400}d", not ${quote(text)}`,
        ),
      )
  }
  return timeouts
}

function resolveSync(
  daemons: readonly SyncConfig[],
  place: Place,
  faults: Fault[],
): readonly Sync[] {
  return daemons.map((config, index) => {
    const earlier = daemons.findIndex(({ role }) => role === config.role)
    if (earlier < index)
      faults.push(
        fault(
          'duplicate-sync',
          place('sync', index, 'role'),
          `there is a ${config.role} already: the kernel runs one of each role`,
          { related: place('sync', earlier, 'role') },
        ),
      )
    const group = syncGroup(config.group, place('sync', index, 'group'), faults)
    return {
      role: config.role,
      interface: config.interface,
      id: config.id ?? 0,
      group,
      port: config.port ?? 8848,
      ttl: config.ttl ?? 1,
      maxlen: syncLength(config, group, place('sync', index, 'maxlen'), faults),
    }
  })
}

/**
 * The kernel silently takes another length where this one is out of its range (start_sync_thread of
 * ip_vs_sync.c): below 1024 for a backup, or more than fits into a packet behind its headers. What
 * reads back would never be what is wanted.
 */
function syncLength(
  { role, maxlen = 0 }: SyncConfig,
  group: Ip,
  spot: Spot,
  faults: Fault[],
): number {
  if (maxlen === 0) return 0
  const least = role === 'backup' ? 1024 : 1
  // 65535 less the headers of IP and UDP.
  const most = group.includes(':') ? 65_487 : 65_507
  if (maxlen < least || maxlen > most)
    faults.push(
      fault(
        'out-of-range',
        spot,
        `maxlen of a ${role} with group ${group} is 0, or ${least} to ${most}, not ${maxlen}`,
      ),
    )
  return maxlen
}

/** The kernel's own group and port: IP_VS_SYNC_GROUP and IP_VS_SYNC_PORT of ip_vs_sync.c. */
function syncGroup(text: string | undefined, spot: Spot, faults: Fault[]): Ip {
  const standard = '224.0.0.81' as Ip
  if (text === undefined) return standard
  const group = parseIp(text)
  if (group === undefined) faults.push(fault('bad-address', spot, explainAddress(text)))
  else if (scopeOf(group) !== 'multicast')
    faults.push(fault('bad-address', spot, `${group} is not a multicast address`))
  return group ?? standard
}

/** `"30%"` or a count. */
export function resolveGuard(maxRemove: string | number): GuardLimits {
  return typeof maxRemove === 'number'
    ? { maxRemove: { count: maxRemove } }
    : { maxRemove: { share: Number.parseInt(maxRemove, 10) / 100 } }
}
