/**
 * User-Mode Linux: a whole Linux kernel as one ordinary process, with IPVS, its root file system
 * the host's own (hostfs). Boots in about a second, needs no privilege and no virtualisation.
 *
 * Debian's `user-mode-linux` of the unstable suite, because those of older releases crash on
 * current processors; it is linked against unstable's C library, which is unpacked beside it.
 */
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { projectFolder } from '../../project.ts'
import type { Kernel } from './boot.ts'
import { cached } from './cache.ts'
import { ensureTools, findProgram, hostSuite, withMirror } from './packages.ts'
import { runCommand } from './run-command.ts'

/** Fetch it if the cache does not have it yet. */
export async function umlKernel(say: (line: string) => void): Promise<Kernel> {
  if (process.arch !== 'x64') throw new Error('User-Mode Linux is fetched for x86-64 only')
  await ensureTools(
    [
      ['modprobe', 'kmod'],
      ['ip', 'iproute2'],
    ],
    say,
  )
  const folder = await cached('uml-1', (part, path) => fetchUml(part, path, say))
  const [release = ''] = await readdir(join(folder, 'lib', 'modules'))
  return {
    label: `User-Mode Linux ${release}`,
    atOnce: Math.max(1, Math.min(2, processors().length)),
    environment: { TMPDIR: await memoryFolder() },
    argv: (job, { memory, spread, processor = 0 }) => [
      ...(spread ? [] : onOneProcessor(processor)),
      join(folder, 'linux'),
      `mem=${memory}M`,
      'seccomp=auto', // system calls by seccomp instead of ptrace: more than twice as fast
      'root=/dev/root',
      'rootfstype=hostfs',
      'rw',
      'noreboot',
      'con=null',
      'con0=null,fd:1',
      `uml_dir=${job}/`,
      `init=${join(projectFolder, 'test/lab/kernel/init.sh')}`,
      `SLB_JOB=${job}`,
      `SLB_MODULES=${folder}`,
      'quiet',
    ],
  }
}

/**
 * The kernel and the processes in it are threads that hand over to each other at every system call
 * and page fault, one at a time. On one processor that is a context switch; across two it wakes the
 * other, which in a virtual machine takes five times as long (43 µs instead of 8 a system call).
 */
function onOneProcessor(fromLast: number): readonly string[] {
  const one = processors().at(-1 - fromLast)
  return one === undefined ? [] : ['taskset', '-c', String(one)]
}

/** The processors that this process may use. */
function processors(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return (list?.[1]?.split(',') ?? []).flatMap(range => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** UML keeps its memory in an unlinked file that must be big, in memory and executable. */
async function memoryFolder(): Promise<string> {
  const shm = await statfs('/dev/shm').catch(() => undefined)
  return shm !== undefined && shm.bsize * shm.bavail > 8 * 2 ** 30 ? '/dev/shm' : '/tmp'
}

async function fetchUml(part: string, path: string, say: (line: string) => void): Promise<void> {
  say('fetching User-Mode Linux and its C library from Debian unstable')
  const patchelf = await findProgram('patchelf')
  const suite = await hostSuite()
  await withMirror(part, ['sid', suite], mirror =>
    mirror.unpack([
      'user-mode-linux/sid',
      'libc6/sid',
      ...(patchelf === undefined ? [`patchelf/${suite}`] : []),
    ]),
  )
  const kernel = join(part, 'linux')
  await copyFile(join(part, 'usr/bin/linux.uml'), kernel)
  const loader = await find(join(part, 'usr/lib'), 'ld-linux-x86-64.so.2')
  const libraries = dirname(loader).replace(part, path)
  await runCommand(patchelf ?? join(part, 'usr/bin/patchelf'), [
    '--set-interpreter',
    join(libraries, 'ld-linux-x86-64.so.2'),
    '--set-rpath',
    libraries,
    kernel,
  ])
  await mkdir(join(part, 'lib'), { recursive: true })
  await rename(join(part, 'usr/lib/uml/modules'), join(part, 'lib/modules'))
}

async function find(folder: string, name: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const entry = entries.find(candidate => candidate.isFile() && candidate.name === name)
  if (entry === undefined) throw new Error(`no ${name} in ${folder}`)
  return join(entry.parentPath, name)
}
