/** Asking the neighbours before an IPv4 address is taken (RFC 5227, 2.1). */
import { type Answer, probe } from '../../l2/probe.ts'
import type { Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { familyOf } from '../../model/ip.ts'
import { keyOf } from '../../model/rows.ts'
import type { Netlink } from '../../netlink/socket.ts'
import type { AddressChange } from './addresses.ts'

/** What asks; `probe` of the room next door, but for tests. */
export type Ask = (
  questions: readonly {
    readonly link: string
    readonly address: AddressChange['row']['address']
  }[],
  netlink: Netlink,
) => Promise<readonly Answer[]>

/** Asks real neighbours. */
export function askNeighbours(sleep: (milliseconds: number) => Promise<void>): Ask {
  return (questions, netlink) => probe(questions, netlink, { sleep })
}

/**
 * Asks for all addresses that are to be added and say where to ask, together. Returns a failure for each
 * that another host has (`duplicate-address`), or that nobody could be asked about: without having asked
 * it is not added.
 */
export async function refuseDuplicates(
  netlink: Netlink,
  changes: readonly AddressChange[],
  ask: Ask,
): Promise<Failure[]> {
  const asked = changes.flatMap(change => {
    const { probe: link, address } = change.row
    const comes = change.op === 'create' && familyOf(address) === 'ipv4'
    return comes && link !== undefined ? [{ change, link, address }] : []
  })
  if (asked.length === 0) return []
  const answers = await ask(asked, netlink)
  return asked.flatMap(({ change, link }, place) => {
    const answer = answers[place]
    if (answer === undefined || answer.result === 'free') return []
    const error = answer.result === 'taken' ? taken(change, link, answer.holder) : answer.error
    return [{ change, error }]
  })
}

function taken({ op, row }: AddressChange, link: string, holder: string): SlbError {
  return new SlbError(
    'duplicate-address',
    `${op} ${keyOf.address(row)}: another host on ${link} has ${row.address}, its hardware address is ${holder}`,
    {
      hint: `find ${holder} (ip neigh, or the tables of the switch) and take ${row.address} from it, or give the VIP another address`,
    },
  )
}
