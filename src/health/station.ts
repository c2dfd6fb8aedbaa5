/** The checking thread from within: a checker, and the ends of other threads. */
import type { MessagePort } from 'node:worker_threads'
import { Checker, type CheckerOptions } from './checker.ts'
import { type Order, Outbox, piecesOf, type Told } from './orders.ts'
import type { Alert, Watched } from './panel.ts'
import type { Probe } from './probe.ts'

/** How often it shows that it is alive, in milliseconds. */
const beatInterval = 1000

/** Checks what the ends say, with this probe, and tells them. The first end hears everything. */
export function serveChecks(first: MessagePort, probe: Probe, options: CheckerOptions = {}): void {
  const ends = new Set<Outbox<Told>>()
  const hearers = new Set<Outbox<Told>>()
  let alert: Alert | undefined
  const tell = (...told: readonly Told[]): void => {
    for (const hearer of hearers) hearer.put(...told)
  }
  const checker = new Checker(
    {
      probe,
      now: monotonic,
      after,
      random: Math.random,
      changed: changes =>
        tell(...piecesOf(changes).map(part => ({ kind: 'changed', changes: part }) as const)),
      alert(now) {
        alert = now
        for (const end of ends) end.put({ kind: 'alert', alert: now })
      },
    },
    options,
  )
  let watched = new Map<string, Watched>()
  const open = (port: MessagePort, hears: boolean): Outbox<Told> => {
    const outbox = new Outbox<Told>(told => port.postMessage(told))
    ends.add(outbox)
    if (hears) hearers.add(outbox)
    if (alert?.suspect) outbox.put({ kind: 'alert', alert })
    port.on('message', (order: Order) => {
      if (order.kind === 'port') open(order.port, order.hears)
      else if (order.kind === 'snapshot') outbox.put(...snapshotOf(checker, order.id))
      else {
        if (order.anew) watched = new Map()
        for (const key of order.drop) watched.delete(key)
        for (const one of order.add) watched.set(one.check.key, one)
        if (order.last) checker.watch([...watched.values()])
      }
    })
    port.on('close', () => {
      ends.delete(outbox)
      hearers.delete(outbox)
      outbox.close()
    })
    return outbox
  }
  const main = open(first, true)
  setInterval(() => main.put({ kind: 'beat', figures: checker.figures() }), beatInterval)
}

function snapshotOf(checker: Checker, id: number): readonly Told[] {
  const pieces = piecesOf([...checker.snapshot()])
  return pieces.map((part, at) => ({
    kind: 'snapshot',
    id,
    part,
    last: at === pieces.length - 1,
  }))
}

/** The next turn of the loop if no time is to pass: a timer takes a millisecond at least. */
function after(milliseconds: number, call: () => void): () => void {
  if (milliseconds <= 0) {
    const turn = setImmediate(call)
    return () => clearImmediate(turn)
  }
  const timer = setTimeout(call, Math.ceil(milliseconds))
  return () => clearTimeout(timer)
}

/** Milliseconds of CLOCK_MONOTONIC, with their fractions: the clock that the other threads go by. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
