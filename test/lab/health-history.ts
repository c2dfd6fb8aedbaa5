/**
 * One history of a daemon that checks: what happens to it, and beside it a small model of what the
 * table must be in the end. The model knows files, who is up, what was asked for, what is held and
 * what belongs to others; nothing else.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { type Backend, startBackends } from './backends.ts'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import { type Name, names, ports, type Step, textOf, vips, type Weights } from './health-steps.ts'
import { saved } from './ipvsadm.ts'
import { run } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

/** Lives through it in a network of its own, and sees that all is as it must be in the end. */
export function live(steps: readonly Step[]): Promise<void> {
  return withNetwork(3, async network => {
    const history = new History(await startBackends(network))
    await history.live(steps)
  })
}

class History {
  readonly #backends: readonly Backend[]
  readonly #daemon: DaemonRig
  readonly #up = [true, true, true]
  readonly #files: Record<Name, Weights> = { web: [1, 2, 3], mail: [4, 5, 6] }
  /** What is asked, by target, the oldest first. */
  readonly #asked = new Map<string, 'drain' | number>()
  readonly #foreign = new Map<number, number>()
  #held: Record<Name, Weights> | undefined
  #meddled = 0
  /** No two edits say the same. */
  #fresh = 10

  constructor(backends: readonly Backend[]) {
    this.#backends = backends
    const files = names.map(name => [`${name}.toml`, textOf(name, this.#files[name])])
    this.#daemon = daemonRig(Object.fromEntries(files), labRig())
  }

  async live(steps: readonly Step[]): Promise<void> {
    await this.#daemon.start()
    try {
      for (const step of steps) await this.#take(step)
      await this.#quiet()
      const bugs = this.#daemon.log().filter(({ message }) => /fault in slb|fight/.test(message))
      assert.equal(bugs, [])
    } catch (error) {
      throw new Error(`${(error as Error).message}\nThe log:\n${this.#daemon.text()}`)
    } finally {
      await this.#daemon.stop('SIGKILL')
    }
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'edit':
        return this.#edit(step.name, step.backend, step.gone)
      case 'restart':
        await this.#daemon.stop(step.signal)
        this.#meddled = 0
        return this.#daemon.start()
      case 'flap':
        return this.#flap(step.backend)
      case 'drain':
      case 'undrain':
        return this.#drain(step.do, step.name, step.backend)
      case 'weight':
        return this.#weigh(`${step.name}/10.2.0.1${step.backend + 1}`, step.reset, step)
      case 'foreign':
        return this.#makeForeign(step.port, step.weight)
      case 'meddle':
        return this.#meddle(step.name)
      case 'rollback':
        return this.#rollback()
      case 'resume':
        return this.#resume()
      case 'wait':
        await sleep(step.milliseconds)
    }
  }

  /** The last one that serves is not taken out: the guard would rightly refuse that. */
  #edit(name: Name, backend: number, gone: boolean): void {
    const weights = [...this.#files[name]]
    const others = this.#rows(name, this.#files).filter(
      ([at, weight]) => at !== backend && weight > 0 && weights[at] !== undefined,
    )
    const isSafe = this.#held === undefined && others.length > 0
    weights[backend] = gone && isSafe ? undefined : this.#fresh++
    this.#files[name] = weights
    this.#held = undefined
    this.#daemon.save(`${name}.toml`, textOf(name, weights))
  }

  async #flap(backend: number): Promise<void> {
    const up = !this.#up[backend]
    this.#up[backend] = up
    await (up ? this.#backends[backend]?.start() : this.#backends[backend]?.kill())
  }

  async #drain(what: 'drain' | 'undrain', name?: Name, backend?: number): Promise<void> {
    const target = name && (backend === undefined ? name : `${name}/10.2.0.1${backend + 1}`)
    if (name && backend !== undefined && !this.#knows(name, backend)) return
    await this.#slb(
      what,
      ...(target === undefined ? ['--node'] : [target]),
      ...(what === 'drain' ? ['--no-wait'] : []),
    )
    const key = target ?? 'node'
    if (what === 'drain') {
      this.#asked.delete(key)
      this.#asked.set(key, 'drain')
      return
    }
    for (const [one, ask] of this.#asked)
      if (ask === 'drain' && (one === key || one.startsWith(`${key}/`))) this.#asked.delete(one)
  }

  async #weigh(
    target: string,
    reset: boolean,
    { name, backend }: { readonly name: Name; readonly backend: number },
  ): Promise<void> {
    if (!this.#knows(name, backend)) return
    const weight = this.#fresh++
    await this.#slb('weight', target, reset ? 'reset' : String(weight))
    if (reset && this.#asked.get(target) === 'drain') return
    this.#asked.delete(target)
    if (!reset) this.#asked.set(target, weight)
  }

  #knows(name: Name, backend: number): boolean {
    const weights = (this.#held ?? this.#files)[name]
    return weights[backend] !== undefined
  }

  #makeForeign(port: number, weight: number): void {
    const at = ['-t', `203.0.113.1:${port}`]
    const known = this.#foreign.has(port)
    if (!known) run(undefined, 'ipvsadm', '-A', ...at, '-s', 'rr')
    run(
      undefined,
      'ipvsadm',
      known ? '-e' : '-a',
      ...at,
      '-r',
      '10.9.0.1:80',
      '-m',
      '-w',
      `${weight}`,
    )
    this.#foreign.set(port, weight)
  }

  /** Somebody gives one that serves another weight; no more often than a fight begins. */
  async #meddle(name: Name): Promise<void> {
    await this.#quiet()
    const [first] = this.#rows(name)
    if (first === undefined || this.#meddled++ >= 2) return
    const backend = `10.2.0.1${first[0] + 1}:${ports[name]}`
    run(undefined, 'ipvsadm', '-e', '-t', `${vips[name]}:80`, '-r', backend, '-m', '-w', '77')
  }

  /** Edits what is seen in the kernel, so that there is an apply, and takes it back. */
  async #rollback(): Promise<void> {
    if (this.#held !== undefined) return
    await this.#quiet()
    const before = { ...this.#files }
    const serving = this.#rows('mail').find(
      ([at, weight]) => weight > 0 && weight === this.#files.mail[at],
    )
    if (serving === undefined) return
    this.#edit('mail', serving[0], false)
    await this.#quiet()
    await this.#slb('rollback')
    this.#held = before
  }

  async #resume(): Promise<void> {
    await this.#slb('resume')
    this.#held = undefined
  }

