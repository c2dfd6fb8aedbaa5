/** A gobgpd that slb runs itself: it begins and ends with the daemon, whichever way that ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { Level } from './task.ts'

export interface OwnGobgpdEnds {
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  /** Begins a command; for tests. */
  readonly begin?: (command: string, args: readonly string[]) => ChildProcess
}

/** How long one that has ended is left alone, in milliseconds. */
const pause = 1000
/** How long one that is told to end may take for that, in milliseconds. */
const patience = 5000

/**
 * Keeps at most one gobgpd at work. Its API is open on a unix socket alone: by default it would listen at
 * every address, for everybody. The kernel ends it when the thread that began it does (prctl(2),
 * PR_SET_PDEATHSIG, by setpriv(1)): routes must not outlive those who know what is behind them.
 */
export class OwnGobgpd {
  readonly #ends: OwnGobgpdEnds
  #api: string | undefined
  #child: ChildProcess | undefined
  /** One that was told to end. */
  #asked: ChildProcess | undefined
  #again: NodeJS.Timeout | undefined

  constructor(ends: OwnGobgpdEnds) {
    this.#ends = ends
  }

  /** Where it is to be, `unix:/PATH`; undefined = nowhere. */
  want(api: string | undefined): void {
    if (api === this.#api) return
    this.#api = api
    clearTimeout(this.#again)
    // One that ends begins anew where it is wanted then.
    if (this.#child === undefined) this.#start()
    else this.#end(this.#child)
  }

  /** Ends it; it takes its routes back from its peers. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#api = undefined
    clearTimeout(this.#again)
    const child = this.#child
    if (child === undefined) return
    this.#end(child)
    const late = setTimeout(() => child.kill('SIGKILL'), patience)
    await new Promise<void>(done => child.once('close', () => done()))
    clearTimeout(late)
  }

  #end(child: ChildProcess): void {
    this.#asked = child
    child.kill('SIGTERM')
  }

  #start(): void {
    const api = this.#api
    if (api === undefined) return
    const path = api.replace(/^unix:(\/\/)?/, '')
    // Of one that was killed the socket is left, and the next could not listen there.
    rmSync(path, { force: true })
    const { note, begin = spawnQuietly } = this.#ends
    const gobgpd = ['gobgpd', '--api-hosts', `unix://${path}`, '--pprof-disable', '--log-plain']
    const child = begin('setpriv', ['--pdeathsig', 'KILL', '--', ...gobgpd])
    this.#child = child
    note('info', 'gobgpd is begun', { api })
    let last = ''
    const hear = (text: Buffer): void => {
      last = text.toString('utf8').trim().split('\n').at(-1) ?? last
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('error', error => {
      last = error.message
    })
    child.once('close', code => {
      if (this.#child !== child) return
      this.#child = undefined
      const asked = this.#asked === child
      if (!asked)
        note('error', `gobgpd has ended (${code ?? 'by a signal'}): it is begun again`, {
          why: last,
          next: 'install the package gobgpd, if it is missing',
        })
      this.#again = setTimeout(() => this.#start(), asked ? 0 : pause)
    })
  }
}

/** It gets nothing of our environment but where programs are: a password may stand there. */
function spawnQuietly(command: string, args: readonly string[]): ChildProcess {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin' } = process.env
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH } })
}
