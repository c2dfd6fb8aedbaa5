/** Names of the scheduler flags, as ipvsadm(8) spells them in `--sched-flags`. */

/** IP_VS_SVC_F_SCHED1..3 of <linux/ip_vs.h>, by the scheduler that gives them a meaning. */
const named: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh-fallback', 'sh-port'],
  mh: ['mh-fallback', 'mh-port'],
}

const plain = ['flag-1', 'flag-2', 'flag-3'] as const

/** The names of the set bits 0..2, in bit order: `sh-port` where the scheduler has a word for it, `flag-2` otherwise. */
export function schedulerFlagNames(scheduler: string, flags: number): string[] {
  const words = Object.hasOwn(named, scheduler) ? named[scheduler] : undefined
  return plain.flatMap((name, bit) => (flags & (1 << bit) ? [words?.[bit] ?? name] : []))
}

/** The value of one flag by either of its names; undefined if this scheduler has no such flag. */
export function schedulerFlag(scheduler: string, name: string): number | undefined {
  const words = Object.hasOwn(named, scheduler) ? named[scheduler] : undefined
  const bit = Math.max((plain as readonly string[]).indexOf(name), words?.indexOf(name) ?? -1)
  return bit < 0 ? undefined : 1 << bit
}
