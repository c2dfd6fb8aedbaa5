/**
 * One history of a daemon: what happens to it step by step, and beside it a small model of what must
 * be live in the end. The model knows files, what is held, and what belongs to others; nothing else.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { type DaemonRig, daemonRig, until } from './daemon-rig.ts'
import {
  addressesOf,
  type faults,
  hasAddresses,
  linesOf,
  meddle,
  type meddlings,
  type Name,
  names,
  plugIn,
  type Step,
  type saveStyles,
  textOf,
  vips,
  type Wish,
} from './daemon-steps.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { freshRig } from './rig.ts'

/** A fight begins at the third repair within ten seconds: none is begun by chance. */
const mostAtOnce = 2

export class History {
  readonly #daemon: DaemonRig
  readonly #good = new Map<Name, Wish>()
  /** Where files are that symbolic links lead to. */
  readonly #store: string
  readonly #meddled = new Map<string, number>()
  /** By port: the weight of the one backend of a service of somebody else's. */
  readonly #foreign = new Map<number, number>()
  /** What a rollback or an undo keeps, whatever the files say. */
  #held: ReadonlyMap<Name, Wish> | undefined
  /** Services that somebody else took away again and again. */
  readonly #fought = new Set<string>()
  #foreignAddress = true
  #saves = 0

