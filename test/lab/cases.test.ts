/** Every case once more, on the real kernel: the same plan, and the same rows afterwards. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Live } from '../../src/engine/live.ts'
import { observe } from '../../src/engine/live.ts'
import { systemClock } from '../../src/host.ts'
import type { Change } from '../../src/model/change.ts'
import type { Kind } from '../../src/model/rows.ts'
import { type State, stateOf } from '../../src/model/state.ts'
import { openNetlink, protocol } from '../../src/netlink/socket.ts'
import { want } from '../../src/plan/want.ts'
import { addressTable } from '../../src/table/address/table.ts'
import { ipvsTable } from '../../src/table/ipvs/table.ts'
import { memoryTable } from '../../src/table/memory.ts'
import { sysctlTable } from '../../src/table/sysctl.ts'
import type { Table } from '../../src/table/table.ts'
import { caseNames, fileOf, play, readCase } from '../case/case.ts'
import { enterFreshNamespace, ip } from './namespace.ts'

/** Source NAT needs nftables' inet family, which this kernel lacks; its place is the QEMU lane. */
const names = caseNames().filter(name => name !== 'snat')

/** A table of our rules that holds none. */
const noRules: Table = {
  kinds: ['snat'],
  read: async () => ({ snat: new Map() }),
  async apply(changes) {
    throw new Error(`${changes.length} changes of source NAT`)
  },
  close() {},
}

/** The announcements of a scene in memory: no kernel holds them. */
function announcements({ arp, peer, route }: State): Table {
  const memory = memoryTable(stateOf({ arp, peer, route }))
  return {
    ...memory,
    kinds: ['arp', 'peer', 'route'],
    async read() {
      const { arp, peer, route } = memory.state()
      return { arp, peer, route }
    },
  }
}

for (const name of names)
  test(name, async () => {
    enterFreshNamespace()
    const one = await readCase(name)
    const ipvs = ipvsTable(() => openNetlink(protocol.generic))
    const addresses = addressTable(openNetlink(protocol.route))
    const tables = [sysctlTable(), ipvs, addresses, noRules, announcements(one.have)]
    const live: Live = { tables, clock: systemClock }
    try {
      await furnish(one.have, live)
      const switches = [...want(one.desired).state.sysctl.values(), ...one.have.sysctl.values()]
      const sysctls = [...new Set(switches.map(row => row.name))]
      const { plan, after, again } = await play(one, live, () => observe(live, { sysctls }))
      assert.fixture(plan, fileOf(name, 'plan.txt') ?? '')
      assert.fixture(after, fileOf(name, 'after.txt') ?? '')
      const undone = after.startsWith('# failed') || plan.includes('\nrefused: ')
      if (!undone) assert.equal(again, [], 'the second plan is empty')
    } finally {
      ipvs.close()
      addresses.close()
    }
  })

/** Makes the rows of a snapshot: links and addresses of others with ip(8), the rest through the tables. */
async function furnish(have: State, live: Live): Promise<void> {
  for (const { name, type, owned } of have.link.values()) {
    if (owned) continue
    ip(
      undefined,
      `link add ${name} type ${type}${type === 'veth' ? ` peer name peer-${name}` : ''}`,
    )
    if (type === 'veth') ip(undefined, `link set peer-${name} up`)
  }
  const changes: Change[] = []
  const make = (kind: Kind, row: unknown, op = 'create'): void => {
    changes.push({ op, kind, row } as unknown as Change)
  }
  for (const row of have.sysctl.values()) make('sysctl', row, 'update')
  for (const row of have.link.values()) if (row.owned) make('link', { ...row, up: true })
  await all(changes, live)
  for (const { name, up } of have.link.values())
    ip(undefined, `link set ${name} ${up ? 'up' : 'down'}`)
  for (const row of have.address.values()) {
    if (row.owned) make('address', row)
    else ip(undefined, `address add ${row.address}/${row.prefix} dev ${row.link}`)
  }
  for (const row of have.timeouts.values()) make('timeouts', row, 'update')
  for (const row of have.service.values()) {
    make('service', row)
    for (const one of row.destinations) make('destination', one)
  }
  await all(changes, live)
  for (const row of have.sync.values()) make('sync', row)
  await all(changes, live)
}

async function all(changes: Change[], { tables }: Live): Promise<void> {
  for (const change of changes.splice(0)) {
    const table = tables.find(one => one.kinds.includes(change.kind))
    const failures = await table?.apply([change])
    assert.equal(failures, [], 'the scene is set')
  }
}

test.run()
