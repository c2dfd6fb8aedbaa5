import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { importState } from '../../src/import/import-state.ts'
import { emptyLedger } from '../../src/state/journal.ts'
import { state } from '../engine/rig.ts'

async function imports(have: string, expected: string): Promise<void> {
  const { text } = await importState(state(have), emptyLedger)
  assert.is(text, expected.replace(/^\n/, ''))
}

test('a service with defaults is as short as one writes it', () =>
  imports(
    `sysctl net.ipv4.ip_forward = 1
link slb0 dummy up ours
address slb0 192.0.2.10/32 ours
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 1
  -> 10.0.0.12:8080 nat weight 1
`,
    `
[service.tcp-192-0-2-10-80]
vip = "192.0.2.10"
port = 80
backends = ["10.0.0.11:8080", "10.0.0.12:8080"]
`,
  ))

test('what somebody else made is to be adopted, and his switches are kept', () =>
  imports(
    `sysctl net.ipv4.ip_forward = 0
link eth0 device up
address eth0 192.0.2.10/32
address eth0 192.0.2.1/24
service tcp 192.0.2.10:80 rr
  -> 10.0.0.11:80 nat weight 3
service tcp 192.0.2.1:80 rr
service fwmark 7 ipv6 wlc
`,
    `
[defaults]
# takes over what somebody else made; after the first apply this can go
adopt = true

[kernel]
ip_forward = "keep" # the services need it, but live it is otherwise

[service.fwmark-7-ipv6]
fwmark = 7
family = "ipv6"
scheduler = "wlc"
backends = []

[service.tcp-192-0-2-10-80]
vip = "192.0.2.10"
port = 80
link = "eth0"
scheduler = "rr"
backends = [{ address = "10.0.0.11", weight = 3 }]

[service.tcp-192-0-2-1-80]
vip = "192.0.2.1"
port = 80
link = "external"
scheduler = "rr"
backends = []
`,
  ))

test('ports and protocols of one VIP with the same backends are one service', () =>
  imports(
    `link slb0 dummy up ours
address slb0 192.0.2.10/32 ours
service tcp 192.0.2.10:53 wrr ours
  -> 10.0.0.11:53 direct weight 1
service udp 192.0.2.10:53 wrr ours
  -> 10.0.0.11:53 direct weight 1
service tcp 192.0.2.10:80 wrr ours
  -> 10.0.0.11:8080 nat weight 1
service tcp 192.0.2.10:443 wrr ours
  -> 10.0.0.11:8443 nat weight 1
sysctl net.ipv4.ip_forward = 1
sysctl net.ipv4.vs.expire_nodest_conn = 1
`,
    `
[service.tcp-192-0-2-10]
vip = "192.0.2.10"
port = ["80:8080", "443:8443"]
backends = ["10.0.0.11"]

[service.tcp-udp-192-0-2-10-53]
vip = "192.0.2.10"
port = 53
protocol = ["tcp", "udp"]
forward = "direct"
backends = ["10.0.0.11"]
`,
  ))

test('a VIP of several services has its link said once', () =>
  imports(
    `link eth0 device up
address eth0 192.0.2.10/32 ours
service tcp 192.0.2.10:80 rr ours
service tcp 192.0.2.10:443 wrr ours
`,
    `
[vip.vip-192-0-2-10]
address = "192.0.2.10"
link = "eth0"

[service.tcp-192-0-2-10-443]
vip = "vip-192-0-2-10"
port = 443
backends = []

[service.tcp-192-0-2-10-80]
vip = "vip-192-0-2-10"
port = 80
scheduler = "rr"
backends = []
`,
  ))

test('a link of ours that is named after a service gives the service its name', () =>
  imports(
    `link web dummy up ours
address web 192.0.2.10/32 ours
address web 2001:db8::10/128 ours
service tcp 192.0.2.10:80 wrr ours
service tcp [2001:db8::10]:80 wrr ours
`,
    `
[service.web]
vip = "192.0.2.10"
port = 80
link = "@service"
backends = []

[service.tcp-2001-db8-10-80]
vip = "2001:db8::10"
port = 80
link = "web"
backends = []
`,
  ))

test('every field of service and backend that is not as usual is written', () =>
  imports(
    `service udp 192.0.2.10:5060 mh mh-port persistence 300s netmask 24 engine sip one-packet
  -> 10.0.0.11:5060 tunnel gue port 6080 checksum remote weight 1
  -> 10.0.0.12:5060 tunnel gre weight 0 upper 9 lower 3
  -> 10.0.0.13:5060 tunnel gue port 6080 checksum remote weight 1
  -> 127.0.0.1:5060 local weight 1
timeouts tcp 900s tcpfin 60s udp 300s
sync backup eth0 id 3 group 224.0.0.99 port 8849 ttl 2 maxlen 1400
sysctl net.ipv4.vs.expire_quiescent_template = 1
`,
    `
[defaults]
# takes over what somebody else made; after the first apply this can go
adopt = true

[ownership]
conflict = "adopt"

[kernel]
timeouts = { tcpfin = "60s" }

[[kernel.sync]]
role = "backup"
interface = "eth0"
id = 3
group = "224.0.0.99"
port = 8849
ttl = 2
maxlen = 1400

[service.udp-192-0-2-10-5060]
vip = "192.0.2.10"
port = 5060
protocol = "udp"
link = "external"
scheduler = "mh"
scheduler_flags = ["mh-port"]
forward = "tunnel"
tunnel = { type = "gue", port = 6080, checksum = "remote" }
persistence = { timeout = "300s", netmask = 24, engine = "sip" }
one_packet = true
backends = [
  "10.0.0.11",
  { address = "10.0.0.12", weight = 0, tunnel = { type = "gre" }, upper = 9, lower = 3 },
  "10.0.0.13",
  { address = "127.0.0.1", forward = "local" },
]
`,
  ))

