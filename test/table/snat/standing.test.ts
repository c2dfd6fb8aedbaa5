/** Finding services in the text of /proc/net/ip_vs. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../../src/model/ip.ts'
import { fwmarkId, serviceId } from '../../../src/model/rows.ts'
import { standing } from '../../../src/table/snat/standing.ts'

const test = suite('standing services')

/** As Linux 7.2 prints it. */
const listing = `IP Virtual Server version 1.2.1 (size=256)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
FWM  FFFFFFEF wlc
TCP  C000020A:1F90 wlc
  -> 01020304:0050      Masq    1      0          0
SCTP C000020A:ABCD wlc
UDP  [2001:0db8:0000:0000:0000:0000:0000:00ab]:0050 wlc
`

test('services that are listed stand', () => {
  for (const id of [
    fwmarkId(0xffffffef, 'ipv4'),
    serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 8080),
    serviceId('sctp', 'ipv4', '192.0.2.10' as Ip, 0xabcd),
    serviceId('udp', 'ipv6', '2001:db8::ab' as Ip, 80),
  ])
    assert.ok(standing(listing)(id), id.key)
})

test('others do not, and destinations are not services', () => {
  for (const id of [
    fwmarkId(7, 'ipv4'),
    serviceId('udp', 'ipv4', '192.0.2.10' as Ip, 8080),
    serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 808),
    serviceId('tcp', 'ipv4', '1.2.3.4' as Ip, 80),
    serviceId('udp', 'ipv6', '2001:db8::abc' as Ip, 80),
  ])
    assert.not.ok(standing(listing)(id), id.key)
})

test.run()
