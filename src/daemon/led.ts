/** Which checks can be made: those through a VIP need the service that leads them to their backend. */
import type { Watched } from '../health/panel.ts'
import type { Check } from '../model/check.ts'
import { familyOf } from '../model/ip.ts'
import { fwmarkId } from '../model/rows.ts'
import type { State } from '../model/state.ts'

/**
 * Without those that nothing leads: any backend of the VIP could answer in the place of their own.
 *
 * @param seen the live system.
 */
export function led(list: readonly Watched[], seen: State | undefined): readonly Watched[] {
  if (list.every(({ check }) => isLed(check, seen))) return list
  return list.filter(({ check }) => isLed(check, seen))
}

function isLed({ mark, through, address }: Check, seen: State | undefined): boolean {
  if (mark === undefined) return true
  const row = seen?.service.get(fwmarkId(mark, familyOf(address)).key)
  const [only, ...others] = row?.destinations ?? []
  return row?.owned === true && only?.address === through && others.length === 0
}
