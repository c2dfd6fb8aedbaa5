/** Values of a file of bgp-lb that slb has rules for. */
import type { Fault, Spot } from '../config/fault.ts'
import { checkAs, hostAddress } from '../config/resolve-peer.ts'
import { vipAddress } from '../config/vip-book.ts'
import type { Ip } from '../model/ip.ts'
import type { GoValue } from './go-json.ts'

/** The number of an autonomous system; 0 with a fault if there is none. */
export function readAs(value: GoValue): number {
  const as = value.whole(0, 2 ** 32 - 1)
  if (isEmpty(value, 0))
    value.fault('missing-key', 'is missing: the number of an autonomous system')
  else pass(value, (spot, faults) => checkAs(as, spot, faults))
  return as
}

/** A port; 0 with a fault if there is none. */
export function readPort(value: GoValue): number {
  const port = value.whole(0, 65_535)
  if (isEmpty(value, 0)) value.fault('missing-key', 'is missing: a port')
  return port
}

/** An address that a host can have; undefined with a fault. */
export function readHost(value: GoValue): Ip | undefined {
  return readIp(value, hostAddress)
}

/** An address that can be a VIP; undefined with a fault. */
export function readVip(value: GoValue): Ip | undefined {
  return readIp(value, vipAddress)
}

function readIp(
  value: GoValue,
  read: (text: string, at: Spot, faults: Fault[]) => Ip | undefined,
): Ip | undefined {
  const text = value.text()
  if (isEmpty(value, '')) value.fault('missing-key', 'is missing: an address')
  return text === '' ? undefined : pass(value, (spot, faults) => read(text, spot, faults))
}

/** Go knows no difference between what is absent and its zero. */
function isEmpty({ node }: GoValue, zero: 0 | ''): boolean {
  return node === undefined || node.value === zero
}

/** What configurations of slb are checked by, told of this value. */
function pass<T>(value: GoValue, work: (spot: Spot, faults: Fault[]) => T): T {
  const faults: Fault[] = []
  const result = work({ file: '', path: [] }, faults)
  for (const { code, message } of faults) value.fault(code, `cannot be: ${message}`)
  return result
}
