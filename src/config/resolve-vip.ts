/** The VIPs of one service: names looked up, addresses checked. */
import { type Ip, parseIp } from '../model/ip.ts'
import { type Fault, fault, type Spot } from './fault.ts'
import { type Layers, ownSpot, vipSpot } from './layers.ts'
import { didYouMean, quote } from './text.ts'
import { isVip, type NamedVip, type VipBook, vipAddress } from './vip-book.ts'
import { type VipUse, vipUse } from './vip-use.ts'

/** One address that a service listens on, and which of its VIPs says so. */
export interface VipAddress {
  readonly address: Ip
  readonly vip: number
}

/** The addresses that `vip` of a service stands for; where it takes them to be goes to `uses`. */
export function addressesOf(
  book: VipBook,
  layers: Layers,
  uses: VipUse[],
  faults: Fault[],
): readonly VipAddress[] {
  const given = layers.config.vip
  const addresses: VipAddress[] = []
  if (given === undefined) return addresses
  const enter = (vip: number, address: Ip, named: NamedVip | undefined): void => {
    addresses.push({ address, vip })
    const use = vipUse(layers, vip, address, named, faults)
    if (use) uses.push(use)
  }
  const count = typeof given === 'string' ? 1 : given.length
  for (let vip = 0; vip < count; vip++) {
    const text = typeof given === 'string' ? given : (given[vip] ?? '')
    const named = book.named.get(text)
    if (named === null) continue
    if (named) {
      refuseOwnLink(layers, named, faults)
      for (const address of named.addresses) enter(vip, address, named)
      continue
    }
    const address = literalVip(book, layers, vip, text, faults)
    if (address === undefined) continue
    const holder = book.byAddress.get(address)
    if (holder) refuseOwnLink(layers, holder, faults)
    enter(vip, address, holder)
  }
  return addresses
}

/** A VIP that is not the name of a `[vip.NAME]`. */
function literalVip(
  book: VipBook,
  layers: Layers,
  vip: number,
  text: string,
  faults: Fault[],
): Ip | undefined {
  const address = parseIp(text)
  if (address !== undefined && isVip(address)) return address
  const spot = vipSpot(layers, vip)
  if (!looksLikeAddress(text)) faults.push(unknownVip(book, text, spot))
  else vipAddress(text, spot, faults)
  return undefined
}

function looksLikeAddress(text: string): boolean {
  return text === '' || text.includes(':') || text.includes('/') || /^[0-9.\s]+$/.test(text)
}

function unknownVip(book: VipBook, text: string, spot: Spot): Fault {
  return fault(
    'unknown-vip',
    spot,
    `${quote(text)} is neither an address nor the name of a [vip.NAME]`,
    { suggestion: didYouMean(text, [...book.named.keys()]) },
  )
}

function refuseOwnLink(layers: Layers, named: NamedVip, faults: Fault[]): void {
  for (const key of ['link', 'announce', 'uplink'] as const)
    if (layers.own[key] !== undefined)
      faults.push(
        fault(
          'vip-elsewhere',
          { ...ownSpot(layers, key), key: true },
          `${key} of this VIP is said in [vip.${named.name}]: write it there`,
          { related: named.spot },
        ),
      )
}
