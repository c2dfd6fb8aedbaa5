/**
 * Debian packages for the lab: installed on the machine where we are root, or only fetched and
 * unpacked, which every user may do.
 */
import { access, constants, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Printed, runCommand, tryCommand } from './run-command.ts'

/** A program that the lab calls, and the package that brings it. */
export type Tool = readonly [command: string, packageName: string]

/** Where administrators' programs live, also when the user's PATH leaves it out. */
export const searchPath: string = [
  process.env['PATH'] ?? '',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
].join(delimiter)

/** The absolute path of a program, if it is there. */
export async function findProgram(command: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const file = join(folder, command)
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (there && folder !== '') return file
  }
  return undefined
}

/** Make sure of programs: what is missing is installed when we are root, else named in the error. */
export async function ensureTools(
  tools: readonly Tool[],
  say: (line: string) => void,
): Promise<void> {
  const missing: string[] = []
  for (const [command, packageName] of tools) {
    if ((await findProgram(command)) === undefined) missing.push(packageName)
  }
  if (missing.length === 0) return
  const names = [...new Set(missing)]
  if (process.getuid?.() !== 0) {
    throw new Error(`these packages are missing: run \`sudo apt-get install ${names.join(' ')}\``)
  }
  say(`installing ${names.join(' ')}`)
  // A list may never have been fetched, or name versions that the mirror no longer has.
  await patiently(2, async attempt => {
    if (attempt > 1) await aptGet(['update'])
    await aptGet(['install', '-y', '--no-install-recommends', ...names])
  })
}

/** A Debian mirror as this machine's apt sees it, with package lists of our own beside it. */
export interface Mirror {
  /** What a package needs, by name. */
  dependencies(packageName: string): Promise<readonly string[]>
  /** Fetch packages (`name` or `name/suite`) and unpack them into the folder. */
  unpack(packageNames: readonly string[]): Promise<void>
}

/**
 * Fetch and unpack packages of some suites of Debian (`sid`, `bookworm`) into `folder`. Nothing is
 * installed and the machine's own package lists stay as they are, so any user may do it.
 */
export async function withMirror(
  folder: string,
  suites: readonly string[],
  work: (mirror: Mirror) => Promise<void>,
): Promise<void> {
  const apt = join(folder, 'apt')
  await mkdir(join(apt, 'lists', 'partial'), { recursive: true })
  await mkdir(join(apt, 'archives', 'partial'), { recursive: true })
  const url = await mirrorUrl()
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const lines = suites.map(suite => `deb [signed-by=${keyring}] ${url} ${suite} main\n`)
  await writeFile(join(apt, 'sources.list'), lines.join(''))
  const options = Object.entries({
    'Dir::Etc::SourceList': join(apt, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(apt, 'lists'),
    'Dir::Cache': apt,
    'Dir::Log': apt,
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await patiently(3, () => aptGet([...options, 'update']))
  await work({
    dependencies: async name => {
      const printed = await runCommand('apt-cache', [...options, 'depends', name])
      return [...printed.matchAll(/Depends: (\S+)/g)].map(match => match[1] ?? '')
    },
    unpack: async names => {
      await patiently(3, () => aptGet([...options, 'download', ...names], apt))
      for (const file of await readdir(apt)) {
        if (file.endsWith('.deb')) await runCommand('dpkg', ['-x', join(apt, file), folder])
      }
    },
  })
  await rm(apt, { recursive: true })
}

/** The code name of this machine's Debian, or `stable`. */
export async function hostSuite(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const isDebian = /^ID=debian$/m.test(release)
  return (isDebian && /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1]) || 'stable'
}

async function mirrorUrl(): Promise<string> {
  const chosen = process.env['SLB_LAB_MIRROR']
  if (chosen !== undefined) return chosen
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => [])
  const files = ['/etc/apt/sources.list', ...parts.map(part => `/etc/apt/sources.list.d/${part}`)]
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const mirror = /^(?:deb |URIs:).*?(\w+:\/\/\S+\/debian)\/?(?:\s|$)/.exec(line)?.[1]
      if (mirror !== undefined) return mirror
    }
  }
  throw new Error('no Debian mirror in /etc/apt: name one by SLB_LAB_MIRROR=URL')
}

async function aptGet(args: readonly string[], cwd = '/'): Promise<void> {
  const printed = await tryCommand(
    'apt-get',
    ['-q', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300', ...args],
    {
      cwd,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: searchPath, LC_ALL: 'C' },
    },
  )
  if (printed.status !== 0) throw new Error(aptFailure(args, printed))
}

/** What apt says of its failure, without all it has printed before, and what to do about it. */
export function aptFailure(args: readonly string[], printed: Printed): string {
  const words = args.filter((word, at) => word !== '-o' && args[at - 1] !== '-o')
  const lines = `${printed.stdout}\n${printed.stderr}`.trim().split('\n')
  const errors = lines.filter(line => /^E: /.test(line))
  const said = errors.length > 0 ? errors : lines.slice(-15)
  const hint = aptHints.find(([sign]) => said.some(line => sign.test(line)))?.[1]
  return [
    `apt-get ${words.join(' ')} failed (${printed.status}):`,
    ...said,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join('\n')
}

const aptHints: readonly (readonly [RegExp, string])[] = [
  [
    /^E: Release file .* (expired|not valid yet)/,
    'set the clock, or name a fresh mirror with SLB_LAB_MIRROR=URL; a mirror that is frozen on purpose needs Acquire::Check-Valid-Until "false"; in /etc/apt/apt.conf.d',
  ],
  [
    /Could not (resolve|connect)|Failed to fetch|Temporary failure|Unable to connect/,
    'the Debian mirror must be in reach; SLB_LAB_MIRROR=URL names another one',
  ],
]

/** Networks and mirrors have bad moments: try again, a little later each time. */
async function patiently(
  attempts: number,
  work: (attempt: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      if (attempt === attempts) throw error
      await sleep(2000 * attempt)
    }
  }
}