  constructor() {
    const rig = freshRig()
    plugIn()
    ip(undefined, 'address add 198.51.100.1/24 dev eth7')
    for (const name of names) this.#good.set(name, { weight: 1, backends: 2 })
    const files = [...this.#good].map(([name, wish]) => [`${name}.toml`, textOf(name, wish)])
    this.#daemon = daemonRig(Object.fromEntries(files), rig)
    this.#store = join(rig.directory, 'store')
    mkdirSync(this.#store)
  }

  /** Lives through it, and sees that all is as it must be in the end. */
  async live(steps: readonly Step[]): Promise<void> {
    await this.#daemon.start()
    try {
      for (const step of steps) await this.#take(step)
      await this.#quiet()
      const plan = await this.#daemon.slb('plan')
      if (this.#held === undefined) assert.match(plan.out, /No changes/, plan.out + plan.err)
      const bugs = this.#daemon.log().filter(({ message }) => /fault in slb/.test(message))
      assert.equal(bugs, [])
      assert.equal(
        this.#givenUp().filter(key => ![...this.#fought].some(one => key.startsWith(one))),
        [],
        'left alone, though nobody fought over it',
      )
    } catch (error) {
      throw new Error(`${(error as Error).message}\nThe log:\n${this.#daemon.text()}`)
    } finally {
      await this.#daemon.stop('SIGKILL')
    }
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'edit':
        return this.#edit(step.name, step, step.style)
      case 'break':
        return this.#break(step.name, step.fault)
      case 'restart':
        return this.#restart(step.signal, step.editBetween)
      case 'foreign':
        return this.#makeForeign(step.port, step.weight)
      case 'foreign-gone':
        if (this.#foreign.delete(step.port))
          run(undefined, 'ipvsadm', '-D', '-t', `203.0.113.1:${step.port}`)
        return
      case 'meddle':
        return this.#meddle(step.how, step.name)
      case 'rollback':
        return this.#rollback(step.damaged)
      case 'resume':
        return this.#resume()
      case 'trial':
        return this.#trial(step.commit, step.damaged)
      case 'wait':
        await sleep(step.milliseconds)
    }
  }

  async #edit(name: Name, wish: Wish, style: (typeof saveStyles)[number]): Promise<void> {
    const path = join(this.#daemon.folder, `${name}.toml`)
    const text = textOf(name, wish)
    const fresh = join(this.#store, `${++this.#saves}`)
    if (style === 'rename') this.#daemon.save(`${name}.toml`, text)
    if (style === 'pieces') {
      const cut = Math.floor(text.length / 2)
      writeFileSync(path, text.slice(0, cut))
      await sleep(100)
      writeFileSync(path, text.slice(cut), { flag: 'a' })
    }
    if (style === 'unlink') {
      rmSync(path, { force: true })
      await sleep(50)
      writeFileSync(path, text)
    }
    if (style === 'symlink') {
      writeFileSync(fresh, text)
      symlinkSync(fresh, `${path}~`)
      renameSync(`${path}~`, path)
    }
    const { weight, backends } = wish
    const same = JSON.stringify(this.#good.get(name)) === JSON.stringify({ weight, backends })
    this.#good.set(name, { weight, backends })
    this.#broken.delete(name)
    // Whether files that say the same as before end a hold depends on how long they were otherwise.
    if (!same) this.#held = undefined
    else if (this.#held !== undefined) await this.#resume()
  }

  readonly #broken = new Set<Name>()

  async #break(name: Name, fault: (typeof faults)[number]): Promise<void> {
    // What was not seen by the daemon before it was broken was never good.
    await this.#quiet()
    const path = join(this.#daemon.folder, `${name}.toml`)
    if (fault === 'gone') rmSync(path, { force: true })
    else this.#daemon.save(`${name}.toml`, fault === 'empty' ? '' : `[service.${name}\n`)
    this.#broken.add(name)
    // A change of a file ends what is held, also where that file itself then does not count.
    if (this.#held !== undefined) await this.#resume()
  }

  async #restart(signal: 'SIGKILL' | 'SIGTERM', editBetween: boolean): Promise<void> {
    // While it is down nobody repairs: what is held then is what is found.
    if (this.#held !== undefined) await this.#quiet()
    await this.#daemon.stop(signal)
    if (editBetween && this.#held === undefined) {
      const wish = { weight: 50 + (this.#saves++ % 40), backends: 2 }
      await this.#edit('web', wish, 'rename')
    }
    this.#meddled.clear()
    await this.#daemon.start()
  }

  #makeForeign(port: number, weight: number): void {
    const at = ['-t', `203.0.113.1:${port}`]
    const known = this.#foreign.has(port)
    if (!known) run(undefined, 'ipvsadm', '-A', ...at, '-s', 'rr')
    const how = [known ? '-e' : '-a', ...at, '-r', '10.9.0.1:80', '-m', '-w', String(weight)]
    run(undefined, 'ipvsadm', ...how)
    this.#foreign.set(port, weight)
  }

  async #meddle(how: (typeof meddlings)[number], name: Name): Promise<void> {
    if (!this.#mayMeddle(how)) return
    await this.#quiet()
    if (how === 'fight') return this.#fight(name)
    if (how === 'unplug') this.#foreignAddress = false
    await meddle(how, name)
  }

  /** Takes a service away until slb gives it up; the others stay served meanwhile. */
  async #fight(name: Name): Promise<void> {
    const key = `tcp ${vips[name]}:80`
    this.#fought.add(key)
    const before = this.#givenUp().length
    const others = saved().filter(line => !line.includes(`${vips[name]}:80`))
    const rival = setInterval(() => {
      // It is not there before it is repaired.
      if (saved().includes(`-A -t ${vips[name]}:80 -s wrr`))
        run(undefined, 'ipvsadm', '-D', '-t', `${vips[name]}:80`)
    }, 100)
    try {
      await until(`${key} given up`, () => this.#givenUp().slice(before).includes(key))
    } finally {
      clearInterval(rival)
    }
    assert.equal(
      saved().filter(line => !line.includes(`${vips[name]}:80`)),
      others,
    )
    // What is held comes back by itself. Whoever does not want to wait for the rest says apply.
    if (this.#held !== undefined) return
    const { status, out, err } = await this.#daemon.slb('apply')
    assert.is(status, this.#broken.size > 0 ? 3 : 0, out + err)
  }

  /** The keys that slb says it leaves alone. */
  #givenUp(): readonly string[] {
    return this.#daemon
      .log()
      .flatMap(({ message }) => /^somebody else changes (.*) back/.exec(message)?.[1] ?? [])
  }

  /** Edits something, sees it live, and takes it back. */
  async #rollback(damaged: boolean): Promise<void> {
    await this.#quiet()
    const before = new Map(this.#wanted())
    if (this.#held !== undefined || this.#broken.size > 0) return
    const wish = { weight: 200 + (this.#saves++ % 50), backends: 2 }
    await this.#edit('mail', wish, 'rename')
    await this.#quiet()
    if (damaged) this.#damage()
    const { status, out, err } = await this.#daemon.slb('rollback')
    assert.is(status, 0, out + err)
    this.#held = before
  }

  #damage(): void {
    if (!this.#mayMeddle('damage')) return
    run(undefined, 'ipvsadm', '-D', '-t', `${vips.web}:80`)
  }

  /** Counts it if it may be done. */
  #mayMeddle(how: string): boolean {
    const all = [...this.#meddled.values()].reduce((sum, count) => sum + count, 0)
    if (this.#meddled.has(how) || all >= mostAtOnce) return false
    this.#meddled.set(how, 1)
    return true
  }

  async #resume(): Promise<void> {
    const { status, out, err } = await this.#daemon.slb('resume')
    assert.is(status, 0, out + err)
    this.#held = undefined
  }

  /** What is held back is applied on trial: kept by a commit, or undone at its deadline. */
  async #trial(commit: boolean, damaged: boolean): Promise<void> {
    await this.#rollback(false)
    if (this.#held === undefined || this.#broken.size > 0) return
    const before = this.#held
    await this.#quiet()
    const begun = await this.#daemon.slb('apply', '--confirm', commit ? '60s' : '2s')
    assert.is(begun.status, 0, begun.out + begun.err)
    this.#held = undefined
    if (damaged) this.#damage()
    if (commit) {
      const kept = await this.#daemon.slb('commit')
      assert.is(kept.status, 0, kept.out + kept.err)
      return
    }
    await until('the end of the trial', () => this.#trials().length === 0)
    this.#held = before
  }

  #trials(): readonly string[] {
    const files = readdirSync(this.#daemon.rig.stateDir, { recursive: true, encoding: 'utf8' })
    return files.filter(file => /trial.*json$/.test(file))
  }

  #wanted(): ReadonlyMap<Name, Wish> {
    return this.#held ?? this.#good
  }

  /** Waits until everything is as the model says. */
  async #quiet(): Promise<void> {
    const lines = [...this.#wanted()].flatMap(([name, wish]) => linesOf(name, wish))
    for (const [port, weight] of this.#foreign)
      lines.push(
        `-A -t 203.0.113.1:${port} -s rr`,
        `-a -t 203.0.113.1:${port} -r 10.9.0.1:80 -m -w ${weight}`,
      )
    const wanted = lines.sort().join('\n')
    await until(`the table\n${wanted}`, () => saved().join('\n') === wanted).catch(error => {
      throw new Error(`${(error as Error).message}\nbut there is\n${saved().join('\n')}`)
    })
    await until('the addresses', () => names.every(name => hasAddresses(name)))
    const theirs = addressesOf('eth7').includes('198.51.100.1/24')
    assert.is(theirs, this.#foreignAddress, 'the address of somebody else')
  }
}
