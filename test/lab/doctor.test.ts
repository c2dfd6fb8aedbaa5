/** `slb doctor` on a real machine: what it finds, it finds there. */
import { writeFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { daemonRig, until } from './daemon-rig.ts'
import { ip } from './namespace.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const text = `[service.web]
vip = "192.0.2.10"
port = 80
forward = "direct"
backends = ["10.2.0.11"]
check = { interval = "200ms", timeout = "200ms", fall = 1, via = "vip" }
`

const set = (name: string, value: number): void =>
  writeFileSync(`/proc/sys/net/ipv4/conf/${name}`, `${value}`)

test('without a daemon: nothing after an apply, then a strict filter, then no way', () =>
  withNetwork(1, async () => {
    ip(undefined, 'link set lo up')
    const rig = labRig()
    const file = rig.file('slb.toml', text)
    const doctor = () => rig.here('doctor', '-c', file)
    const before = await doctor()
    assert.is(before.status, 1)
    assert.match(before.out, /^wrong: 192\.0\.2\.10: it is not on slb0, for web$/m)
    await rig.here('apply', '-c', file)
    const well = await doctor()
    assert.is(well.status, 0, well.out)
    assert.match(well.out, /^warning: slb run: nobody checks/)
    assert.match(well.out, /^Nothing stands in the way, 1 warning\.$/m)

    set('backends/rp_filter', 1)
    const strict = await doctor()
    assert.is(strict.status, 1)
    assert.match(strict.out, /^wrong: net\.ipv4\.conf\.backends\.rp_filter: it is 1: answers/m)
    assert.match(strict.out, /^ {2}set it: sysctl -w net\.ipv4\.conf\.backends\.rp_filter=2$/m)
    set('backends/rp_filter', 2)

    ip(undefined, 'link set backend1 down')
    assert.match((await doctor()).out, /^wrong: backends: the link has no carrier$/m)
    ip(undefined, 'address del 10.2.0.1/24 dev backends')
    const lost = JSON.parse((await rig.here('doctor', '-c', file, '-o', 'json')).out)
    assert.is(lost.wrong, 1)
    assert.match(lost.findings[0].what, /^no way leads to this backend of web \(ENETUNREACH\)$/)
  }))

test('with a daemon: which checks have failed, and why', () =>
  withNetwork(1, async () => {
    const daemon = daemonRig({ 'slb.toml': text }, labRig())
    await daemon.start()
    try {
      await until('a verdict', () => /down/.test(daemon.text()))
      const { status, out } = await daemon.slb('doctor', '-c', daemon.folder)
      assert.is(status, 1, out)
      assert.match(out, /^warning: web\/10\.2\.0\.11: down: no connection in 0\.2 s$/m)
      assert.match(out, /asked: tcp 192\.0\.2\.10:80 through 10\.2\.0\.11 every 200ms$/m)
      assert.match(out, /^wrong: tcp 192\.0\.2\.10:80: no backend of web is up$/m)
    } finally {
      await daemon.stop()
    }
  }))

test.run()
