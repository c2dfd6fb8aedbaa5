/** What can happen to a daemon in a history, what its files say, and what the kernel then has. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ip, run } from './namespace.ts'

export const names = ['web', 'mail', 'moving'] as const
export type Name = (typeof names)[number]
export const saveStyles = ['rename', 'pieces', 'unlink', 'symlink'] as const
export const faults = ['invalid', 'empty', 'gone'] as const
export const meddlings = [
  'delete',
  'edit',
  'weight',
  'flush',
  'link',
  'down',
  'unplug',
  'fight',
] as const

export type Step =
  | {
      readonly do: 'edit'
      readonly name: Name
      readonly weight: number
      readonly backends: number
      readonly style: (typeof saveStyles)[number]
    }
  | { readonly do: 'break'; readonly name: Name; readonly fault: (typeof faults)[number] }
  | {
      readonly do: 'restart'
      readonly signal: 'SIGKILL' | 'SIGTERM'
      readonly editBetween: boolean
    }
  | { readonly do: 'foreign'; readonly port: number; readonly weight: number }
  | { readonly do: 'foreign-gone'; readonly port: number }
  | { readonly do: 'meddle'; readonly how: (typeof meddlings)[number]; readonly name: Name }
  | { readonly do: 'resume' }
  /** `damaged`: at that moment something of ours has just been deleted. */
  | { readonly do: 'rollback'; readonly damaged: boolean }
  | { readonly do: 'trial'; readonly commit: boolean; readonly damaged: boolean }
  | { readonly do: 'wait'; readonly milliseconds: number }

/** What a file says: a service with some backends of one weight. */
export interface Wish {
  readonly weight: number
  readonly backends: number
}

/** The IPv4 VIPs; the IPv6 one of each ends in the same two digits. */
export const vips = { web: '192.0.2.21', mail: '192.0.2.22', moving: '192.0.2.23' } as const
/** `moving` is on a link that is not ours. */
export const linkOf = { web: 'slb0', mail: 'slb0', moving: 'eth7' } as const

/** The text of a file that says so. */
export function textOf(name: Name, { weight, backends }: Wish): string {
  const rows = Array.from(
    { length: backends },
    (_, index) => `  { address = "10.0.0.${11 + index}", weight = ${weight} },\n`,
  )
  return `[vip.${name}]
address = ["${vips[name]}", "2001:db8::${vips[name].slice(-2)}"]
link = "${linkOf[name]}"
[service.${name}]
vip = "${name}"
port = 80
drain = "0s"
backends = [\n${rows.join('')}  "fd00::11",\n]
`
}

/** The lines that `ipvsadm -Sn` has for it. */
export function linesOf(name: Name, { weight, backends }: Wish): string[] {
  const six = `[2001:db8::${vips[name].slice(-2)}]`
  return [
    `-A -t ${vips[name]}:80 -s wrr`,
    `-A -t ${six}:80 -s wrr`,
    `-a -t ${six}:80 -r [fd00::11]:80 -m -w 1`,
    ...Array.from(
      { length: backends },
      (_, index) => `-a -t ${vips[name]}:80 -r 10.0.0.${11 + index}:80 -m -w ${weight}`,
    ),
  ]
}

/** Makes the link that is not ours. */
export function plugIn(): void {
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
}

/** Does something once to what is ours. Resolves when it is done. */
export async function meddle(
  how: Exclude<(typeof meddlings)[number], 'fight'>,
  name: Name,
): Promise<void> {
  const at = ['-t', `${vips[name]}:80`]
  const backend = ['-r', '10.0.0.11:80']
  if (how === 'delete') run(undefined, 'ipvsadm', '-D', ...at)
  if (how === 'edit') run(undefined, 'ipvsadm', '-E', ...at, '-s', 'lc')
  if (how === 'weight') run(undefined, 'ipvsadm', '-e', ...at, ...backend, '-m', '-w', '77')
  if (how === 'flush') ip(undefined, 'address flush dev slb0')
  if (how === 'link') ip(undefined, 'link del slb0')
  if (how === 'down') ip(undefined, 'link set eth7 down', 'link set eth7 up')
  if (how === 'unplug') {
    ip(undefined, 'link del eth7')
    await sleep(300)
    plugIn()
  }
}

/** True if both VIPs of a service are there. */
export function hasAddresses(name: Name): boolean {
  const there = addressesOf(linkOf[name])
  const six = `2001:db8::${vips[name].slice(-2)}/128`
  return there.includes(`${vips[name]}/32`) && there.includes(six)
}

/** The global addresses of a link, with their prefixes. */
export function addressesOf(link: string): readonly string[] {
  try {
    const text = run(undefined, 'ip', '-o', 'address', 'show', 'dev', link, 'scope', 'global')
    return text.split('\n').flatMap(line => /inet6? (\S+)/.exec(line)?.[1] ?? [])
  } catch {
    return [] // no such link
  }
}