  async #slb(...args: string[]): Promise<void> {
    const { status, out, err } = await this.#daemon.slb(...args)
    assert.is(status, 0, `${args.join(' ')}: ${out}${err}`)
  }

  /** The destinations of a service now, as places and weights. */
  #rows(name: Name, files = this.#held ?? this.#files): readonly (readonly [number, number])[] {
    if (this.#asked.has('node') || this.#asked.has(name)) return []
    return files[name].flatMap((weight, at) => {
      const ask = this.#asked.get(`${name}/10.2.0.1${at + 1}`)
      if (weight === undefined || ask === 'drain') return []
      if (!this.#up[at]) return name === 'mail' ? [[at, 0] as const] : []
      return [[at, ask ?? weight] as const]
    })
  }

  #table(): string {
    const lines: string[] = []
    for (const name of names) {
      if (this.#asked.has('node') || this.#asked.has(name)) continue
      const at = `-t ${vips[name]}:80`
      lines.push(`-A ${at} -s wrr`)
      for (const [place, weight] of this.#rows(name))
        lines.push(`-a ${at} -r 10.2.0.1${place + 1}:${ports[name]} -m -w ${weight}`)
    }
    for (const [port, weight] of this.#foreign) {
      const at = `-t 203.0.113.1:${port}`
      lines.push(`-A ${at} -s rr`, `-a ${at} -r 10.9.0.1:80 -m -w ${weight}`)
    }
    return lines.sort().join('\n')
  }

  async #quiet(): Promise<void> {
    const wanted = this.#table()
    await until(`the table\n${wanted}`, () => saved().join('\n') === wanted).catch(error => {
      throw new Error(`${(error as Error).message}\nbut there is\n${saved().join('\n')}`)
    })
  }
}
