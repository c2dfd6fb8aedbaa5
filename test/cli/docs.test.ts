/** docs/commands.md is true: every example in it is run, in order, and prints what stands there. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFolder } from '../project.ts'
import { type CliRig, withRig } from './rig.ts'
import type { Ran } from './slb.ts'

const page = readFileSync(join(projectFolder, 'docs/commands.md'), 'utf8')

interface Block {
  readonly kind: string
  readonly text: string
}

function blocks(): Block[] {
  return [...page.matchAll(/^```(\S+(?: file=\S+)?)\n(.*?)^```$/gms)].map(([, kind, text]) => ({
    kind: kind ?? '',
    text: text ?? '',
  }))
}

function filesOf(all: readonly Block[]): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { kind, text } of all) {
    const name = /file=(\S+)/.exec(kind)?.[1]
    if (name !== undefined) files[name] = text
  }
  return files
}

/** Each command of a block with the output that stands below it. */
function* steps(text: string): Generator<{ readonly command: string; readonly output: string }> {
  for (const step of text.split(/^\$ /m).slice(1)) {
    const end = step.indexOf('\n')
    yield { command: step.slice(0, end), output: step.slice(end + 1) }
  }
}

/** What differs from run to run. */
function steady(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/Applied in [\d.]+ s/g, 'Applied in N s')
    .replace(/Node\.js [\w.-]+, kernel [\w.-]+/g, 'Node.js N, kernel N')
}

/** Runs `slb` in memory, and everything else in a shell. */
async function ran(rig: CliRig, command: string, last: Ran): Promise<Ran> {
  if (command === 'echo $?') return { ...last, out: `${last.status}\n`, err: '' }
  const words = command.split(' ')
  if (words[0] !== 'slb') {
    const shell = spawnSync('bash', ['-c', command], { cwd: rig.directory, encoding: 'utf8' })
    return { status: shell.status, out: shell.stdout, err: shell.stderr }
  }
  const arrow = words.indexOf('>')
  if (arrow === -1) return rig.slb(...words.slice(1))
  const done = await rig.slb(...words.slice(1, arrow))
  writeFileSync(join(rig.directory, words[arrow + 1] ?? ''), done.out)
  return { ...done, out: '' }
}

test('every example prints what the page says', async () => {
  const all = blocks()
  let count = 0
  await withRig(
    filesOf(all),
    '',
    async rig => {
      let last: Ran = { status: 0, out: '', err: '' }
      for (const { kind, text } of all) {
        if (kind !== 'console') continue
        for (const { command, output } of steps(text)) {
          last = await ran(rig, command, last)
          assert.is(steady(last.out + last.err), steady(output), command)
          count++
        }
      }
    },
    { connections: () => ({ active: 0, inactive: 0, persistent: 0 }) },
  )
  assert.ok(count > 20, `${count} examples were found`)
})

test('every command has a section with an example', async () => {
  await withRig({}, '', async ({ slb }) => {
    const help = (await slb('--help')).out
    const listed = [...help.matchAll(/^ {2}([a-z]+(?: [a-z]+)?)(?: \[\w+\])? {2,}\S/gm)]
      .map(([, name]) => name ?? '')
      .filter(name => name !== 'help')
    assert.ok(listed.length >= 11, listed.join())
    for (const name of listed) {
      const section = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? ''
      assert.match(section, new RegExp(`^\\$ slb ${name}\\b`, 'm'), name)
    }
  })
})

test.run()
