/** What a speaker announces that nobody can ask is not taken for nothing. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { confirmed } from '../../src/engine/ledger.ts'
import { rewound } from '../../src/engine/undo.ts'
import type { SpeakerName } from '../../src/model/announcement.ts'
import { stateOf } from '../../src/model/state.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { fromText } from '../../src/table/snapshot.ts'

const told = fromText(`arp eth0 192.0.2.11
peer 10.0.0.1 port 179 as 65001 by embedded as 65000 hold 9s keepalive 3s hops 1 ipv4 ipv6
route 192.0.2.10/32 by embedded ours
`).state
const wanted = { state: told, policies: new Map(), names: new Map(), reasons: new Map() }
const nothingLeft = { pending: [], refused: [], changes: [] } as never
const ledger = confirmed(emptyLedger, told, wanted, nothingLeft, new Set())
const silent = new Set<SpeakerName>(['embedded'])
const keys = ({ state }: ReturnType<typeof rewound>): readonly string[] =>
  [state.arp, state.peer, state.route].flatMap(rows => [...rows.keys()])

const all = ['arp eth0 192.0.2.11', 'peer 10.0.0.1', 'route 192.0.2.10/32']

test('without a daemon what was to be announced last still is; with one it is what stands', () => {
  assert.equal(keys(rewound(stateOf(), ledger, [], { silent })), all)
  assert.equal(keys(rewound(stateOf(), ledger, [])), [])
})

test('also what could not serve then', () => {
  const withheld = { ...wanted, state: stateOf(), meant: told }
  const later = confirmed(emptyLedger, stateOf(), withheld, nothingLeft, new Set())
  assert.equal(keys(rewound(stateOf(), later, [], { silent })), all)
})

test('what an apply announced first is not announced behind it', () => {
  const entry = { before: '', absent: ['route 192.0.2.10/32'], policies: {} } as never
  assert.equal(keys(rewound(stateOf(), ledger, [entry], { silent })), all.slice(0, 2))
})

test.run()
