/** The lab: a kernel with IPVS to run commands on, whichever this machine can have. */
import { boot, type Ending, type Kernel, type Limits, type Sinks } from './boot.ts'
import { hostHasIpvs, runOnHost } from './host.ts'
import type { Request } from './job.ts'
import { ensureTools, searchPath, type Tool } from './packages.ts'
import { qemuKernel } from './qemu.ts'
import { umlKernel } from './uml.ts'

export type KernelName = 'host' | 'uml' | 'qemu'

export const kernelNames: readonly KernelName[] = ['host', 'uml', 'qemu']

/** The programs that tests call inside a lab. */
const tools: readonly Tool[] = [
  ['ipvsadm', 'ipvsadm'],
  ['ip', 'iproute2'],
  ['modprobe', 'kmod'],
  ['strace', 'strace'],
  ['curl', 'curl'],
  ['nft', 'nftables'],
  ['systemd-analyze', 'systemd'],
  ['bird', 'bird2'],
  ['birdc', 'bird2'],
  ['gobgpd', 'gobgpd'],
]

export interface Lab {
  /** For people: `User-Mode Linux 7.2.7`. */
  readonly label: string
  /** How many commands may run at once, each on a kernel of its own. */
  readonly atOnce: number
  run(request: Request, limits: Limits, sinks: Sinks): Promise<Ending>
}

/**
 * Get a lab ready; this may fetch and install packages.
 * Without a name, `$SLB_LAB`; without that, the machine's own kernel if it has IPVS and we are
 * root, else User-Mode Linux. Throws with the reason when the kernel cannot be had.
 */
export async function openLab(say: (line: string) => void, name?: KernelName): Promise<Lab> {
  await ensureTools(tools, say)
  const chosen = name ?? (await choose())
  if (chosen === 'host') {
    if (!(await hostHasIpvs())) throw new Error('this kernel has no IPVS, or we are not root')
    return { label: 'the machine’s own kernel, in fresh namespaces', atOnce: 1, run: runOnHost }
  }
  const kernel = await (chosen === 'uml' ? umlKernel(say) : qemuKernel(say))
  return booted(kernel)
}

function booted(kernel: Kernel): Lab {
  return {
    label: kernel.label,
    atOnce: kernel.atOnce,
    run: (request, limits, sinks) => boot(kernel, request, limits, sinks),
  }
}

async function choose(): Promise<KernelName> {
  const forced = process.env['SLB_LAB']
  if (forced === undefined || forced === '') return (await hostHasIpvs()) ? 'host' : 'uml'
  const known = kernelNames.find(name => name === forced)
  if (known === undefined)
    throw new Error(`SLB_LAB=${forced}: use one of ${kernelNames.join(', ')}`)
  return known
}

/** The environment for commands in a lab: ours, with the folders of administrators' programs. */
export function labEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath, HOME: '/root' }
}
