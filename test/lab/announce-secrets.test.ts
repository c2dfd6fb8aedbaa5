/** The password of a BGP session is where it was put and in the kernel, and nowhere else. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { until } from '../net/until.ts'
import { bgp, nthSession, onSegment, untilRouted, web } from './announced.ts'

const canary = 'fifi-the-canary'
const host = '10.77.0.1'

/** Files below a folder that hold the canary; those that go meanwhile hold nothing. */
function filesWithIt(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => textOf(path).includes(canary))
}

function textOf(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'latin1') : ''
  } catch {
    return ''
  }
}

/** Processes of whose command line it is a part. */
const commandLines = (): readonly string[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => textOf(`/proc/${pid}/cmdline`))
    .filter(text => text.includes(canary))

test('a password from a file, a variable and a credential makes a session, and is not to be found anywhere', () =>
  onSegment({ known: { password: canary }, files: () => ({ 'slb.toml': web() }) }, async scene => {
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon } = director
    const { directory } = daemon.rig
    const file = daemon.rig.file('secrets/tor', `${canary}\n`)
    const environs = join(directory, 'environs')
    // A child of the daemon, which tells what it was given.
    const program = daemon.rig.file(
      'ask',
      `#!/bin/sh\n/usr/bin/env >> ${environs}\necho asked >> ${environs}\n`,
    )
    chmodSync(program, 0o755)
    const asked = web()
      .replace('type = "http"\nport = 8081\npath = "/"', `type = "exec"\ncommand = ["${program}"]`)
      .concat(`\n[node]\nallow_exec = ["${program}"]\n`)
    const say = (password: string): string => bgp(`password = ${password}`) + asked
    const outputs: string[] = []
    const ask = async (...args: string[]): Promise<string> => {
      const { out, err } = await daemon.slb(...args)
      outputs.push(`${args.join(' ')}:\n${out}${err}`)
      return out + err
    }
    const askAll = async (): Promise<void> => {
      for (const command of [['plan', '-c', daemon.folder], ['status'], ['get'], ['history']]) {
        await ask(...command)
        await ask(...command, '-o', 'json')
      }
      await ask('config', 'show', '--origin', '-c', daemon.folder)
      await ask('doctor', '-c', daemon.folder)
    }
    const anew = async (before: number | undefined): Promise<void> => {
      await until(
        'a session anew',
        () => nthSession(scene, host),
        now => now !== undefined && now !== before,
      ).catch(error => {
        throw new Error(`${error}\n${daemon.text()}`)
      })
    }

    daemon.save('slb.toml', say(`{ file = "${file}" }`))
    mkdirSync(join(directory, 'secrets'), { recursive: true })
    writeFileSync(join(directory, 'secrets', 'credential'), canary)
    await director.start({
      flags: ['-v'],
      env: { TOR_PASSWORD: canary, CREDENTIALS_DIRECTORY: join(directory, 'secrets') },
    })
    await untilRouted(scene, true)
    await askAll()
    for (const source of ['{ env = "TOR_PASSWORD" }', '{ credential = "credential" }']) {
      const before = await nthSession(scene, host)
      daemon.save('slb.toml', say(source))
      await anew(before)
      await askAll()
    }
    assert.is((await daemon.slb('rollback')).status, 0)
    assert.is((await daemon.slb('resume')).status, 0)

    // Written where only its place belongs: the file is refused, and not shown.
    daemon.save('slb.toml', say(`"${canary}"`))
    await daemon.logged(/is invalid/)
    await askAll()
    await ask('validate', '-c', daemon.folder)

    // A wrong one is never answered, and the peer cannot say why.
    const wrong = daemon.rig.file('wrong', `wrong-${canary}`)
    daemon.save('slb.toml', say(`{ file = "${wrong}" }`))
    await until(
      'a hint',
      () => ask('status'),
      said => /10\.77\.0\.101.*timeout.*password, check it/s.test(said),
    )
    await askAll()

    assert.match(textOf(environs), 'asked')
    const places = [
      ...outputs.filter(one => one.includes(canary)),
      ...daemon
        .text()
        .split('\n')
        .filter(line => line.includes(canary)),
      ...commandLines(),
      ...filesWithIt(daemon.rig.stateDir),
      ...(textOf(environs).includes(canary) ? ['the environment of a check'] : []),
    ]
    assert.equal(places, [])
    assert.match(daemon.text(), '"level":"debug"')
    // That is how it would have been found.
    assert.is(filesWithIt(join(directory, 'secrets')).length, 2)
  }))

test.run()
