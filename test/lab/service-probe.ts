/** Runs in the place of `slb run` and tells what the unit lets it do: a JSON line in /run/slb/probe. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { openNotifier } from '../../src/daemon/notify.ts'
import { libc } from '../../src/netlink/libc.ts'
import { runHere } from './rig.ts'

const notifier = openNotifier(process.env)

/** `ok`, what it returned, or the name of the error. */
function attempt(work: () => unknown): unknown {
  try {
    return work() ?? 'ok'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

const rewrite = (path: string) => attempt(() => writeFileSync(path, readFileSync(path)))
const socket = (family: number, type: number) => attempt(() => libc().socket(family, type, 0) >= 0)

const found = {
  uid: process.getuid?.() === statSync('/var/lib/slb').uid && process.getuid?.() !== 0,
  environment: Object.keys(process.env).filter(name => /NOTIFY|WATCHDOG/.test(name)),
  pulse: notifier.pulse,
  capabilities: readFileSync('/proc/self/status', 'utf8').match(/(?<=Cap(Eff|Bnd):\s+)\S+/g),
  byRoot: attempt(() => readFileSync('/var/lib/slb/by-root/file', 'utf8')),
  tables: attempt(() => readdirSync('/etc/slb')),
  write: {
    ipForward: rewrite('/proc/sys/net/ipv4/ip_forward'),
    ipv6Forward: rewrite('/proc/sys/net/ipv6/conf/all/forwarding'),
    vs: rewrite('/proc/sys/net/ipv4/vs/conntrack'),
    otherSysctl: rewrite('/proc/sys/vm/swappiness'),
    configuration: attempt(() => writeFileSync('/etc/slb/x', '')),
    runtime: attempt(() => writeFileSync('/run/slb/x', '')),
    system: attempt(() => writeFileSync('/usr/x', '')),
  },
  socket: {
    inet: socket(2, 1),
    packet: socket(17, 3),
    vsock: socket(40, 1),
    netlink: socket(16, 3),
    unix: socket(1, 1),
  },
  nft: attempt(() => void execFileSync('nft', ['list', 'tables'])),
  apply: await runHere(['apply', '-c', '/etc/slb', '--state-dir', '/var/lib/slb']),
}

process.on('SIGHUP', () => {
  notifier.reloading()
  notifier.status('read again')
  notifier.ready()
})
process.on('SIGTERM', () => {
  notifier.stopping()
  writeFileSync('/var/lib/slb/last', 'stopped in order')
  process.exit(0)
})
setInterval(() => notifier.alive(), notifier.pulse)
writeFileSync('/run/slb/probe', JSON.stringify(found))
notifier.status('all is well')
notifier.ready()
