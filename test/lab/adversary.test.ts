/** slb beside another program that changes the same table all the time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ran } from '../cli/slb.ts'
import type { Churned } from './churner.ts'
import { saved } from './ipvsadm.ts'
import { freshRig, running } from './rig.ts'
import { times } from './rounds.ts'

const churner = fileURLToPath(new URL('./churner.js', import.meta.url))
const rounds = 30 * times

const ports = (from: number): number[] => Array.from({ length: 15 }, (_, index) => from + index)

/** Fifteen services; those from port 8010 on are in both files. */
function config(from: number, weight: number): string {
  const service = (port: number): string => `[service.web${port}]
vip = "front"
port = ${port}
backends = [
  { address = "10.0.0.1", weight = ${weight} },
  { address = "10.0.0.${2 + (port % 3)}" },
]
`
  return `[defaults]
drain = "0s"
[vip.front]
address = "192.0.2.10"
link = "external"
${ports(from).map(service).join('')}`
}

interface Planned {
  readonly changes: readonly { readonly op: string; readonly key: string }[]
  readonly failed: readonly { readonly key: string; readonly message: string }[]
  readonly refused: readonly { readonly key: string }[]
}

/** What a plan must not do: touch what is not ours, or remove a service that stays wanted. */
function wrongsIn({ changes, refused }: Planned, wanted: ReadonlySet<string>): readonly string[] {
  const wrongs = refused.map(({ key }) => `refuses ${key}`)
  for (const { op, key } of changes) {
    const [service] = /^(?:tcp|udp|sctp) \S+/.exec(key) ?? []
    if (service === undefined) continue
    const removes = key === service && (op === 'delete' || op === 'replace')
    if (!service.startsWith('tcp 192.0.2.10:') || (removes && wanted.has(service)))
      wrongs.push(`${op} ${key}`)
  }
  return wrongs
}

/** Does something while the other program works, and tells what that one met. */
async function besideChurner(work: () => Promise<void>): Promise<Churned> {
  const victims = ports(8010).map(port => `192.0.2.10:${port}`)
  const other = running(
    spawn(process.execPath, [churner, victims.join(',')], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  try {
    await once(other.process.stdout, 'data')
    await work()
  } finally {
    other.process.kill('SIGTERM')
  }
  const { out, err } = await other.ended
  assert.is(err, '')
  return JSON.parse(out.slice(out.indexOf('\n')))
}

test('what others own stays, ours is repaired, and no plan is wrong', async () => {
  const rig = freshRig()
  const one = rig.file('one.toml', config(8000, 1))
  const two = rig.file('two.toml', config(8010, 2))
  const apply = (file: string): Promise<Ran> =>
    rig.here('apply', '-c', file, '-o', 'json', '--yes-remove', '999')
  assert.is((await apply(one)).status, 0)
  const wrongs: string[] = []
  const trouble: string[] = []
  const churned = await besideChurner(async () => {
    for (let round = 0; round < rounds; round++) {
      const [file, from] = round % 2 === 0 ? ([two, 8010] as const) : ([one, 8000] as const)
      const { out, err } = await apply(file)
      assert.ok(out.startsWith('{'), err)
      const planned: Planned = JSON.parse(out)
      wrongs.push(...wrongsIn(planned, new Set(ports(from).map(port => `tcp 192.0.2.10:${port}`))))
      trouble.push(...planned.failed.map(({ message }) => message))
    }
  })
  assert.equal(wrongs, [], 'plans that are wrong')
  assert.equal(churned.wronged, [], 'what others own was changed')
  assert.ok(churned.edited > 0 && churned.cleared > 0, 'there was something to repair')
  const theirs = saved().filter(line => line.includes('198.51.100.1:'))
  const last = await apply(one)
  assert.is(last.status, 0, last.out + last.err)
  assert.is((await rig.here('plan', '-c', one, '--detailed-exitcode')).status, 0)
  const ours = saved().filter(line => line.startsWith('-A -t 192.0.2.10:'))
  assert.is(ours.length, 15)
  assert.ok(ours.every(line => line.endsWith('-s wrr')))
  assert.equal(
    saved().filter(line => line.includes('198.51.100.1:')),
    theirs,
  )
  const { wronged, ...counts } = churned
  console.log(
    `  ${rounds} applies beside ${JSON.stringify(counts)}, ${trouble.length} changes failed`,
  )
  for (const message of trouble.slice(0, 5)) console.log(`    ${message}`)
})

test.run()
