/** Networks: an address and how many of its bits count. */
import { familyOf, hostPrefix, type Ip, readIp, writeIp } from './ip.ts'

/** The first address of the network that an address is in. */
export function networkOf(address: Ip, prefix: number): Ip {
  const bytes = new Uint8Array(16)
  const size = writeIp(address, bytes, 0)
  for (let i = 0; i < size; i++) {
    const bits = Math.min(8, Math.max(0, prefix - i * 8))
    bytes[i] = (bytes[i] ?? 0) & (0xff << (8 - bits))
  }
  return readIp(bytes, 0, familyOf(address))
}

/** A network by its first address and how many of its bits count. */
export interface Network {
  readonly address: Ip
  readonly prefix: number
}

/** True of a network of one address. */
export function isHost({ address, prefix }: Network): boolean {
  return prefix === hostPrefix(familyOf(address))
}

/** True if an address is in a network, which is of its family. */
export function isWithin(address: Ip, network: Network): boolean {
  return (
    familyOf(address) === familyOf(network.address) &&
    networkOf(address, network.prefix) === network.address
  )
}
