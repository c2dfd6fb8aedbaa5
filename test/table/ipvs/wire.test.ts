import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ip, readIp } from '../../../src/model/ip.ts'
import {
  type Destination,
  fwmarkId,
  type Service,
  type ServiceId,
  serviceId,
} from '../../../src/model/rows.ts'
import { type Frame, frame, frameFrom, type Writer, writer } from '../../../src/netlink/attr.ts'
import {
  putDestination,
  putDestinationId,
  readConnections,
  readDestination,
} from '../../../src/table/ipvs/wire-destination.ts'
import { putService, putServiceId, readService } from '../../../src/table/ipvs/wire-service.ts'
import {
  putSync,
  putSyncRole,
  putTimeouts,
  readSync,
  readTimeouts,
} from '../../../src/table/ipvs/wire-settings.ts'
import { lineOf } from '../../../src/table/snapshot-print.ts'
import { anyDestination, anyService, anySync, anyTimeouts } from '../../property/rows.ts'
import { check } from '../../property/runs.ts'
import { daemons, destinations, services, timeouts } from './captured.ts'

const web = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)

const plain: Service = {
  id: web,
  scheduler: 'wrr',
  schedulerFlags: 0,
  persistence: 0,
  netmask: 32,
  engine: '',
  onePacket: false,
  owned: true,
  destinations: [],
}

const backend: Destination = {
  service: web,
  address: '10.0.0.11' as Ip,
  port: 8080,
  forward: 'nat',
  weight: 3,
  upper: 100,
  lower: 50,
}

function fromHex(text: string): Frame {
  return frameFrom(Buffer.from(text, 'hex'))
}

function written(put: (w: Writer) => void): string {
  const w = writer(4096)
  w.bytes.fill(0xa5)
  put(w)
  return w.bytes.toString('hex', 0, w.at)
}

/** Bytes in hex, one attribute a line; what stands behind `|` is for the reader. */
function hex(text: string): string {
  return text.replace(/\|.*$/gm, '').replace(/\s/g, '')
}

for (const { ipvsadm, hex: answer, line } of services)
  test(`service read: ipvsadm ${ipvsadm}`, () => {
    const f = fromHex(answer)
    const row = readService(f, 0, f.bytes.length)
    assert.is(row && lineOf.service(row), line)
    assert.equal(row?.destinations, [])
  })

for (const { ipvsadm, hex: answer, line } of destinations)
  test(`destination read: ipvsadm ${ipvsadm}`, () => {
    const f = fromHex(answer)
    const row = readDestination(f, 0, f.bytes.length, web)
    assert.is(row && lineOf.destination(row), line)
    assert.is(row?.service, web)
  })

for (const { ipvsadm, hex: answer, line } of daemons)
  test(`sync daemon read: ipvsadm ${ipvsadm}`, () => {
    const f = fromHex(answer)
    const row = readSync(f, 0, f.bytes.length)
    assert.is(row && lineOf.sync(row), line)
  })

test(`timeouts read: ipvsadm ${timeouts.ipvsadm}`, () => {
  const f = fromHex(timeouts.hex)
  assert.is(lineOf.timeouts(readTimeouts(f, 0, f.bytes.length)), timeouts.line)
})

test('a service is written whole, with our mark, and decides only the flags that a row has', () => {
  assert.equal(
    written(w => putService(w, plain)),
    hex(`
      5400 0180                                          | IPVS_CMD_ATTR_SERVICE, nested
      0600 0100 0200 0000                                | AF_INET
      0600 0200 0600 0000                                | IPPROTO_TCP
      1400 0300 c000020a 00000000 00000000 00000000      | address
      0600 0400 0050 0000                                | port, network order
      0800 0600 77727200                                 | scheduler, NUL-terminated
      0c00 0700 00001b5b 3d00ffff                        | flags and mask
      0800 0800 00000000                                 | persistence timeout
      0800 0900 ffffffff                                 | netmask, network order
    `),
  )
})

test('persistence, engine, one-packet and scheduler flags of an IPv6 service', () => {
  const row: Service = {
    ...plain,
    id: serviceId('udp', 'ipv6', '2001:db8::1' as Ip, 5060),
    scheduler: 'sh',
    schedulerFlags: 3,
    persistence: 300,
    netmask: 64,
    engine: 'sip',
    onePacket: true,
    owned: false,
  }
  assert.equal(
    written(w => putService(w, row)),
    hex(`
      5c00 0180
      0600 0100 0a00 0000                                | AF_INET6
      0600 0200 1100 0000                                | IPPROTO_UDP
      1400 0300 20010db8 00000000 00000000 00000001
      0600 0400 13c4 0000
      0700 0600 73680000
      0800 0b00 73697000                                 | engine
      0c00 0700 1d000000 3d00ffff                        | persistent, one packet, flags 1 and 2
      0800 0800 2c010000
      0800 0900 40000000                                 | prefix length, host order
    `),
  )
})

test('a firewall mark has neither protocol nor address', () => {
  assert.equal(
    written(w => putServiceId(w, fwmarkId(7, 'ipv6'))),
    hex('1400 0180  0600 0100 0a00 0000  0800 0500 07000000'),
  )
})