test('a timeout that is longer than a configuration may ask for stays as it is', async () => {
  const seen = state('timeouts tcp 2678400s tcpfin 60s udp 300s')
  assert.match((await importState(seen, emptyLedger)).text, 'timeouts = { tcpfin = "60s" }')
})

test('what a configuration cannot say is left out as a comment, with the reason', async () => {
  const have = `service tcp 192.0.2.10:80 wrr
  -> 10.0.0.11:8080 direct weight 1
service tcp 192.0.2.11:80 wrr
`
  const { text, leftOut } = await importState(state(have), emptyLedger)
  assert.equal([...leftOut.keys()], ['[service.tcp-192-0-2-10-80]'])
  assert.match(text, /^# left out: .*port.*\n# \[service\.tcp-192-0-2-10-80\]\n# vip = /m)
  assert.match(text, /^\[service\.tcp-192-0-2-11-80\]$/m)
})

const announcedVip = (n: number): string => `address slb0 192.0.2.${n}/32 ours
service tcp 192.0.2.${n}:80 wrr ours
  -> 10.0.0.11:80 nat weight 1
`
const underSlb0 = 'sysctl net.ipv4.ip_forward = 1\nlink slb0 dummy up ours\n'

test('what is announced is written with it: by whom, to whom, and what is said', async () => {
  const have = `${underSlb0}${announcedVip(10)}${announcedVip(11)}arp eth0 192.0.2.11
peer 10.0.0.1 port 179 as 65001 by embedded as 65000 id 10.0.0.9 hold 30s keepalive 3s hops 2 ipv4 ipv6 password file /etc/slb/tor.key
route 192.0.2.10/32 by embedded via 10.0.0.9 community 65000:1 med 5 prepend 2 ours
`
  const rules = {
    strict: new Set(['route 192.0.2.10/32']),
    withdrawal: { notice: 1500, settle: 3000 },
  }
  const { text, leftOut } = await importState(state(have), emptyLedger, rules)
  assert.equal([...leftOut], [])
  assert.is(
    text,
    `[bgp]
# As the journal has it: only slb run knows what it tells its peers.
as = 65000
router_id = "10.0.0.9"
next_hop = { ipv4 = "10.0.0.9" }
graceful_shutdown = "1500ms"
settle = "3s"

[bgp.peer.peer-10-0-0-1]
address = "10.0.0.1"
as = 65001
hold = "30s"
multihop = 2
password = { file = "/etc/slb/tor.key" }

[vip.vip-192-0-2-10]
address = "192.0.2.10"
announce = "bgp"
communities = ["65000:1"]
med = 5
prepend = 2
announce_when = "all"

[vip.vip-192-0-2-11]
address = "192.0.2.11"
announce = "arp"
uplink = "eth0"

[service.tcp-192-0-2-10-80]
vip = "vip-192-0-2-10"
port = 80
backends = ["10.0.0.11"]

[service.tcp-192-0-2-11-80]
vip = "vip-192-0-2-11"
port = 80
backends = ["10.0.0.11"]
`,
  )
})

test('routes of a table of the kernel, one of them a network', () =>
  imports(
    `${underSlb0}${announcedVip(10)}route 192.0.2.0/24 by table table 199 ours
route 198.51.100.0/24 by table table 199
`,
    `
[bgp]
speaker = "table"
table = 199

[vip.vip-192-0-2-10]
address = "192.0.2.10"
announce = "bgp"
prefix = 24

[service.tcp-192-0-2-10-80]
vip = "vip-192-0-2-10"
port = 80
backends = ["10.0.0.11"]
`,
  ))

test('what one file cannot say of announcements is told, with the reason', async () => {
  const have = `${underSlb0}${announcedVip(10)}${announcedVip(11)}${announcedVip(12)}
peer 10.0.0.1 port 179 as 65001 by gobgp as 65000 api unix:/g id 10.0.0.9 hold 9s keepalive 3s hops 1 ipv4
peer 10.0.0.2 port 179 as 65001 by gobgp as 65009 api unix:/g id 10.0.0.9 hold 9s keepalive 3s hops 1 ipv4
route 192.0.2.10/32 by gobgp api unix:/g via 10.0.0.9 ours
route 192.0.2.11/32 by gobgp api unix:/g via 10.0.0.8 ours
route 192.0.2.12/32 by table table 198 ours
route 192.0.2.99/32 by gobgp api unix:/g via 10.0.0.9 ours
`
  const { text, leftOut } = await importState(state(have), emptyLedger)
  assert.equal([...leftOut].sort(), [
    ['peer 10.0.0.2', 'a file has one AS of ours, 65000 here'],
    ['route 192.0.2.11/32', 'a file has one next hop of each family'],
    ['route 192.0.2.12/32', 'a file has one speaker, which is gobgp here'],
    ['route 192.0.2.99/32', 'it leads to no VIP of a service that has no route of its own'],
  ])
  assert.match(text, /^gobgp = \{ address = "unix:\/g" \}$/m)
  assert.match(text, 'own = true belongs here')
  const lonely = `${underSlb0}${announcedVip(10)}route 192.0.2.10/32 by embedded ours\n`
  const { leftOut: why } = await importState(state(lonely), emptyLedger)
  assert.equal([...why.keys()], ['[bgp]', 'route 192.0.2.10/32'])
})

test('where nothing is live the file says so, and is a valid one', async () => {
  const { text } = await importState(state(''), emptyLedger)
  assert.match(text, /^# Nothing/)
})

test.run()
