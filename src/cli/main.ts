#!/usr/bin/env node
/** The program `slb`. The only file that touches the process: its arguments, streams, signals and exit status. */
import { hostname } from 'node:os'
import type { Io } from './context.ts'
import { wantsColour } from './paint.ts'
import { runProgram } from './program.ts'
import { Sink } from './sink.ts'

const { FORCE_COLOR, NO_COLOR, TERM } = process.env
const argv = process.argv.slice(2)
// Before the command line is read, since its own errors are coloured, too.
const allowed = !argv.includes('--no-color')

function sink(stream: NodeJS.WriteStream, name: string): Sink {
  const tty = stream.isTTY === true
  return new Sink(stream, name, wantsColour(tty, { FORCE_COLOR, NO_COLOR, TERM }, allowed))
}

/** One for all who ask: a command may ask the daemon again and again. */
let interrupt: AbortSignal | undefined

const io: Io = {
  out: sink(process.stdout, 'standard output'),
  err: sink(process.stderr, 'standard error'),
  async openHost({ stateDir, netns }) {
    const { openHost } = await import('../host.ts')
    return openHost({ stateDirectory: stateDir, ...(netns === undefined ? {} : { netns }) })
  },
  async openMachine() {
    const { openThisMachine } = await import('../doctor/this-machine.ts')
    return openThisMachine()
  },
  async takeLock(command) {
    const { takeLock } = await import('../state/lock.ts')
    return takeLock(`${command}, pid ${process.pid}`)
  },
  async startGuardian({ stateDir }) {
    const { startGuardian } = await import('./start-guardian.ts')
    return startGuardian(stateDir, { endsStarter: true })
  },
  async operator() {
    const { operator } = await import('../host.ts')
    return operator()
  },
  hostname,
  interrupted() {
    if (interrupt !== undefined) return interrupt
    const controller = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => controller.abort())
    interrupt = controller.signal
    return interrupt
  },
  process: {
    environment: process.env,
    logStream: process.stderr,
    onSignals(names, handler) {
      for (const name of names) process.on(name, () => handler(name))
    },
    async askDaemon(call) {
      const { callDaemon } = await import('./call-daemon.ts')
      return callDaemon(call, io)
    },
  },
}

process.exitCode = await runProgram(argv, io)
