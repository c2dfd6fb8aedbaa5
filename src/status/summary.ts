/** Health in a few numbers. */
import type { Facts } from './facts.ts'
import type { ServiceStatus } from './status.ts'

/** How many backends of services are up, and whether that is to be believed. */
export interface Summary {
  /** True if somebody checks: `slb run`. */
  readonly checked: boolean
  /** Backends that have a check: each address and port of a service once. */
  readonly backends: number
  readonly up: number
  readonly down: number
  readonly unknown: number
  /** Why the checker itself is suspect, so that what was found before holds; null = it is not. */
  readonly suspect: string | null
}

/** Counts the backends that have checks. */
export function summaryOf(services: readonly ServiceStatus[], facts: Facts): Summary {
  const count = { up: 0, down: 0, unknown: 0, unchecked: 0 }
  for (const { listeners } of services) {
    const found = new Map<string, keyof typeof count>()
    for (const { backends } of listeners)
      for (const { address, health } of backends)
        if (health.checks !== undefined) found.set(address, health.verdict)
    for (const verdict of found.values()) count[verdict]++
  }
  const { up, down, unknown, unchecked } = count
  return {
    checked: facts.circumstances.verdicts !== undefined,
    backends: up + down + unknown + unchecked,
    up,
    down,
    unknown,
    suspect: facts.suspicion ?? null,
  }
}
