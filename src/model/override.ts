/** What an operator asked for beside the files: it holds until it is taken back or its time is over. */
import type { Ip } from './ip.ts'

/** What an override is about: this node, a service, or backends of one. */
export type Target =
  | { readonly kind: 'node' }
  | { readonly kind: 'service'; readonly service: string }
  | {
      readonly kind: 'backend'
      readonly service: string
      readonly address: Ip
      /** Absent = every port. */
      readonly port?: number
    }

/** A moment that a changed date does not move, and that survives a reboot as well as it can. */
export interface Deadline {
  /** ISO 8601. It counts after a reboot. */
  readonly wall: string
  /** The boot whose monotonic clock counts, and its milliseconds. */
  readonly boot: string
  readonly monotonic: number
}

export interface Override {
  readonly target: Target
  /** `drain`: as if it were not in the files. A number: that weight, whatever the files say. */
  readonly ask: 'drain' | number
  /** ISO 8601, for people. */
  readonly at: string
  readonly by: string
  readonly reason?: string
  readonly until?: Deadline
}

/** The name of a target as it is typed: `node`, `web`, `web/10.0.0.3:8080`. */
export function targetName(target: Target): string {
  if (target.kind === 'node') return 'node'
  if (target.kind === 'service') return target.service
  const { service, address, port } = target
  if (port === undefined) return `${service}/${address}`
  return `${service}/${address.includes(':') ? `[${address}]` : address}:${port}`
}
