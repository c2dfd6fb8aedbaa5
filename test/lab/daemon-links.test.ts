/** `slb run` and links that come and go. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rounds } from '../rounds.ts'
import {
  back,
  foreignIsWhole,
  peace,
  show,
  uplink,
  usable,
  vips,
  withUplink,
} from './daemon-uplink.ts'
import { saved } from './ipvsadm.ts'
import { ip, run } from './namespace.ts'
import { randomFrom, seed } from './random.ts'

const below = randomFrom(seed)
const vanishing = rounds(4, 200)
/** Of two links each. */
const downs = rounds(1, 25)

test('a link that vanishes takes its VIP along, and brings it back; nobody else notices', () =>
  withUplink(async daemon => {
    console.log(`  SLB_SEED=${seed}`)
    const table = saved()
    const took: number[] = []
    for (let round = 0; round < vanishing; round++) {
      ip(undefined, 'link del eth7')
      await sleep(below(1000))
      uplink()
      took.push(await back('eth7'))
      assert.equal(saved(), table)
      assert.is(
        vips.slb0.every(one => usable('slb0').includes(one)),
        true,
      )
      await sleep(below(300))
    }
    show('a link deleted and made', took)
    foreignIsWhole()
    const touched = daemon
      .log()
      .flatMap(line => (line['found'] as readonly string[] | undefined) ?? [])
      .filter(one => !/eth7/.test(one))
    assert.equal(touched, [], 'only what was on that link is repaired')
  }))

test('IPv6 VIPs go with a link that goes down, and come back', () =>
  withUplink(async () => {
    const took: number[] = []
    for (let round = 0; round < downs; round++) {
      for (const link of ['eth7', 'slb0'] as const) {
        ip(undefined, `link set ${link} down`)
        await sleep(below(1000))
        // Ours comes up by itself.
        if (link === 'eth7') ip(undefined, `link set ${link} up`)
        took.push(await back(link))
        assert.match(run(undefined, 'ip', '-o', 'link', 'show', link), /[<,]UP[,>]/)
      }
      if (round + 1 < downs) await sleep(peace / 2)
    }
    show('a link down and up', took)
    foreignIsWhole()
  }))

test('a link that flaps is no fight: its VIP is back every time', () =>
  withUplink(async daemon => {
    const took: number[] = []
    const anew = [
      'link add eth7 type veth peer name eth7p',
      'link set eth7p up',
      'link set eth7 up',
    ]
    for (let round = 0; round < 5; round++) {
      // Too quick for anybody to see that it was away.
      ip(undefined, 'link del eth7', ...anew)
      took.push(await back('eth7'))
      ip(undefined, 'link set eth7 down', 'link set eth7 up')
      took.push(await back('eth7'))
    }
    show('a link that flaps', took)
    const fought = (): boolean => daemon.log().some(({ message }) => /somebody else/.test(message))
    assert.not.ok(fought(), daemon.text())
    // It is one when the link is there all along.
    for (let round = 0; round < 5 && !fought(); round++) {
      ip(undefined, 'address del 192.0.2.10/32 dev eth7')
      await sleep(400)
    }
    assert.ok(fought(), daemon.text())
  }, '[node]\ndrift_interval = "500ms"\n'))

test.run()
