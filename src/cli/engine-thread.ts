/** The engine thread of `slb run`: the only file that knows it is one. */
import { hostname } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { CommandSide } from '../daemon/command-side.ts'
import type { EngineEnds } from '../daemon/ends.ts'
import { Engine } from '../daemon/engine.ts'
import { NearSpeaker } from '../daemon/near-speaker.ts'
import { openUnpacker } from '../daemon/pack.ts'
import type { CommandLine, Task, Told } from '../daemon/task.ts'
import type { Order } from '../daemon/thread.ts'
import { openTidying } from '../daemon/tidy.ts'
import { Watcher } from '../health/watcher.ts'
import { openHost } from '../host.ts'
import { SlbError } from '../model/error.ts'
import { remembering } from '../state/journal.ts'
import { openLastGood } from '../state/last-good.ts'
import type { Io } from './context.ts'
import { runProgram } from './program.ts'
import { Sink } from './sink.ts'

export interface EngineData {
  readonly stateDirectory: string
  readonly paths: readonly string[]
}

const { stateDirectory, paths } = workerData as EngineData
const unpack = openUnpacker()
const tidy = openTidying()

const tell = (told: Told): void => parentPort?.postMessage(told)

const note: EngineEnds['note'] = (level, message, fields = {}) =>
  tell({ kind: 'note', note: { level, message, fields } })

const speaker = new NearSpeaker(() => tell({ kind: 'speaker', restarting }))
const host = openHost({
  stateDirectory,
  speaker,
  onTrouble: error =>
    note('warn', error.message, error.hint === undefined ? {} : { hint: error.hint }),
})
/** What an earlier run in this boot has left makes this one its successor: peers may have kept its routes. */
const restarting = hasLeft()

/** A record that cannot be read may say so; why it cannot is told by the first task that needs it. */
function hasLeft(): boolean {
  try {
    return host.journal.read().service.size > 0
  } catch (error) {
    if (error instanceof SlbError) return true
    throw error
  }
}

const engine = new Engine({
  // The daemon is the only writer, so what it has written need not be read again.
  host: { ...host, journal: remembering(host.journal) },
  paths,
  lastGood: openLastGood(stateDirectory, paths),
  hostname: hostname(),
  note,
  async runCommand(id, line, side) {
    const status = await runProgram(line.argv, ioOf(id, line, side))
    tell({ kind: 'ended', id, status })
  },
  gobgpd: api =>
    new Promise<void>(resolve => {
      goOn = resolve
      tell({ kind: 'gobgpd', api })
    }),
  watch(list) {
    if (watcher === undefined && list.length > 0) tell({ kind: 'checks' })
    watcher?.watch(list)
  },
  foresee: wanted => speaker.expect(wanted.peer.values()),
})

let watcher: Watcher | undefined

/** Goes on when the gobgpd of our own answers. */
let goOn = (): void => {}

/** Where checks are made, from now on: all that is to be checked is told anew. */
function takeChecks(port: MessagePort): void {
  engine.suspect(undefined)
  watcher = new Watcher(port, {
    alert: ({ suspect, text }) => engine.suspect(suspect ? text : undefined),
  })
  watcher.watch(engine.watched)
}

parentPort?.on('message', async (order: Order) => {
  if (order.kind === 'hurry') return engine.hurry()
  if (order.kind === 'give-way') return engine.giveWay()
  if (order.kind === 'checks') return takeChecks(order.port)
  if (order.kind === 'speaker') return speaker.take(order.port)
  if (order.kind === 'gobgpd') return goOn()
  const task = taskOf(order)
  if (task === undefined) return
  tell({ kind: 'report', report: await engine.work(task) })
  // What is made ready for comes next.
  if (task.kind !== 'prepare') tidy(task.kind === 'files')
})

/** Undefined for what only is a part of one. */
function taskOf(
  order: Exclude<Order, { kind: 'hurry' | 'give-way' | 'checks' | 'speaker' | 'gobgpd' }>,
): Task | undefined {
  if (order.kind === 'task') return order.task
  const now = unpack(order)
  return now && order.kind !== 'texts' ? { kind: order.kind, now } : undefined
}

/** A command's ends: its words go to where it was typed, and the live system is the daemon's. */
function ioOf(id: number, line: CommandLine, side: CommandSide): Io {
  const sink = (to: 'out' | 'err'): Sink => {
    const { tty, colour, columns } = line[to]
    const stream = {
      isTTY: tty,
      ...(columns !== undefined && { columns }),
      on() {},
      write(text: string, done: (error?: Error | null) => void) {
        tell({ kind: 'output', id, to, text })
        done()
      },
    }
    return new Sink(stream, `standard ${to === 'out' ? 'output' : 'error'}`, colour)
  }
  return {
    out: sink('out'),
    err: sink('err'),
    openHost: async () => side.host,
    async openMachine() {
      const { openThisMachine } = await import('../doctor/this-machine.ts')
      return openThisMachine()
    },
    // The daemon has it, and does one thing at a time.
    takeLock: async () => ({ async release() {} }),
    operator: async () => line.user,
    hostname,
    // What has begun goes on to its end, also when whoever gave the command has left.
    interrupted: () => new AbortController().signal,
    async startGuardian() {
      const { startGuardian } = await import('./start-guardian.ts')
      return startGuardian(stateDirectory)
    },
    daemon: side,
    attached: line.attached,
  }
}
