/** What is said of VIPs that are announced on a link, and not answered for there. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'
import type { Case } from '../../src/doctor/case.ts'
import type { Machine } from '../../src/doctor/machine.ts'
import { examineNeighbours } from '../../src/doctor/neighbours.ts'
import { examineVips } from '../../src/doctor/vips.ts'
import type { Arp } from '../../src/model/announcement.ts'
import { arpKey } from '../../src/model/announcement.ts'
import type { Desired } from '../../src/model/desired.ts'
import type { Ip } from '../../src/model/ip.ts'
import { stateOf } from '../../src/model/state.ts'
import { plan } from '../../src/plan/plan.ts'
import { want } from '../../src/plan/want.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { state } from '../engine/rig.ts'
import { wellMachine } from './well.ts'

const vip: Arp = { link: 'eth0', address: '192.0.2.10' as Ip }
const onDummy = 'address slb0 192.0.2.10/32 ours\n'
const network = 'address eth0 192.0.2.1/24\n'

test('with arp_ignore 0, 3 or 4 neighbours get their answers', async () => {
  for (const value of [0, 3, 4]) assert.equal(await found(onDummy, { all: value }), [])
})

test('1, 2 and 8 hide a VIP on a dummy, whether they are set for all links or for the uplink', async () => {
  for (const value of [1, 2, 8])
    for (const name of ['all', 'eth0']) {
      const [line, ...more] = await found(onDummy + network, { [name]: value })
      assert.equal(more, [])
      assert.match(
        line ?? '',
        new RegExp(`^wrong 192.0.2.10: it is announced on eth0, but arp_ignore is ${value} there`),
      )
    }
})

test('that of the dummy itself does not matter', async () => {
  assert.equal(await found(onDummy, { slb0: 8 }), [])
})

test('on the uplink itself only 8 hides it, and 2 outside of its networks', async () => {
  const there = 'address eth0 192.0.2.10/32 ours\n'
  assert.equal(await found(there, { all: 1 }), [])
  assert.equal(await found(there + network, { all: 2 }), [])
  assert.match((await found(there, { all: 2 }))[0] ?? '', /arp_ignore is 2 there/)
  const [line] = await found(there + network, { all: 8 })
  assert.match(line ?? '', /set net.ipv4.conf.eth0.arp_ignore and that of all to 0$/)
})

test('what is announced is not warned of a second time', async () => {
  const one = await caseOf(onDummy + network, { all: 1 })
  assert.equal(examineVips(one), [])
})

test('nothing is said of IPv6, and of an address that does not stand', async () => {
  assert.equal(await found('', { all: 8 }), [])
  const six: Arp = { link: 'eth0', address: '2001:db8::1' as Ip }
  assert.equal(await found('address eth0 2001:db8::1/128\n', { all: 8 }, {}, six), [])
})

test('without the privilege to send frames nobody is told', async () => {
  const [line] = await found(onDummy, {}, { maySend: false })
  assert.match(line ?? '', /^wrong privileges: this process lacks CAP_NET_RAW, and 192.0.2.10/)
})

test('an uplink that is not there, is down, or has no carrier', async () => {
  const link = { name: 'eth0', up: true, carrier: true, mtu: 1500 }
  const links = (part: object) => ({ links: new Map([['eth0', { ...link, ...part }]]) })
  const said = async (machine: Partial<Machine>) => (await found(onDummy, {}, machine))[0] ?? ''
  assert.match(await said({ links: new Map() }), /^wrong 192.0.2.10: .* there is no such link/)
  assert.match(await said(links({ up: false })), /^warning 192.0.2.10: .* which is down/)
  assert.match(await said(links({ carrier: false })), /^warning 192.0.2.10: .* has no carrier/)
})

/** The findings, a line each. */
async function found(
  have: string,
  arpIgnore: Readonly<Record<string, number>>,
  machine: Partial<Machine> = {},
  row = vip,
): Promise<string[]> {
  return examineNeighbours(await caseOf(have, arpIgnore, machine, row)).map(
    ({ level, where, what, next }) => `${level} ${where}: ${what} | ${next}`,
  )
}

async function caseOf(
  have: string,
  arpIgnore: Readonly<Record<string, number>>,
  machine: Partial<Machine> = {},
  row = vip,
): Promise<Case> {
  const toml = '[service.web]\nvip = "192.0.2.10"\nport = 80\nbackends = ["10.0.0.11"]\n'
  const { desired } = await load([{ file: 'a.toml', text: Buffer.from(toml) }])
  const wanted = want(desired as Desired)
  const seen = state(`link slb0 dummy up ours\nlink eth0 device up\n${have}`)
  const announced = stateOf({ ...wanted.state, arp: new Map([[arpKey(row), row]]) })
  return {
    desired: desired as Desired,
    wanted: { ...wanted, state: announced },
    live: { seen, plan: plan({ wanted, seen, ledger: emptyLedger, conflict: 'refuse' }) },
    machine: {
      ...wellMachine(() => seen),
      sysctl: name => {
        const [, link] = /^net\.ipv4\.conf\.(\w+)\.arp_ignore$/.exec(name) ?? []
        return link === undefined ? undefined : String(arpIgnore[link] ?? 0)
      },
      ...machine,
    },
  }
}

test.run()
