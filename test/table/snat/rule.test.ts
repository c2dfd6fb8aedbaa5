/** Source NAT rules as nft writes and lists them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Ip } from '../../../src/model/ip.ts'
import { fwmarkId, type Protocol, type ServiceId, serviceId } from '../../../src/model/rows.ts'
import { type Json, readRule, ruleFor, type Verdict } from '../../../src/table/snat/rule.ts'

const test = suite('source NAT rules')

const web = serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 80)

test('a rule asks for the original destination, and spares packets that still have it', () => {
  assert.equal(ruleFor(web), [
    equal({ ct: { key: 'ip daddr', dir: 'original' } }, '192.0.2.10'),
    equal({ meta: { key: 'l4proto' } }, 'tcp'),
    equal({ ct: { key: 'proto-dst', dir: 'original' } }, 80),
    {
      match: {
        op: '!=',
        left: { payload: { protocol: 'ip', field: 'daddr' } },
        right: '192.0.2.10',
      },
    },
    { masquerade: null },
  ])
})

test('a service of all ports asks for no port', () => {
  const rule = ruleFor(serviceId('tcp', 'ipv4', '192.0.2.10' as Ip, 0))
  assert.not.match(JSON.stringify(rule), 'proto-dst')
})

test('a firewall mark alone never makes a rule: it does not tell what was balanced', () => {
  assert.throws(() => ruleFor(fwmarkId(7, 'ipv6')), /no address/)
  const rule = [equal({ meta: { key: 'mark' } }, 7), { masquerade: null }]
  assert.is(readRule(rule), undefined)
})

test('what is written is recognised', () => {
  const ids: ServiceId[] = []
  for (const protocol of ['tcp', 'udp', 'sctp'] satisfies Protocol[])
    for (const port of [0, 1, 65535])
      ids.push(
        serviceId(protocol, 'ipv4', '192.0.2.10' as Ip, port),
        serviceId(protocol, 'ipv6', '2001:db8::1' as Ip, port),
      )
  for (const service of ids)
    for (const verdict of ['masquerade', 'accept'] satisfies Verdict[])
      assert.equal(readRule(ruleFor(service, verdict)), { service, verdict }, service.key)
})

test('a statement about the family, which nft may add, changes nothing', () => {
  const family = equal({ meta: { key: 'nfproto' } }, 'ipv4')
  assert.equal(readRule([family, ...ruleFor(web)])?.service, web)
})

test('a rule that does more, less or something else is not one of ours', () => {
  const ours = ruleFor(web)
  const strange: Json[] = [
    undefined,
    null,
    'text',
    [],
    ours.slice(0, -1),
    ours.slice(1),
    ours.filter(one => !JSON.stringify(one).includes('!=')),
    [...ours, { counter: null }],
    [equal({ payload: { protocol: 'ip', field: 'saddr' } }, '10.0.0.1'), ...ours],
    [equal({ meta: { key: 'iifname' } }, 'eth0'), ...ours],
    [equal({ meta: { key: 'nfproto' } }, 'ipv6'), ...ours],
    [{ accept: null }],
    JSON.parse(JSON.stringify(ours).replace('"tcp"', '"icmp"')),
    JSON.parse(JSON.stringify(ours).replace('"192.0.2.10"', '"192.0.2.11"')),
    JSON.parse(JSON.stringify(ours).replaceAll('"192.0.2.10"', '{"prefix":{}}')),
    JSON.parse(JSON.stringify(ours).replace('"original"', '"reply"')),
  ]
  for (const rule of strange) assert.is(readRule(rule), undefined, JSON.stringify(rule))
})

function equal(left: Json, right: string | number): Json {
  return { match: { op: '==', left, right } }
}

test.run()
