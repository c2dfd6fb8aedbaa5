/** A gobgpd that slb runs itself: it begins and ends with the daemon, whichever way that ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Level } from './task.ts'

export interface OwnGobgpdEnds {
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  /** Told that it answers from now on, where nobody waits for that. */
  answers?(): void
  /** Begins a command; for tests. */
  readonly begin?: (command: string, args: readonly string[]) => ChildProcess
  /** How long it may take to answer after it was begun, in milliseconds. */
  readonly patience?: number
}

/** How long one that has ended is left alone, in milliseconds; longer each time until one answers. */
const firstPause = 1000
const longestPause = 30_000
/** How long one that is told to end may take for that, in milliseconds. */
const parting = 5000
/** It listens some 30 ms after it was begun, and much later on a machine that has no time for it. */
const usualPatience = 10_000
/** Between two knocks at its socket, in milliseconds: while it is waited for, and when it is late. */
const knock = 10
const seldomKnock = 500

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
  #pause = firstPause
  /** The one that answers. */
  #answering: ChildProcess | undefined
  /** True if what was begun has ended without an answer, or is late. */
  #given = false
  #waiting: (() => void)[] = []
  /** What was said last of one that does not come up. */
  #said = ''

  constructor(ends: OwnGobgpdEnds) {
    this.#ends = ends
  }

  /** Where it is to be, `unix:/PATH`; undefined = nowhere. */
  want(api: string | undefined): void {
    if (api === this.#api) return
    this.#api = api
    this.#given = false
    if (api === undefined) this.#release()
    clearTimeout(this.#again)
    // One that ends begins anew where it is wanted then.
    if (this.#child === undefined) this.#start()
    else this.#end(this.#child)
  }

  /**
   * Resolves when it answers where it is wanted, or when that is given up for now, which has been told then:
   * it is not waited for again before one has answered.
   */
  async ready(): Promise<void> {
    const child = this.#child
    const answers = child !== undefined && this.#answering === child && this.#asked !== child
    if (this.#api === undefined || this.#given || answers) return
    await new Promise<void>(done => this.#waiting.push(done))
  }

  /** Ends it; it takes its routes back from its peers. Resolves when it has ended. */
  async close(): Promise<void> {
    this.#api = undefined
    this.#release()
    clearTimeout(this.#again)
    const child = this.#child
    if (child === undefined) return
    this.#end(child)
    const late = setTimeout(() => child.kill('SIGKILL'), parting)
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
    if (this.#said === '') note('info', 'gobgpd is begun', { api })
    let last = ''
    const hear = (text: Buffer): void => {
      last = text.toString('utf8').trim().split('\n').at(-1) ?? last
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.on('error', error => {
      last = error.message
    })
    child.once('close', code => this.#ended(child, code, last))
    void this.#await(child, path, () => last)
  }

  /** Knocks until it answers. */
  async #await(child: ChildProcess, path: string, last: () => string): Promise<void> {
    const { patience = usualPatience, answers } = this.#ends
    const until = performance.now() + patience
    const isNeeded = (): boolean => this.#child === child && this.#asked !== child
    while (isNeeded()) {
      if (await listens(path)) {
        if (!isNeeded()) return
        this.#answering = child
        this.#given = false
        this.#said = ''
        this.#pause = firstPause
        if (this.#waiting.length === 0) answers?.()
        return this.#release()
      }
      const late = performance.now() >= until
      if (late) this.#giveUp(`gobgpd does not answer ${patience / 1000} s after its start`, last())
      await sleep(late ? seldomKnock : knock)
    }
  }

  #ended(child: ChildProcess, code: number | null, last: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    const asked = this.#asked === child
    if (!asked) {
      const how = `gobgpd has ended (${code ?? 'by a signal'}): it is begun again`
      if (this.#answering === child) this.#ends.note('error', how, { why: last })
      else this.#giveUp(how, last)
    }
    this.#again = setTimeout(() => this.#start(), asked ? 0 : this.#pause)
    if (!asked) this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  /** Says once why it does not come up, while that stays so. */
  #giveUp(what: string, why: string): void {
    this.#given = true
    this.#release()
    if (this.#said === what + why) return
    this.#said = what + why
    const next = 'install the package gobgpd, if it is missing'
    this.#ends.note('error', `${what}: nothing is announced by it`, { why, next })
  }

  #release(): void {
    for (const done of this.#waiting.splice(0)) done()
  }
}

/** True if somebody takes a connection there. */
function listens(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    const end = (does: boolean): void => {
      socket.destroy()
      resolve(does)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** It gets nothing of our environment but where programs are: a password may stand there. */
function spawnQuietly(command: string, args: readonly string[]): ChildProcess {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin' } = process.env
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH } })
}
