/** Runs the real program, as a user does. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const program: string = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))

export interface Ran {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Runs as this user and group. */
  readonly user?: number
}

/** Runs `slb` with these arguments to its end. The environment has no colours of the caller's. */
export function slb(args: readonly string[], options: RunOptions = {}): Ran {
  const { cwd, input = '', env = {}, user } = options
  const ran = spawnSync(process.execPath, [program, ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(user === undefined ? {} : { uid: user, gid: user }),
  })
  return { status: ran.status, out: ran.stdout, err: ran.stderr }
}

/** A fresh directory with these files, removed when `work` is done. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  work: (directory: string) => T | Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'slb-cli-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The smallest configuration. */
export const web = `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = ["10.0.0.11:8080", "10.0.0.12:8080"]
`
