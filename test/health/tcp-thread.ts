/** A checking thread that only knows how to connect. */
import { connect } from 'node:net'
import { parentPort } from 'node:worker_threads'
import type { Probe } from '../../src/health/probe.ts'
import { serveChecks } from '../../src/health/station.ts'

const probe: Probe = ({ address, port, rules }, signal) =>
  new Promise(resolve => {
    const socket = connect({ host: address, port, signal })
    socket.setTimeout(rules.timeout, () => {
      resolve({ ok: false, why: 'timed out' })
      socket.destroy()
    })
    socket.on('connect', () => {
      resolve({ ok: true })
      socket.destroy()
    })
    socket.on('error', error => resolve({ ok: false, why: error.message }))
  })

if (parentPort !== null) serveChecks(parentPort, probe)
