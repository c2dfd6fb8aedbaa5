/** The program nft(8), which speaks JSON, and what its complaints mean. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SlbError, type SlbErrorCode } from '../../model/error.ts'
import type { Json } from './rule.ts'

/** Runs nft in the network namespace of the main thread. */
export interface Nft {
  /** Carries out a transaction. @throws SlbError */
  run(commands: Json): Promise<void>
  /** Our table as nft lists it; undefined if there is none, or no nft. @throws SlbError */
  list(family: string, name: string): Promise<Json | undefined>
}

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Milliseconds; ten thousand rules take about one second. */
const timeout = 60_000

/** A program started from the main thread is in its network namespace (fork(2) in uv_spawn). */
export function nftProgram(program = 'nft'): Nft {
  return {
    async run(commands) {
      const ended = await withFile(JSON.stringify(commands), path =>
        execute(program, ['-j', '-f', path]),
      )
      if (ended.status !== 0) throw complaint(ended)
    },
    async list(family, name) {
      try {
        const ended = await execute(program, ['-j', 'list', 'table', family, name])
        if (ended.status === 0) return JSON.parse(ended.stdout)
        if (ended.stderr.includes('No such file or directory')) return undefined
        throw complaint(ended)
      } catch (error) {
        if (error instanceof SlbError && error.errno === noProgram) return undefined
        throw error
      }
    },
  }
}

const noProgram = 'ENOENT'

function execute(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
    const child = spawn(program, args, {
      env: { PATH: path, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Not the option of spawn: its timer lives on, and the process with it, if there is no program.
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', chunk => stdout.push(chunk))
    child.stderr.on('data', chunk => stderr.push(chunk))
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(cannotStart(program, cause))
    })
    child.on('close', status => {
      clearTimeout(timer)
      resolve({
        status,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      })
    })
  })
}

/**
 * Calls `use` with the path of a file that holds `text`, for nobody else to read, and removes it.
 * A pipe would not do: those of Node are sockets, and nft opens /dev/stdin, which Linux refuses for
 * sockets (ENXIO).
 */
async function withFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = writing(() => mkdtempSync(join(tmpdir(), 'slb-nft-')))
  try {
    const path = join(folder, 'commands.json')
    writing(() => writeFileSync(path, text))
    return await use(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writing<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? 'EIO'
    throw new SlbError('io', `cannot write the commands for nft to ${tmpdir()}: ${errno}`, {
      errno,
      cause,
      hint: 'make room there, or set TMPDIR to a folder that can be written to',
    })
  }
}

function cannotStart(program: string, cause: NodeJS.ErrnoException): SlbError {
  const missing = cause.code === noProgram
  return new SlbError(
    missing ? 'missing' : 'io',
    missing
      ? `source NAT needs the program ${program}, which is not installed`
      : `cannot start ${program}: ${cause.code}`,
    {
      ...(cause.code === undefined ? {} : { errno: cause.code }),
      ...(missing ? { hint: 'install nftables: apt-get install nftables' } : {}),
      cause,
    },
  )
}

/** What nft wrote, by the kernel's words in it (strerror in the C locale). */
const meanings: readonly {
  readonly words: string
  readonly code: SlbErrorCode
  readonly errno: string
  readonly hint?: string
}[] = [
  {
    words: 'Operation not permitted',
    code: 'denied',
    errno: 'EPERM',
    hint: 'run as root or with the capability CAP_NET_ADMIN',
  },
  { words: 'Operation not supported', code: 'missing', errno: 'EOPNOTSUPP', hint: noNat() },
  { words: 'Protocol not supported', code: 'missing', errno: 'EPROTONOSUPPORT', hint: noNat() },
  { words: 'Device or resource busy', code: 'busy', errno: 'EBUSY' },
  { words: 'Resource temporarily unavailable', code: 'busy', errno: 'EAGAIN' },
  { words: 'Cannot allocate memory', code: 'busy', errno: 'ENOMEM' },
  { words: 'File exists', code: 'stale', errno: 'EEXIST' },
  { words: 'No such file or directory', code: 'stale', errno: 'ENOENT' },
  { words: 'Invalid argument', code: 'invalid', errno: 'EINVAL' },
]

function complaint({ status, stderr }: Ended): SlbError {
  const line =
    stderr.split('\n').find(text => text.includes('Error')) ?? stderr.split('\n')[0] ?? ''
  const meaning = meanings.find(({ words }) => stderr.includes(words))
  const said = line.replace(/^.*Error: /, '').trim()
  const how = status === null ? `did not answer within ${timeout / 1000} s` : `says: ${said}`
  return new SlbError(meaning?.code ?? (status === null ? 'timeout' : 'internal'), `nft ${how}`, {
    ...(meaning === undefined ? {} : { errno: meaning.errno }),
    ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
  })
}

function noNat(): string {
  return 'source NAT needs a kernel with CONFIG_NF_TABLES_INET, CONFIG_NFT_NAT, CONFIG_NFT_MASQ and CONFIG_NFT_CT: modprobe nf_tables nft_chain_nat nft_masq nft_ct'
}
