import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromText, toText } from '../../src/table/snapshot.ts'
import { fromJson } from '../../src/table/snapshot-from-json.ts'
import { toJson } from '../../src/table/snapshot-json.ts'

const everything = `sysctl net.ipv4.ip_forward = 1
sysctl net.ipv4.tcp_rmem = "4096\\t131072\\t6291456"
timeouts tcp 900s tcpfin 120s udp 300s
sync master eth0 id 1 group 224.0.0.81 port 8848 ttl 1 maxlen 1472
link eth0 device up
link slb0 dummy up ours
service fwmark 7 ipv4 rr
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 1
service tcp 192.0.2.11:80 sh sh-fallback sh-port persistence 300s netmask 24 engine sip one-packet
  -> 10.0.0.12:80 tunnel gue port 6080 checksum full weight 1 upper 100 lower 50
  -> 10.0.0.13:80 tunnel ipip weight 0
service udp [2001:db8::1]:53 rr flag-2
  -> [2001:db8::53]:53 direct weight 65535
address slb0 192.0.2.10/32 ours
address slb0 2001:db8::1/128 nodad dad-failed ours
snat tcp 192.0.2.10:80
`

test('every kind of row and every field stands in the text', () => {
  const { state, diagnostics } = fromText(everything)
  assert.equal(diagnostics, [])
  assert.is(toText(state), everything)
  assert.equal(state.service.get('tcp 192.0.2.11:80')?.destinations[0], {
    service: state.service.get('tcp 192.0.2.11:80')?.id,
    address: '10.0.0.12',
    port: 80,
    forward: 'tunnel',
    tunnel: { type: 'gue', port: 6080, checksum: 'full' },
    weight: 1,
    upper: 100,
    lower: 50,
  })
  assert.is(state.service.get('tcp 192.0.2.11:80')?.schedulerFlags, 3)
})

test('the empty State is the empty text', () => {
  assert.is(toText(fromText('').state), '')
})

test('comments, blank lines, CRLF and any order are read', () => {
  const { state, diagnostics } = fromText(
    '# by hand\r\n\r\nservice tcp 192.0.2.10:80 wrr\r\n  -> 10.0.0.2:80 nat weight 1\r\n  -> 10.0.0.1:80 nat weight 1\r\nsysctl a = 1\r\n',
  )
  assert.equal(diagnostics, [])
  assert.is(
    toText(state),
    'sysctl a = 1\nservice tcp 192.0.2.10:80 wrr\n  -> 10.0.0.1:80 nat weight 1\n  -> 10.0.0.2:80 nat weight 1\n',
  )
})

for (const [text, line, column, message] of [
  ['servic tcp 1.2.3.4:80 wrr', 1, 1, /not "sysctl" or/],
  ['\nservice tcp 1.2.3.4 wrr', 2, 13, /"1.2.3.4" is not an address with port/],
  ['service tcp 010.0.0.1:80 wrr', 1, 13, /not an address/],
  ['service tcp 1.2.3.4:65536 wrr', 1, 13, /not an address/],
  ['service tcp 1.2.3.4:80 wrr sh-port', 1, 28, /"sh-port" has no meaning here/],
  ['service tcp 1.2.3.4:80', 1, 23, /ends where a scheduler/],
  ['  -> 10.0.0.1:80 nat weight 1', 1, 1, /below its service/],
  ['service tcp 1.2.3.4:80 wrr\n  -> 10.0.0.1:80 nat weight -1', 2, 29, /"-1" is not weight/],
  ['service tcp 1.2.3.4:80 wrr\nservice tcp 1.2.3.4:80 rr', 2, 1, /twice/],
  ['address eth0 10.0.0.1/33', 1, 14, /not an address with prefix/],
  ['timeouts tcp 900', 1, 14, /not tcp, a whole number/],
  ['sysctl "a = 1', 1, 8, /not a quoted word/],
] as const) {
  test(`refused with its place: ${JSON.stringify(text)}`, () => {
    const { diagnostics } = fromText(text, 'have.txt')
    assert.is(diagnostics.length, 1)
    const [one] = diagnostics
    assert.equal(one?.place, { file: 'have.txt', line, column })
    assert.match(one?.message ?? '', message)
  })
}

test('all faulty lines are told at once', () => {
  assert.is(fromText('x\ny\nsysctl a = 1\nz\n').diagnostics.length, 3)
})

test('JSON names every field, with its format version', () => {
  const { state } = fromText(everything)
  const json = toJson(state)
  assert.is(json.format_version, 1)
  assert.equal(json.service[2], {
    key: 'tcp 192.0.2.11:80',
    protocol: 'tcp',
    family: 'ipv4',
    address: '192.0.2.11',
    port: 80,
    scheduler: 'sh',
    scheduler_flags: ['sh-fallback', 'sh-port'],
    persistence: 300,
    netmask: 24,
    engine: 'sip',
    one_packet: true,
    owned: false,
    destinations: [
      {
        key: 'tcp 192.0.2.11:80 -> 10.0.0.12:80',
        address: '10.0.0.12',
        port: 80,
        forward: 'tunnel',
        weight: 1,
        upper: 100,
        lower: 50,
        tunnel: { type: 'gue', port: 6080, checksum: 'full' },
      },
      {
        key: 'tcp 192.0.2.11:80 -> 10.0.0.13:80',
        address: '10.0.0.13',
        port: 80,
        forward: 'tunnel',
        weight: 0,
        upper: 0,
        lower: 0,
        tunnel: { type: 'ipip', port: 0, checksum: 'none' },
      },
    ],
  })
  assert.equal(fromJson(json).state, state)
})

for (const [what, change, message] of [
  ['another format', (json: Loose) => ({ ...json, format_version: 2 }), /2 is not the format 1/],
  ['a missing kind', (json: Loose) => ({ ...json, link: undefined }), /\/link: a list/],
  ['a key twice', (json: Loose) => ({ ...json, link: [...json.link, ...json.link] }), /twice/],
  [
    'a wrong type',
    (json: Loose) => ({ ...json, link: [{ ...json.link[0], up: 'yes' }] }),
    /\/link\/0\/up: true or false/,
  ],
] as const) {
  test(`JSON with ${what} is refused, with the pointer`, () => {
    const json = toJson(fromText(everything).state) as unknown as Loose
    const { diagnostics } = fromJson(change(json), 'have.json')
    assert.is(diagnostics.length, 1)
    assert.match(diagnostics[0]?.message ?? '', message)
  })
}

interface Loose {
  link: object[]
}

test.run()
