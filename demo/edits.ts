/** Files that the daemon follows, saved as editors do, and the kernel's table that it writes. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const file = 'etc/web.toml'

/** Saves: a new file takes the place of the old one. */
export function put(text: string): void {
  writeFileSync(`${file}~`, text)
  renameSync(`${file}~`, file)
}

/** Saves, and waits until the kernel has it; how long that took, in milliseconds. */
export async function saved(text: string, condition: RegExp): Promise<number> {
  put(text)
  const took = await lasts(() => condition.test(table()))
  console.log(`\n$ cat ${file}\n${text.trimEnd()}`)
  return took
}

/** The virtual services in the kernel (ip_vs_info_seq_show of net/netfilter/ipvs/ip_vs_ctl.c). */
export const table = (): string => readFileSync('/proc/net/ip_vs', 'utf8')

/** How long it takes until something is so, in milliseconds. */
export async function lasts(condition: () => boolean): Promise<number> {
  const begun = performance.now()
  await until(condition)
  return Math.round(performance.now() - begun)
}

/** Waits until something is so; `told` explains the failure if it never comes. */
export async function until(condition: () => boolean, told = () => ''): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 2000) throw new Error(`this never came to be: ${condition}\n${told()}`)
    await sleep(5)
  }
}
