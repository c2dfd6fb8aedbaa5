/** How packets to a `tunnel` backend are wrapped. */
import type { Tunnel } from '../model/rows.ts'
import type { TunnelConfig } from './config.gen.ts'
import { type Fault, fault, type Spot } from './fault.ts'

/** What `forward = "tunnel"` means when nothing more is said: IP in IP. */
export const defaultTunnel: Tunnel = { type: 'ipip', port: 0, checksum: 'none' }

/**
 * A tunnel table with its defaults.
 *
 * The kernel (ip_vs_ctl.c, ip_vs_xmit.c) wants a port for gue and ignores port and checksum
 * where the encapsulation has no place for them: here that is a fault.
 */
export function resolveTunnel(table: TunnelConfig, spot: Spot, faults: Fault[]): Tunnel {
  const type = table.type ?? defaultTunnel.type
  const checksum = table.checksum ?? defaultTunnel.checksum
  const at = (key: keyof TunnelConfig): Spot => ({ ...spot, path: [...spot.path, key] })
  if (type === 'gue' && table.port === undefined)
    faults.push(
      fault(
        'bad-tunnel',
        spot,
        'a gue tunnel needs port: the UDP port that the backends listen on',
      ),
    )
  if (type !== 'gue' && table.port !== undefined)
    faults.push(
      fault('bad-tunnel', at('port'), `a tunnel of type ${type} has no port; only gue has`),
    )
  if (type === 'ipip' && checksum !== 'none')
    faults.push(
      fault(
        'bad-tunnel',
        at('checksum'),
        'a tunnel of type ipip has no checksum; gue and gre have',
      ),
    )
  if (type === 'gre' && checksum === 'remote')
    faults.push(
      fault(
        'bad-tunnel',
        at('checksum'),
        'checksum = "remote" is for gue; gre knows "none" and "full"',
      ),
    )
  return { type, port: table.port ?? 0, checksum }
}
