/**
 * Each field of the file alone: the plan shows that field and no other, the kernel has it afterwards
 * as ipvsadm(8) sees it, nothing else has changed, and the way back is the same.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ran } from '../cli/slb.ts'
import { ip, run } from './namespace.ts'
import { freshRig, type LabRig } from './rig.ts'

const base = `[kernel]
timeouts = { tcp = "900s", tcpfin = "120s", udp = "300s" }
vs = { sloppy_tcp = 0 }
sync = [
  { role = "master", interface = "eth7", id = 1, group = "224.0.0.81", port = 8848, ttl = 1, maxlen = 1400 },
]
[service.web]
vip = "192.0.2.10"
port = 80
scheduler = "wrr"
persistence = "60s"
backends = [
  { address = "10.0.0.1", weight = 1, upper = 100, lower = 50 },
  { address = "10.0.0.2" },
]
[service.six]
vip = "2001:db8::10"
port = 80
persistence = { timeout = "60s", netmask = 128 }
backends = ["fd00::1"]
[service.dns]
vip = "192.0.2.10"
port = 53
protocol = "udp"
persistence = "300s"
one_packet = false
backends = ["10.0.0.1"]
[service.hash]
vip = "192.0.2.10"
port = 81
scheduler = "sh"
scheduler_flags = []
backends = [{ address = "10.0.0.1", forward = "tunnel", tunnel = { type = "ipip" } }]
[service.gue]
vip = "192.0.2.10"
port = 82
scheduler = "mh"
scheduler_flags = []
forward = "tunnel"
tunnel = { type = "gue", port = 6080, checksum = "none" }
backends = ["10.0.0.1"]
[service.mark]
fwmark = 7
scheduler = "rr"
backends = ["10.0.0.1"]
`

interface Edit {
  /** What the file says, and what it shall say. */
  readonly text: readonly [string, string]
  /** `KIND FIELD...` of the one change. */
  readonly change: string
  /** What ipvsadm shows of it afterwards. */
  readonly shown: RegExp
}

const edit = (from: string, to: string, change: string, shown: RegExp): Edit => ({
  text: [from, to],
  change,
  shown,
})

const edits: readonly Edit[] = [
  edit('scheduler = "wrr"', 'scheduler = "lc"', 'service scheduler', /^-A -t 192.0.2.10:80 -s lc /),
  edit('"rr"', '"wlc"', 'service scheduler', /^-A -f 7 -s wlc$/),
  edit('persistence = "60s"', 'persistence = "90s"', 'service persistence', /:80 -s wrr -p 90$/),
  edit('persistence = "300s"\n', '', 'service persistence', /^-A -u 192.0.2.10:53 -s wrr$/),
  edit(
    'persistence = "60s"',
    'persistence = { timeout = "60s", netmask = 24 }',
    'service netmask',
    /-p 60 -M 255.255.255.0$/,
  ),
  edit(
    'netmask = 128',
    'netmask = 64',
    'service netmask',
    /^-A -t \[2001:db8::10\]:80 -s wrr -p 60 -M 64$/,
  ),
  edit(
    'persistence = "300s"',
    'persistence = { timeout = "300s", engine = "sip" }',
    'service engine',
    /-p 300 --pe sip$/,
  ),
  edit('one_packet = false', 'one_packet = true', 'service one_packet', /:53 -s wrr -p 300 -o/),
  edit(
    'flags = []\nbackends',
    'flags = ["sh-fallback"]\nbackends',
    'service scheduler_flags',
    /-s sh -b sh-fallback$/,
  ),
  edit(
    'flags = []\nbackends',
    'flags = ["sh-port"]\nbackends',
    'service scheduler_flags',
    /-s sh -b sh-port$/,
  ),
  edit(
    'flags = []\nforward',
    'flags = ["mh-fallback"]\nforward',
    'service scheduler_flags',
    /-s mh -b mh-fallback$/,
  ),
  edit(
    'flags = []\nforward',
    'flags = ["mh-port"]\nforward',
    'service scheduler_flags',
    /-s mh -b mh-port$/,
  ),
  edit('weight = 1,', 'weight = 0,', 'destination weight', /10.0.0.1:80 -m -w 0$/),
  edit('weight = 1,', 'weight = 65535,', 'destination weight', /10.0.0.1:80 -m -w 65535$/),
  edit('upper = 100', 'upper = 200', 'destination upper', /^-> 10.0.0.1:80 200 50 /),
  edit('lower = 50', 'lower = 60', 'destination lower', /^-> 10.0.0.1:80 100 60 /),
  edit(
    '"10.0.0.2"',
    '"10.0.0.2", forward = "direct"',
    'destination forward',
    /10.0.0.2:80 -g -w 1$/,
  ),
  // ipvsadm -S has no letter for this one, and repeats an earlier one.
  edit(
    '"10.0.0.2"',
    '"10.0.0.2", forward = "local"',
    'destination forward',
    /10.0.0.2:80 -[gmi] -w 1$/,
  ),
  edit(
    '"10.0.0.2"',
    '"10.0.0.2", forward = "tunnel"',
    'destination forward tunnel',
    /10.0.0.2:80 -i -w 1/,
  ),
  edit(
    'type = "ipip"',
    'type = "gre"',
    'destination tunnel',
    /-i -w 1 --tun-type gre --tun-nocsum$/,
  ),
  edit(
    'port = 6080',
    'port = 6081',
    'destination tunnel',
    /--tun-type gue --tun-port 6081 --tun-nocsum$/,
  ),
  edit('checksum = "none"', 'checksum = "full"', 'destination tunnel', /--tun-csum$/),
  edit('checksum = "none"', 'checksum = "remote"', 'destination tunnel', /--tun-remcsum$/),
  edit('tcp = "900s"', 'tcp = "901s"', 'timeouts tcp', /: 901 120 300$/),
  edit('tcpfin = "120s"', 'tcpfin = "121s"', 'timeouts tcpfin', /: 900 121 300$/),
  edit('udp = "300s"', 'udp = "301s"', 'timeouts udp', /: 900 120 301$/),
  edit('id = 1,', 'id = 2,', 'sync id', /syncid=2,/),
  edit('224.0.0.81', '224.0.0.82', 'sync group', /group=224.0.0.82/),
  edit('8848', '8849', 'sync port', /port=8849/),
  edit('ttl = 1,', 'ttl = 2,', 'sync ttl', /ttl=2/),
  edit('maxlen = 1400', 'maxlen = 1000', 'sync maxlen', /maxlen=1000/),
  edit('"eth7"', '"eth8"', 'sync interface', /mcast=eth8/),
]

