/** What clouds prescribe for BGP sessions with them. */
import type { PeerConfig } from './config.gen.ts'

/**
 * By name. Vultr peers over two hops, from the address of the instance, with the AS number of the
 * customer and a password (docs.vultr.com, "Configuring BGP").
 */
export const presets: Readonly<
  Record<
    NonNullable<PeerConfig['preset']>,
    Required<Pick<PeerConfig, 'address' | 'as' | 'multihop'>>
  >
> = {
  vultr: { address: '169.254.169.254', as: 64_515, multihop: 2 },
  'vultr-ipv6': { address: '2001:19f0:ffff::1', as: 64_515, multihop: 2 },
  'vultr-bare-metal': { address: '169.254.1.1', as: 20_473, multihop: 2 },
}
