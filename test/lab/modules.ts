/** Kernel modules of a lab: taken out and put back, where the kernel is the lab's own. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryCommand } from './kernel/run-command.ts'
import { run } from './namespace.ts'

/** Where a booted lab has its modules; undefined on the machine's own kernel, which is left alone. */
const folder = /\bSLB_MODULES=(\S+)/.exec(readFileSync('/proc/cmdline', 'utf8'))?.[1]

export const modulesAreOurs: boolean = folder !== undefined

/** Loaded modules whose names begin so. */
export function loaded(prefix: string): readonly string[] {
  const names = readFileSync('/proc/modules', 'utf8').split('\n')
  return names.map(line => line.split(' ', 1)[0] ?? '').filter(name => name.startsWith(prefix))
}

/** Does something without these modules; the first ones depend on the last one. */
export async function without(names: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    for (const name of names) await remove(name)
    await work()
  } finally {
    run(undefined, 'modprobe', '-d', folder ?? '/', '-a', ...names)
  }
}

/** Namespaces that are gone give their services back a moment later. */
async function remove(name: string): Promise<void> {
  for (let tries = 50; ; tries--) {
    const { status, stderr } = await tryCommand('rmmod', [name])
    if (status === 0) return
    if (tries === 0) throw new Error(stderr)
    await sleep(100)
  }
}
