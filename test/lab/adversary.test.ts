/** slb beside another program that changes the same table all the time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ran } from '../cli/slb.ts'
import { rounds } from '../rounds.ts'
import type { Churned } from './churner.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { freshRig, running } from './rig.ts'

const churner = fileURLToPath(new URL('./churner.js', import.meta.url))
/** Plans that must be right. */
const applies = rounds(30, 1000)

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
  const whole = saved()
  const wrongs: string[] = []
  const trouble: string[] = []
  const churned = await besideChurner(async () => {
    for (let round = 0; round < applies; round++) {
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
  const isTheirs = (line: string): boolean => line.includes('198.51.100.1:')
  assert.equal(
    saved().filter(line => !isTheirs(line)),
    whole,
    'ours is whole again',
  )
  assert.equal(saved().filter(isTheirs), theirs)
  const { wronged, ...counts } = churned
  console.log(
    `  ${applies} applies beside ${JSON.stringify(counts)}, ${trouble.length} changes failed`,
  )
  for (const message of trouble.slice(0, 5)) console.log(`    ${message}`)
})

/** Another program that adds and takes away addresses, its own and now and then one of slb's. */
const addressChurner = `
trap 'ending=1' TERM
echo at work
for (( i = 1; !ending; i++ )); do
  a=198.51.100.$(( i % 50 + 1 ))/32
  ip -batch - <<END || { echo "wronged at step $i: $a"; exit 1; }
address add $a dev slb0
address add 2001:db8:9::$(( i % 50 + 1 ))/128 dev eth7
address delete $a dev slb0
address delete 2001:db8:9::$(( i % 50 + 1 ))/128 dev eth7
END
  (( i % 3 )) || ip address delete 192.0.2.10/32 dev slb0 2>/dev/null
  (( i % 5 )) || ip link set slb0 down 2>/dev/null
  ip link set slb0 up
done
echo $i steps
`

test('addresses of others stay, and ours come back', async () => {
  const rig = freshRig()
  ip(
    undefined,
    'link add eth7 type dummy',
    'link set eth7 up',
    'address add 198.51.100.99/24 dev eth7',
  )
  const file = (link: string): string => `[vip.moving]
address = ["192.0.2.20", "2001:db8::20"]
link = "${link}"
[service.web]
vip = ["192.0.2.10", "moving"]
port = 80
backends = ["10.0.0.1", "fd00::1"]
`
  const files = [rig.file('one.toml', file('slb0')), rig.file('two.toml', file('eth7'))] as const
  assert.is((await rig.here('apply', '-c', files[0])).status, 0)
  const other = running(
    spawn('bash', ['-c', addressChurner], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  let steps = ''
  try {
    await once(other.process.stdout, 'data')
    for (let round = 1; round <= applies; round++) {
      const { status, out, err } = await rig.here('apply', '-c', round % 2 ? files[1] : files[0])
      assert.ok(status === 0 || status === 1, out + err)
      assert.not.match(out, /[-~>=!+] address \S+ (?:198\.|2001:db8:9:)/, 'plans of others')
    }
  } finally {
    other.process.kill('SIGTERM')
    const { out, err } = await other.ended
    assert.is(err, '')
    steps = out.split('\n')[1] ?? ''
  }
  assert.match(steps, / steps$/)
  const last = await rig.here('apply', '-c', files[0])
  assert.is(last.status, 0, last.out + last.err)
  assert.is((await rig.here('plan', '-c', files[0], '--detailed-exitcode')).status, 0)
  const shown = run(undefined, 'ip', '-br', 'address')
  // In whatever order they came back.
  assert.match(shown, /^slb0 .*192\.0\.2\.10\/32/m)
  assert.match(shown, /^slb0 .*192\.0\.2\.20\/32/m)
  assert.match(shown, /^eth7 +\S+ +198\.51\.100\.99\/24/m)
  console.log(`  ${applies} applies beside ${steps}`)
})

test.run()
