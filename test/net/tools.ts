/** The daemons that the tests of announcements speak with, from Debian's packages. */
import { existsSync } from 'node:fs'
import { ensureTools, type Tool } from '../lab/kernel/packages.ts'

const tools: readonly Tool[] = [
  ['ip', 'iproute2'],
  ['bird', 'bird2'],
  ['birdc', 'bird2'],
  ['vtysh', 'frr'],
  ['gobgpd', 'gobgpd'],
  ['gobgp', 'gobgpd'],
]

/**
 * Makes sure of them; what is missing is installed. Debian starts a daemon that it installs, with
 * its sample configuration: those are none of ours and stay as they are.
 */
export async function ensureRouters(say: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('network namespaces are for root: run the tests as root, by sudo say')
  await ensureTools(tools, say)
  if (!existsSync('/usr/lib/frr/bgpd')) throw new Error('the package frr brought no bgpd')
}
