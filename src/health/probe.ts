/** Asking once: what every kind of check has in common. */
import type { Check } from '../model/check.ts'

/** What came of asking once. */
export type Answer =
  | {
      readonly ok: true
      /** The weight that the answer asked for, as it was given; not bounded yet. */
      readonly weight?: number
      /** Worth telling though it is no failure: a certificate that ends soon. */
      readonly warning?: string
    }
  | {
      readonly ok: false
      /** In plain words, for status and log: `connection refused`, `status 503, not 200-299`. */
      readonly why: string
      /** True if the fault is this machine's own (no file descriptor, no route, link down): says nothing of the other side. */
      readonly own?: true
    }

/**
 * Asks once. Never throws and always answers: by `check.rules.timeout` at the latest, whatever the
 * other side does. When the signal comes, everything is let go at once and the answer does not matter.
 */
export type Probe = (check: Check, signal: AbortSignal) => Promise<Answer>
