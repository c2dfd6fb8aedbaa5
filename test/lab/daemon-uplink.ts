/** A daemon with a VIP on a link that is not its own, beside things of others. */
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { freshRig } from './rig.ts'

/** A VIP on a link that is not ours, and a service beside it. */
const moving = `[vip.front]
address = ["192.0.2.10", "2001:db8::10"]
link = "eth7"
[service.web]
vip = "front"
port = 80
backends = ["10.0.0.11", "fd00::11"]
`
export const api = `[service.api]
vip = ["192.0.2.20", "2001:db8::20"]
port = 80
backends = ["10.0.0.21", "fd00::21"]
`
/** Longer than the time in which three repairs of a key are a fight, for two of them, in milliseconds. */
export const peace = 10_500

/** Nothing that happens is a fault of slb itself, and in the end all is as configured. */
export async function withUplink(
  work: (daemon: DaemonRig) => Promise<void>,
  settings = '# as ever\n',
): Promise<void> {
  const rig = freshRig()
  uplink()
  foreign()
  const daemon = daemonRig({ 'slb.toml': settings, 'web.toml': moving, 'api.toml': api }, rig)
  await daemon.start()
  try {
    await work(daemon)
    assert.match((await daemon.slb('plan')).out, /No changes/)
    const bugs = daemon.log().filter(({ message }) => /fault in slb/.test(message))
    assert.equal(bugs, [])
    assert.is(daemon.running.process.exitCode, null, 'it is still there')
  } finally {
    await daemon.stop('SIGKILL')
  }
}

/** The link that comes and goes. */
export function uplink(): void {
  ip(undefined, 'link add eth7 type dummy', 'link set eth7 up')
}

export const foreignService: readonly string[] = [
  '-A -t 203.0.113.1:99 -s wlc',
  '-a -t 203.0.113.1:99 -r 10.9.0.1:99 -m -w 4',
]

function foreign(): void {
  ip(
    undefined,
    'link add eth8 type dummy',
    'link set eth8 up',
    'address add 198.51.100.1/24 dev eth8',
  )
  for (const line of foreignService) run(undefined, 'ipvsadm', ...line.split(' '))
}

/** What others have is as they made it. */
export function foreignIsWhole(): void {
  assert.match(run(undefined, 'ip', '-br', 'address', 'show', 'eth8'), '198.51.100.1/24')
  for (const line of foreignService) assert.ok(saved().includes(line), line)
}

/** Addresses of a link that are in use: duplicate address detection is over. */
export function usable(link: string): readonly string[] {
  try {
    return run(undefined, 'ip', '-o', 'address', 'show', 'dev', link, 'scope', 'global')
      .split('\n')
      .filter(line => !/tentative|dadfailed/.test(line))
      .flatMap(line => /inet6? (\S+)/.exec(line)?.[1] ?? [])
  } catch {
    return [] // no such link
  }
}

export const vips: Readonly<Record<'eth7' | 'slb0', readonly string[]>> = {
  eth7: ['192.0.2.10/32', '2001:db8::10/128'],
  slb0: ['192.0.2.20/32', '2001:db8::20/128'],
}

/** How long it takes until all VIPs of a link are there, in milliseconds. */
export async function back(link: keyof typeof vips): Promise<number> {
  const begun = performance.now()
  await until(`the VIPs on ${link}`, () => vips[link].every(one => usable(link).includes(one)))
  return performance.now() - begun
}

/** Tells how long things took, for whoever reads the log of the lab. */
export function show(what: string, took: readonly number[]): void {
  const sorted = [...took].sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(sorted[Math.floor((took.length - 1) * share)] ?? 0)
  console.log(
    `  ${what}: ${took.length} times, back after ${at(0.5)} ms (median), ${at(1)} ms (most)`,
  )
}
