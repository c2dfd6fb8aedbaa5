/** Backends die under clients that stick to them: by persistence, and by a UDP flow that never pauses. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { clients, startBackends, talk } from './backends.ts'
import { daemonRig, until, untilSaved } from './daemon-rig.ts'
import { watchLulls } from './lulls.ts'
import { labRig } from './rig.ts'
import { withNetwork } from './topology.ts'

const vip = '192.0.2.10'

const service = (name: string, port: number, to: number, more: string): string => `[service.${name}]
vip = "${vip}"
port = ${port}
scheduler = "rr"
backends = ["10.2.0.11:${to}", "10.2.0.12:${to}"]
check = { type = "http", port = 8081, path = "/", interval = "200ms", timeout = "150ms", rise = 1, fall = 2 }
${more}
`

const files = {
  'removes.toml': service('removes', 80, 8080, 'persistence = "1m"'),
  'quiesces.toml': service('quiesces', 81, 8082, 'persistence = "1m"\non_down = "quiesce"'),
  'names.toml': service('names', 53, 8080, 'protocol = "udp"'),
}

type Weights = readonly (number | undefined)[]

const lines = (at: string, port: number, weights: Weights): readonly string[] =>
  weights.flatMap((weight, index) =>
    weight === undefined ? [] : [`-a ${at} -r 10.2.0.${11 + index}:${port} -m -w ${weight}`],
  )

/** The table with these weights where what is down is removed, and those where it is quiesced. */
const table = (removed: Weights, quiesced: Weights): readonly string[] => [
  `-A -t ${vip}:80 -s rr -p 60`,
  ...lines(`-t ${vip}:80`, 8080, removed),
  `-A -t ${vip}:81 -s rr -p 60`,
  ...lines(`-t ${vip}:81`, 8082, quiesced),
  `-A -u ${vip}:53 -s rr`,
  ...lines(`-u ${vip}:53`, 8080, removed),
]

const vs = (name: string): string => readFileSync(`/proc/sys/net/ipv4/vs/${name}`, 'utf8').trim()

test('nobody stays with a backend that is down: no persistent client, no UDP flow', () =>
  withNetwork(2, async network => {
    const backends = await startBackends(network)
    const daemon = daemonRig(files, labRig())
    await daemon.start()
    try {
      await untilSaved(...table([1, 1], [1, 1]))
      assert.is(vs('expire_quiescent_template'), '1')
      assert.is(vs('expire_nodest_conn'), '1')
      const asking = [clients(network, vip, 80, 50), clients(network, vip, 81, 50)]
      const lulls = watchLulls()
      const { heard } = await talk(network, vip, 53)
      await until('an answer over UDP', () => heard.length > 0)
      for (const [index, backend] of backends.entries()) {
        const other = `backend${2 - index}`
        const stuck = await Promise.all(asking.map(one => one.during(300)))
        for (const names of stuck) assert.is(new Set(names).size, 1, 'persistent')
        await backend.kill()
        await untilSaved(...(index === 0 ? table([undefined, 1], [0, 1]) : table([1], [1, 0])))
        const gone = performance.now()
        for (const names of await Promise.all(asking.map(one => one.during(800))))
          assert.equal(new Set(names), new Set([other]), 'nobody sticks to what is down')
        await until('UDP at the other', () => heard.at(-1)?.answer === other)
        const moved = heard.find(({ at, answer }) => at >= gone && answer === other)
        assert.ok(moved && moved.at - gone - lulls.since(gone) <= 1000, 'it moved within a second')
        await backend.start()
        await untilSaved(...table([1, 1], [1, 1]))
      }
      lulls.close()
      assert.not.match(daemon.text(), /fault in slb/)
    } finally {
      await daemon.stop('SIGKILL')
    }
  }))

test.run()
