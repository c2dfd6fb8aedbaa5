/**
 * The process that `apply --confirm` leaves behind: undoes the trial at its deadline, unless it is
 * committed. It has a session of its own (setsid(2)), so that no terminal, no shell and no logout takes
 * it along, and it is in the network namespace of the command that started it.
 *
 *     node guardian.js STATE-DIRECTORY [--end-starter]
 *
 * It says `ready` on standard output. The trial then is on disk before its standard input ends, or it
 * never will be. All that it needs is loaded by then: the program may be upgraded or removed meanwhile.
 */
import { appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { guardTrial } from '../engine/guardian.ts'
import { openHost } from '../host.ts'
import { takeLock } from '../state/lock.ts'

/** How long after the deadline the starter may still hold the lock, in milliseconds. */
const patience = 3000

const [stateDirectory = '', flag] = process.argv.slice(2)
const starter = process.ppid

// A session without a terminal gets these only from somebody who sends them to all.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {})

const host = openHost({ stateDirectory })
process.stdout.write('ready\n')
let awaited = true
for (const event of ['end', 'close', 'error'])
  process.stdin.on(event, () => {
    awaited = false
  })
process.stdin.resume()
const undone = await guardTrial(host, {
  takeLock: () => takeLock(`slb undo, pid ${process.pid}`),
  mayBegin: () => awaited,
  failed: error => log(error.message),
  barred: endStarter,
})
if (undone?.outcome === 'undone') for (const { error } of undone.round.failures) log(error.message)
host.close()
process.exit(0)

/**
 * The command that put it on trial stopped (Ctrl-Z, a terminal that takes no more output) with the lock
 * in its hands: nobody could undo it then. It is killed as a crash would; the journal is made for that.
 * As long as it lives it is our parent, so its number cannot be that of another process.
 */
function endStarter(late: number): void {
  if (flag === '--end-starter' && late > patience && process.ppid === starter)
    process.kill(starter, 'SIGKILL')
}

/** Nobody listens to us: what went wrong is written down. */
function log(message: string): void {
  const path = join(dirname(host.journal.path), 'undo.log')
  try {
    appendFileSync(path, `${host.clock.wall().toISOString()} ${message}\n`)
  } catch {
    // The next command tries to undo it, too, and tells.
  }
}
