/** The checking thread of `slb run`: the only file here that knows it is one. */
import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { probe } from './probe/open.ts'
import { serveChecks } from './station.ts'

/** More askings at once would be of no use, and each costs memory. */
const most = 4000

/** Half of the files that this process may open (proc_pid_limits(5)) are for sockets of checks. */
function room(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024)
  return Math.min(most, Math.floor(files / 2))
}

if (parentPort !== null) serveChecks(parentPort, probe, { most: room() })
