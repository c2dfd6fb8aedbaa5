/** A process that checks and is stopped by its test: `node stopped-child.js PORT`. Tells as JSON lines. */
import { connect } from 'node:net'
import { Checker } from '../../src/health/checker.ts'
import type { Probe } from '../../src/health/probe.ts'
import type { Ip } from '../../src/model/ip.ts'

const port = Number(process.argv[2])
const rules = { interval: 1500, fastInterval: 1500, timeout: 1000, rise: 1, fall: 1 }

/** As a probe can be at its worst: late by its timer although the answer is there. */
const probe: Probe = ({ address, rules: { timeout } }) =>
  new Promise(resolve => {
    const begun = performance.now()
    const socket = connect({ host: address, port })
    const timer = setTimeout(() => end(false), timeout)
    const end = (ok: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(ok ? { ok } : { ok, why: 'timed out' })
    }
    socket.on('error', () => end(false))
    // Whether the timer or the data comes first after standing still is the loop's affair.
    socket.on('data', () => end(performance.now() - begun < timeout))
  })

const say = (told: object): void => console.log(JSON.stringify(told))
let asked = 0
let awaited = 0

const checker = new Checker({
  async probe(check, signal) {
    asked++
    awaited++
    const answer = await probe(check, signal)
    awaited--
    if (!answer.ok) say({ bad: check.address })
    return answer
  },
  now: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds)
    return () => clearTimeout(timer)
  },
  random: Math.random,
  changed: changes => say({ changed: changes.map(({ judgement }) => judgement.verdict) }),
  alert: alert => say({ alert }),
})

checker.watch(
  Array.from({ length: 60 }, (_, at) => {
    const address = `127.0.1.${at}` as Ip
    const check = { key: address, question: { type: 'tcp' as const }, rules, address, port }
    return { check, groups: [address], shown: 'up' as const }
  }),
)
setInterval(() => say({ asked, awaited }), 50)
