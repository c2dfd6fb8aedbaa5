/**
 * One command for a booted kernel: a folder that both sides see.
 *
 * `init.sh` reads `command`, `environment` and `directory`; it writes `kernel` (the release), then
 * `stdout` and `stderr` while the command runs, then `status`. No `status` means that the kernel
 * ended before the command did.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A command, and where and with what environment it runs. */
export interface Request {
  readonly command: readonly string[]
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
}

export interface Job {
  readonly folder: string
  /** Undefined until the command has ended. */
  status(): Promise<number | undefined>
  remove(): Promise<void>
}

const zeroEnded = (texts: readonly string[]): string => texts.map(text => `${text}\0`).join('')

/** Write a request where a kernel's first process finds it. */
export async function openJob(request: Request): Promise<Job> {
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), `slb-lab-${process.pid}-`))
  const environment = Object.entries({ ...request.environment, TMPDIR: '/run/tmp' })
  const put = (name: string, texts: readonly string[]): Promise<void> =>
    writeFile(join(folder, name), zeroEnded(texts))
  await put('command', request.command)
  await put('directory', [request.directory])
  await put(
    'environment',
    environment.map(([name, value]) => `${name}=${value ?? ''}`),
  )
  for (const name of ['stdout', 'stderr']) await writeFile(join(folder, name), '')
  return {
    folder,
    status: async () => {
      const text = await readFile(join(folder, 'status'), 'utf8').catch(() => '')
      return text === '' ? undefined : Number(text)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What runs that were killed left behind. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = /^slb-lab-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {})
  }
}

/** Follow a growing file: each call of the answer gives what came since the last one to `sink`. */
export function follow(
  file: string,
  sink: (chunk: Buffer) => void,
): { more(): void; close(): void } {
  const descriptor = openSync(file, 'r')
  const buffer = Buffer.alloc(64 << 10)
  return {
    more: () => {
      for (;;) {
        const length = readSync(descriptor, buffer)
        if (length === 0) return
        sink(Buffer.from(buffer.subarray(0, length)))
      }
    },
    close: () => closeSync(descriptor),
  }
}