/** The table as ipvsadm shows it in four ways, a line a thing. */
function view(): ReadonlySet<string> {
  // One shell: in the lab it costs less to start four programs from it than from here.
  const ways = ['-Sn', '-Ln --thresholds', '-L --timeout', '-L --daemon']
  const text = run(undefined, 'sh', '-c', ways.map(way => `ipvsadm ${way}`).join(';'))
  const lines = text.split('\n').map(line => line.trim().replace(/ +/g, ' '))
  return new Set(lines.filter(line => /^-[Aa] |^-> \S+ [1-9]|^Timeout|daemon/.test(line)))
}

const minus = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
  [...a].filter(line => !b.has(line))

interface ChangeDocument {
  readonly kind: string
  readonly op: string
  readonly from: Readonly<Record<string, unknown>>
  readonly to: Readonly<Record<string, unknown>>
}

/** `KIND FIELD...` of each change. */
function fieldsIn(changes: readonly ChangeDocument[]): readonly string[] {
  return changes.map(({ kind, from, to }) => {
    const names = Object.keys({ ...from, ...to })
    const changed = names.filter(name => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
    return [kind, ...changed.sort()].join(' ')
  })
}

async function ok(ran: Promise<Ran>): Promise<string> {
  const { status, out, err } = await ran
  assert.is(status, 0, out + err)
  return out
}

/** What stands, by two witnesses. */
interface Seen {
  readonly table: ReadonlySet<string>
  /** What `slb get` prints. */
  readonly snapshot: ReadonlySet<string>
}

async function see(rig: LabRig): Promise<Seen> {
  return { table: view(), snapshot: new Set((await ok(rig.here('get'))).split('\n')) }
}

/** Plans and applies a file that differs in one field from what stands; tells what stands then. */
async function change(rig: LabRig, text: string, before: Seen, { change }: Edit): Promise<Seen> {
  const file = rig.file('slb.toml', text)
  const { changes } = JSON.parse(await ok(rig.here('plan', '-c', file, '-o', 'json')))
  assert.equal(fieldsIn(changes), [change])
  assert.is(changes[0].op, change.startsWith('sync') ? 'replace' : 'update', change)
  await ok(rig.here('apply', '-c', file))
  const after = await see(rig)
  assert.is(minus(before.table, after.table).length, 1, change)
  assert.is(minus(after.snapshot, before.snapshot).length, 1, `${change}, in slb get`)
  await ok(rig.here('plan', '-c', file, '--detailed-exitcode'))
  return after
}

test('every field alone, there and back', async () => {
  const rig = freshRig()
  ip(
    undefined,
    ...['7', '8'].flatMap(number => [
      `link add eth${number} type dummy`,
      `link set eth${number} up multicast on`,
      `address add 10.${number}.0.1/24 dev eth${number}`,
    ]),
  )
  await ok(rig.here('apply', '-c', rig.file('slb.toml', base)))
  let seen = await see(rig)
  for (const one of edits) {
    const [from, to] = one.text
    assert.is(base.split(from).length, 2, `${from} stands once in the file`)
    const then = await change(rig, base.replace(from, to), seen, one)
    const came = minus(then.table, seen.table)
    assert.is(came.length, 1, came.join(' | '))
    assert.match(came[0] ?? '', one.shown, `${to}: ${came[0]}`)
    seen = await change(rig, base, then, one)
  }
})

test('a switch of the kernel', async () => {
  const rig = freshRig()
  const file = rig.file('slb.toml', '[kernel]\nvs = { sloppy_tcp = 1 }\n')
  const { changes } = JSON.parse(await ok(rig.here('plan', '-c', file, '-o', 'json')))
  assert.equal(fieldsIn(changes), ['sysctl value'])
  await ok(rig.here('apply', '-c', file))
  assert.is(run(undefined, 'sysctl', '-n', 'net.ipv4.vs.sloppy_tcp'), '1\n')
  await ok(rig.here('plan', '-c', file, '--detailed-exitcode'))
})

test.run()
