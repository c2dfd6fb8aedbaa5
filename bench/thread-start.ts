/**
 * How long the speaking thread of `slb run` takes from its start to a session: `node thread-start.js PEER`,
 * a `Peer` as JSON. Prints milliseconds: until the thread answers, and until the session stands.
 */
import { startSpeaking } from '../src/bgp/speaking.ts'
import type { Peer } from '../src/model/announcement.ts'

const peer = JSON.parse(process.argv[2] ?? '') as Peer
const began = performance.now()
const established = new Promise<number>(resolve => {
  const thread = startSpeaking({
    beat() {},
    changed: ({ state }) => {
      if (state === 'established') resolve(performance.now() - began)
    },
    quiet() {},
    died(error) {
      throw error
    },
  })
  void thread.speaker.apply([{ op: 'create', kind: 'peer', row: peer }])
  void thread.speaker.status().then(() => console.log(performance.now() - began))
})
console.log(await established)
process.exit()
