/** Announcements in memory: they follow nobody's rules but those of a table. */
import {
  type Arp,
  arpKey,
  type Peer,
  peerKey,
  type Route,
  routeKey,
} from '../model/announcement.ts'
import type { MemoryKernel } from './memory-kernel.ts'
import type { Refusal } from './memory-refusal.ts'

type Kind = 'arp' | 'peer' | 'route'

/** What a change asks of the kernel; undefined = it is done. */
type Rule<Row> = (kernel: MemoryKernel, row: Row) => Refusal | undefined

interface Rules<Row> {
  readonly new: Rule<Row>
  readonly set: Rule<Row>
  readonly delete: Rule<Row>
}

/** What can be done to rows of a kind that are known by their key alone. */
function rules<Row>(kind: Kind, keyOf: (row: Row) => string): Rules<Row> {
  const rows = (kernel: MemoryKernel): Map<string, Row> =>
    kernel[kind] as unknown as Map<string, Row>
  return {
    new(kernel: MemoryKernel, row: Row): Refusal | undefined {
      if (rows(kernel).has(keyOf(row))) return { errno: 'EEXIST' }
      rows(kernel).set(keyOf(row), row)
      return undefined
    },
    set(kernel: MemoryKernel, row: Row): Refusal | undefined {
      if (!rows(kernel).has(keyOf(row))) return { errno: 'ENOENT' }
      rows(kernel).set(keyOf(row), row)
      return undefined
    },
    delete(kernel: MemoryKernel, row: Row): Refusal | undefined {
      return rows(kernel).delete(keyOf(row)) ? undefined : { errno: 'ENOENT' }
    },
  }
}

export const arpRules: Rules<Arp> = rules<Arp>('arp', arpKey)
export const peerRules: Rules<Peer> = rules<Peer>('peer', peerKey)
export const routeRules: Rules<Route> = rules<Route>('route', routeKey)