test('a destination is written whole; its family only where it is not that of the service', () => {
  assert.equal(
    written(w => putDestination(w, backend)),
    hex(`
      4000 0280                                          | IPVS_CMD_ATTR_DEST, nested
      1400 0100 0a00000b 00000000 00000000 00000000
      0600 0200 1f90 0000
      0800 0300 00000000                                 | IP_VS_CONN_F_MASQ
      0800 0400 03000000                                 | weight
      0800 0500 64000000
      0800 0600 32000000
    `),
  )
  const across: Destination = {
    ...backend,
    address: '2001:db8::15' as Ip,
    forward: 'tunnel',
    tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
  }
  assert.equal(
    written(w => putDestination(w, across)),
    hex(`
      6000 0280
      1400 0100 20010db8 00000000 00000000 00000015
      0600 0200 1f90 0000
      0600 0b00 0a00 0000                                | IPVS_DEST_ATTR_ADDR_FAMILY
      0800 0300 02000000                                 | IP_VS_CONN_F_TUNNEL
      0800 0400 03000000
      0800 0500 64000000
      0800 0600 32000000
      0500 0d00 01 000000                                | gue
      0600 0e00 17c0 0000
      0600 0f00 0200 0000                                | remote checksum
    `),
  )
})

test('a drain writes weight 0 and all else as it is', () => {
  const drained = written(w => putDestination(w, backend, 0))
  const zero = written(w => putDestination(w, { ...backend, weight: 0 }))
  assert.equal(drained, zero)
})

test('deleting needs the identity alone', () => {
  assert.equal(
    written(w => putDestinationId(w, backend)),
    hex(`2000 0280  1400 0100 0a00000b 00000000 00000000 00000000  0600 0200 1f90 0000`),
  )
  const sync = { interface: 'eth0', id: 1, group: '224.0.0.81' as Ip, port: 1, ttl: 1, maxlen: 9 }
  assert.equal(
    written(w => putSyncRole(w, { role: 'backup', ...sync })),
    hex('0c00 0380  0800 0100 02000000'),
  )
})

test('connections stand beside the row, never in it', () => {
  // Counts written into a captured answer: attributes 7, 8 and 9 hold zeros there.
  const busy = (destinations[0]?.hex ?? '')
    .replace('0800070000000000', '080007000c000000')
    .replace('0800080000000000', '0800080003000000')
    .replace('0800090000000000', '0800090005000000')
  const f = fromHex(busy)
  const found = readConnections(f, 0, f.bytes.length, web)
  assert.equal(found?.connections, { active: 12, inactive: 3, persistent: 5 })
  assert.equal(found?.row, readDestination(f, 0, f.bytes.length, web))
})

test('a netmask that is no prefix reads as 0, so that it differs from every wanted one', () => {
  const masked = (mask: string) => {
    const text = (services[1]?.hex ?? '').replace('08000900ffffffff', `08000900${mask}`)
    const f = fromHex(text)
    return readService(f, 0, f.bytes.length)?.netmask
  }
  assert.is(masked('ffffffff'), 32)
  assert.is(masked('ffffff00'), 24)
  assert.is(masked('80000000'), 1)
  assert.is(masked('00000000'), 0)
  assert.is(masked('ff00ff00'), 0)
})

test('a service of another protocol is passed over', () => {
  const icmp = (services[1]?.hex ?? '').replace('0600020084000000', '0600020001000000')
  const f = fromHex(icmp)
  assert.is(readService(f, 0, f.bytes.length), undefined)
})

const name = fc.constantFrom('wrr', 'sh', 'none', 'x', 'abcdefghijklmno')

/** What the kernel can be told and tell back: a mark of 0 is no mark, names are short. */
const tellable = anyService
  .filter(row => row.id.protocol !== 'fwmark' || row.id.fwmark > 0)
  .chain(row =>
    fc.tuple(name, fc.constantFrom('', 'sip')).map(([scheduler, engine]) => ({
      ...row,
      scheduler,
      engine,
    })),
  )

test('what is written reads back as it was', async () => {
  await check(
    'services',
    500,
    fc.property(tellable, row => {
      const f = fromHex(written(w => putService(w, row)))
      assert.equal(readService(f, 0, f.bytes.length), { ...row, destinations: [] })
    }),
  )
  const anyBackend = tellable.chain(row => anyDestination(row.id))
  await check(
    'destinations',
    500,
    fc.property(anyBackend, row => {
      const f = fromHex(written(w => putDestination(w, row)))
      const wanted = row.forward === 'tunnel' ? { tunnel: ipip, ...row } : row
      assert.equal(readDestination(f, 0, f.bytes.length, row.service), wanted)
    }),
  )
  await check(
    'settings',
    200,
    fc.property(anyTimeouts, anySync, name, (row, sync, link) => {
      const f = fromHex(written(w => putTimeouts(w, row)))
      assert.equal(readTimeouts(f, 0, f.bytes.length), row)
      const g = fromHex(written(w => putSync(w, { ...sync, interface: link })))
      assert.equal(readSync(g, 0, g.bytes.length), { ...sync, interface: link })
    }),
  )
})

const ipip = { type: 'ipip', port: 0, checksum: 'none' } as const

test('any bytes are read without a throw and without an end that never comes', async () => {
  const anyBytes = fc.uint8Array({ maxLength: 200 })
  const id: ServiceId = serviceId('tcp', 'ipv6', readIp(new Uint8Array(16), 0, 'ipv6'), 1)
  await check(
    'hostile answers',
    500,
    fc.property(anyBytes, fc.constantFrom(1, 2, 3), (tail, kind) => {
      const end = tail.length + 4
      const f = frame(1024)
      f.bytes.set([end, 0, kind, 0, ...tail])
      readService(f, 0, end)
      readDestination(f, 0, end, id)
      readConnections(f, 0, end, id)
      readSync(f, 0, end)
      readTimeouts(f, 0, end)
    }),
  )
})

test.run()
