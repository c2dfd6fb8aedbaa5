import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { PeerStatus } from '../../src/model/announcement.ts'
import type { Ip } from '../../src/model/ip.ts'
import { withRig } from './rig.ts'

const web = `
[bgp]
as = 65000

[bgp.peer.tor1]
address = "10.0.0.1"
as = 65001

[bgp.peer.tor2]
address = "10.0.0.2"
as = 65001

[service.web]
vip = "192.0.2.10"
port = 80
announce = "bgp"
backends = ["10.0.0.11"]
`
const files = { 'web.toml': web }

const session = (address: string, more: Partial<PeerStatus>): PeerStatus => ({
  address: address as Ip,
  state: 'established',
  since: 940_000,
  sent: 1,
  ...more,
})

test('without a daemon a plan cannot know what the embedded speaker tells, and counts none of it', async () => {
  await withRig(files, '', async ({ slb }) => {
    const { status, out } = await slb('plan', '-c', 'web.toml')
    assert.is(status, 0)
    assert.match(
      out,
      `not finished
     peer 10.0.0.1  unknown without a daemon: slb run announces it
     peer 10.0.0.2  unknown without a daemon: slb run announces it
     route 192.0.2.10/32  unknown without a daemon: slb run announces it
`,
    )
    await slb('apply', '-c', 'web.toml')
    assert.is((await slb('plan', '-c', 'web.toml', '--detailed-exitcode')).status, 0)
  })
})

test('without a daemon an apply does all the rest, and says that nothing announces it', async () => {
  await withRig(files, '', async ({ slb, table }) => {
    const { status, err } = await slb('apply', '-c', 'web.toml')
    assert.is(status, 4)
    assert.match(err, 'refused: 3 rows of BGP: the embedded speaker is a part of slb run')
    assert.match(err, 'start slb run')
    const { service, address, route, peer } = table.state()
    assert.is(service.size + address.size, 2)
    assert.is(route.size + peer.size, 0)
  })
})

test('a daemon announces, and the second plan is empty', async () => {
  await withRig(files, '', async rig => {
    rig.sessions = []
    assert.is((await rig.slb('apply', '-c', 'web.toml')).status, 0)
    assert.match((await rig.slb('plan', '-c', 'web.toml')).out, /^No changes\./)
    const { out } = await rig.slb('get')
    assert.match(out, 'route 192.0.2.10/32 by embedded ours')
    assert.match(out, 'peer 10.0.0.2 port 179 as 65001 by embedded as 65000 hold 9s keepalive 3s')
  })
})

test('status: each session, since when and why not, and what the network is told', async () => {
  await withRig(files, '', async rig => {
    rig.sessions = []
    await rig.slb('apply', '-c', 'web.toml')
    rig.sessions = [
      session('10.0.0.1', {}),
      session('10.0.0.2', {
        state: 'connect',
        sent: 0,
        lastError: 'timeout: if the peer has a password, check it',
      }),
    ]
    const { out } = await rig.slb('status', '-c', 'web.toml')
    assert.match(
      out,
      `
PEER      AS     SESSION          ROUTES  WHY
10.0.0.1  65001  established 60s  1
10.0.0.2  65001  connect 60s      0       timeout: if the peer has a password, check it

ANNOUNCEMENT         STATE  WHY
route 192.0.2.10/32  ok     for web
`,
    )
    const json = JSON.parse((await rig.slb('status', '-c', 'web.toml', '-o', 'json')).out)
    assert.is(json.peers[1].last_error, 'timeout: if the peer has a password, check it')
    assert.equal(json.announcements[0].held_by, ['web'])
  })
})

test('the last peer does not go without consent', async () => {
  await withRig(files, '', async rig => {
    rig.sessions = []
    await rig.slb('apply', '-c', 'web.toml')
    const none = web.replace(/\[bgp\.peer[^[]*/g, '')
    const { status, err } = await rig.slb('apply', '-c', await written(rig.directory, none))
    assert.is(status, 4)
    assert.match(err, 'the plan removes the last peer; if that is meant, say --yes-remove 2')
  })
})

async function written(directory: string, text: string): Promise<string> {
  const { writeFileSync } = await import('node:fs')
  writeFileSync(`${directory}/other.toml`, text)
  return 'other.toml'
}

test.run()
