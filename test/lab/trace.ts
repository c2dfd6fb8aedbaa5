/** System calls of the real program: watched, counted, or cut short by strace(1). */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Ran } from '../cli/slb.ts'
import { type LabRig, running } from './rig.ts'

const warm = fileURLToPath(new URL('./warm.js', import.meta.url))

/** Every way of handing bytes to a socket. */
export const sends: string = 'sendto,sendmsg,sendmmsg'

/** Every way of changing a file or a folder. */
export const fileWrites: string =
  'write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,' +
  'mkdir,mkdirat,rmdir,truncate,ftruncate,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat'

export interface Traced extends Ran {
  /** The signal that ended it. */
  readonly signal: string | null
  /** The traced calls of its main thread, in order, as strace writes them. */
  readonly calls: readonly string[]
}

/**
 * Runs the real program under strace, from the moment on at which its modules are loaded.
 *
 * @param options of strace: `-e trace=...`, `-P path`, `-e inject=...`.
 */
export async function traced(
  rig: LabRig,
  args: readonly string[],
  ...options: string[]
): Promise<Traced> {
  const pipe = join(rig.directory, `warm-${process.hrtime.bigint()}`)
  execFileSync('mkfifo', [pipe])
  const { process: child, ended } = rig.start(args, {
    node: ['--import', warm],
    env: { SLB_WARM: pipe },
  })
  const gate = await openGate(pipe)
  const pid = child.pid ?? 0
  const log = `${pipe}.strace`
  const tracer = running(
    spawn('strace', ['-f', '-q', '-s', '200', '-o', log, ...options, '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  while (!isTraced(pid)) {
    if (tracer.process.exitCode !== null) throw new Error((await tracer.ended).err)
    await sleep(5)
  }
  closeSync(gate)
  const ran = await ended
  await tracer.ended
  return { ...ran, signal: child.signalCode, calls: callsOf(readFileSync(log, 'utf8'), pid) }
}

/** Opens the pipe as soon as the program has: until then there is nobody to write to (ENXIO). */
async function openGate(pipe: string): Promise<number> {
  for (;;) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
      await sleep(20)
    }
  }
}

function isTraced(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every(
    task => !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8')),
  )
}

/** The calls of one thread; a call that another thread interrupted stands once. */
function callsOf(log: string, pid: number): readonly string[] {
  return log
    .split('\n')
    .filter(line => line.startsWith(`${pid} `))
    .map(line => line.slice(String(pid).length).trim())
    .filter(call => /^\w+\(/.test(call))
}
