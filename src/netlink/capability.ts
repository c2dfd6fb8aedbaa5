/** What this process may do to the network (capabilities(7)). */
import { readFileSync } from 'node:fs'

/** CAP_NET_ADMIN, linux/capability.h. */
const netAdmin = 1n << 12n

/**
 * False if the kernel will refuse every change of its network tables, for sure: the capability is missing.
 *
 * @param status the text of /proc/self/status (proc(5)).
 */
export function mayChangeNetwork(
  status: string = readFileSync('/proc/self/status', 'utf8'),
): boolean {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? []
  return effective === undefined || (BigInt(`0x${effective}`) & netAdmin) !== 0n
}
