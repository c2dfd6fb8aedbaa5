/** `slb run` in a lab test: the real program, its files, its log and its socket. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ran } from '../cli/slb.ts'
import { isSoak } from '../rounds.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { freshRig, type LabRig, type Running, type StartOptions } from './rig.ts'

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

export interface DaemonRig {
  readonly rig: LabRig
  /** Where its configuration is. */
  readonly folder: string
  readonly socket: string
  /** The process that runs now. */
  readonly running: Running
  /** Saves a file as editors do: a new one takes the place of the old. */
  save(name: string, text: string): void
  remove(name: string): void
  /** What it has logged so far. */
  log(): readonly LogLine[]
  /** The log as it was written. */
  text(): string
  /** Waits for a line of the log that says this. */
  logged(message: RegExp): Promise<LogLine>
  /** A command through the socket; asked within this process, which saves a second each time. */
  slb(...args: string[]): Promise<Ran>
  /** Starts it, and waits until the first files are applied. */
  start(options?: StartOptions): Promise<void>
  /** Starts it, and waits for nothing. */
  launch(options?: StartOptions): void
  /** Ends it with a signal. */
  stop(signal?: NodeJS.Signals): Promise<Ran>
}

/**
 * A lab is slow and shared: what takes longer has not come. In the soak, which goes on for hours, others
 * may need the machine meanwhile. In milliseconds.
 */
const patience = isSoak ? 60_000 : 20_000

/** Stopping takes what `stop_timeout` says, which is a few seconds in tests. */
const longestStop = 90_000

/** Waits until something is so, looking often; `longer` than usual by so many milliseconds. */
export async function until(what: string, condition: () => boolean, longer = 0): Promise<void> {
  const begun = performance.now()
  while (!condition()) {
    if (performance.now() - begun > patience + longer) throw new Error(`never came: ${what}`)
    await sleep(10)
  }
}

/** Waits until `ipvsadm -Sn` says just these lines. */
export async function untilSaved(...lines: string[]): Promise<void> {
  const wanted = [...lines].sort().join('\n')
  const begun = performance.now()
  while (saved().join('\n') !== wanted) {
    if (performance.now() - begun > patience)
      throw new Error(`never came:\n${wanted}\nbut there is:\n${saved().join('\n')}`)
    await sleep(10)
  }
}

/** A daemon in a fresh namespace (or the current one), not started yet. */
export function daemonRig(
  files: Readonly<Record<string, string>>,
  rig: LabRig = freshRig(),
): DaemonRig {
  const folder = join(rig.directory, 'etc')
  const socket = join(rig.directory, 'slb.sock')
  let running: Running | undefined
  let text = ''
  const one: DaemonRig = {
    rig,
    folder,
    socket,
    get running() {
      if (running === undefined) throw new Error('it was not started')
      return running
    },
    save(name, content) {
      const path = join(folder, name)
      writeFileSync(`${path}~`, content)
      renameSync(`${path}~`, path)
    },
    text: () => text,
    remove: name => rmSync(join(folder, name)),
    log: () =>
      text
        .split('\n')
        .slice(0, -1)
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as LogLine),
    async logged(message) {
      let found: LogLine | undefined
      await until(`${message} in the log:\n${text}`, () => {
        found = one.log().find(line => message.test(line.message))
        return found !== undefined
      }).catch(error => {
        throw new Error(`${(error as Error).message}\nThe log:\n${text}`)
      })
      return found as LogLine
    },
    slb: (...args) => rig.asking(socket, ...args),
    launch(options) {
      text = ''
      running = rig.start(['run', '-c', folder, '--socket', socket], options)
      running.process.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    },
    async start(options) {
      one.launch(options)
      await one.logged(/^ready/)
    },
    async stop(signal = 'SIGTERM') {
      const { process, ended } = one.running
      process.kill(signal)
      const timeout = new AbortController()
      const ran = await Promise.race([
        ended,
        sleep(longestStop, undefined, { signal: timeout.signal }),
      ])
      timeout.abort()
      if (ran !== undefined) return ran
      process.kill('SIGKILL')
      throw new Error(`never came: the end of slb run after ${signal}\nThe log:\n${text}`)
    },
  }
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) one.save(name, content)
  return one
}

/** Another boot, until `/proc/sys/kernel/random/boot_id` is unmounted: empty tables, and another id. */
export function reboot(daemon: DaemonRig): void {
  run(undefined, 'ipvsadm', '-C')
  ip(undefined, 'link del slb0')
  const id = daemon.rig.file('boot_id', '01234567-89ab-4cde-8f01-23456789abcd\n')
  run(undefined, 'mount', '--bind', id, '/proc/sys/kernel/random/boot_id')
}

/** Runs a daemon with these files in a fresh namespace, which never calls what happens a fault of its own. */
export async function withDaemon(
  files: Readonly<Record<string, string>>,
  work: (daemon: DaemonRig) => Promise<void>,
): Promise<void> {
  const daemon = daemonRig(files)
  await daemon.start()
  try {
    await work(daemon)
    const faults = daemon.log().filter(line => /fault in slb itself/.test(line.message))
    if (faults.length > 0) throw new Error(JSON.stringify(faults))
  } finally {
    if (daemon.running.process.exitCode === null) await daemon.stop('SIGKILL')
  }
}
