/** `slb run`: the daemon. Its main thread, which is never busy: events in, tasks out. */
import { fstatSync, readlinkSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { isatty } from 'node:tty'
import { Announcing } from '../../daemon/announcing.ts'
import { Checks } from '../../daemon/checks.ts'
import { Conductor } from '../../daemon/conductor.ts'
import { Desk } from '../../daemon/desk.ts'
import type { Log } from '../../daemon/log.ts'
import { type Notifier, openNotifier } from '../../daemon/notify.ts'
import { OwnGobgpd } from '../../daemon/own-gobgpd.ts'
import { peerOf } from '../../daemon/peer.ts'
import { type Ask, listen, type Stranger } from '../../daemon/server.ts'
import type { Report, Task } from '../../daemon/task.ts'
import { errorNote } from '../../daemon/tell.ts'
import { startEngine } from '../../daemon/thread.ts'
import { openTidying } from '../../daemon/tidy.ts'
import { Vitals } from '../../daemon/vitals.ts'
import { systemClock } from '../../host.ts'
import { defaultNode } from '../../model/defaults.ts'
import { SlbError } from '../../model/error.ts'
import { mayChangeNetwork } from '../../netlink/capability.ts'
import { deniedHint } from '../../netlink/errno.ts'
import { listenLinks } from '../../netlink/events.ts'
import { enterNamespace } from '../../netlink/namespace.ts'
import { followFiles } from '../../watch/files.ts'
import { type Context, defaultConfig, type Run } from '../context.ts'
import type { EngineData } from '../engine-thread.ts'
import { exit, UsageError } from '../exit.ts'
import { plain } from '../paint.ts'

/** What ending takes beside what is waited for, in milliseconds. */
const stopMargin = 10_000

export const run: Run<object> = async context => {
  const { io, options } = context
  const paths = pathsOf(context)
  if (io.process === undefined) throw new Error('a daemon needs a process of its own')
  const { environment, logStream, onSignals } = io.process
  if (!mayChangeNetwork())
    throw new SlbError('denied', 'slb run may not change the network of this machine', {
      hint: deniedHint,
    })
  if (options.netns !== undefined) enterNamespace(options.netns)
  const lock = await io.takeLock('slb run')
  const { goesToJournal, levelOf, openLog } = await import('../../daemon/log.ts')
  const log = openLog({
    stream: logStream,
    terminal: io.err.tty,
    colour: io.err.paint !== plain,
    level: levelOf(options),
    priority: goesToJournal(environment, fstatSync(2)),
  })
  const notifier = openNotifier(environment)
  const daemon = await start(context, paths, log, notifier)
  log.info('slb run has started', { config: paths, socket: options.socket })
  let stopping = false
  await new Promise<void>(done => {
    const stop = (why: string): void => {
      log.info(`stopping (${why})`)
      notifier.stopping(daemon.stopTimeout() + stopMargin)
      if (stopping) daemon.hurry()
      else void daemon.stop().then(done)
      stopping = true
    }
    onSignals(['SIGHUP'], () => {
      // The terminal that it was started at is gone: isatty(3) fails on one that was hung up.
      if (io.err.tty && !isatty(2)) return stop('the terminal was closed')
      notifier.reloading()
      daemon.again()
    })
    onSignals(['SIGTERM', 'SIGINT'], stop)
  })
  await lock.release()
  notifier.close()
  log.info('stopped')
  return exit.done
}

function pathsOf({ options }: Context): readonly string[] {
  const given = options.config ?? [defaultConfig]
  if (given.includes('-'))
    throw new UsageError('slb run follows files: standard input cannot be followed')
  return given.map(path => resolve(path))
}

interface Daemon {
  again(): void
  stop(): Promise<void>
  /** How long stopping may take by itself, in milliseconds. */
  stopTimeout(): number
  /** Stopping waits for nothing any more. */
  hurry(): void
}

async function start(
  { options }: Context,
  paths: readonly string[],
  log: Log,
  notifier: Notifier,
): Promise<Daemon> {
  const data: EngineData = { stateDirectory: resolve(options.stateDir), paths }
  const thread = startEngine(new URL('../engine-thread.js', import.meta.url), data, {
    note: ({ level, message, fields }) => log[level](message, fields),
    print: (id, to, text) => desk.print(id, to, text),
    ended: (id, status) => desk.ended(id, status),
    checks: () => checks.port(),
    speaker: restarting => announcing.port(restarting),
    speaking: () => announcing.standing(),
    gobgpd: api => {
      gobgpd.want(api)
      return gobgpd.ready()
    },
  })
  const checks = new Checks({
    note: (level, message, fields) => log[level](message, fields),
    found: found => conductor.verdicts(found),
    anew: () => thread.checksAnew(),
  })
  let working = false
  const tidy = openTidying()
  const announcing = new Announcing({
    note: (level, message, fields) => log[level](message, fields),
    anew: () => {
      thread.speakerAnew()
      conductor.everything()
    },
    checked: () => checks.alive,
    working: () => working,
  })
  const vitals = new Vitals({
    notifier,
    note: (level, message, fields) => log[level](message, fields),
  })
  const gobgpd = new OwnGobgpd({
    note: (level, message, fields) => log[level](message, fields),
    answers: () => conductor.everything(),
  })
  let stopping = false
  let node = defaultNode
  const conductor = new Conductor({
    clock: systemClock,
    work(task) {
      vitals.began(task)
      if (task.kind === 'command') desk.began(task.id)
      working = true
      return worked(thread.work(task), task, log)
    },
    giveWay: () => thread.giveWay(),
    reported(report, task) {
      log.debug(`did: ${task.kind}`, { milliseconds: report.cost })
      vitals.ended(task, report)
      if ('gobgpd' in report) gobgpd.want(report.gobgpd)
      working = false
      announcing.worked()
      // What failed was not compared to its end, and a look at links says nothing of routes.
      if (task.kind === 'files') tidy(true)
      if (!report.failed && task.kind === 'files') announcing.complete('files')
      const whole = task.kind === 'look' && task.at === 'all' && report.gaveWay !== true
      if (!report.failed && whole) announcing.complete('all')
      if (task.kind === 'command') desk.through(task.id)
      const { settle } = node
      node = report.node
      if (node.settle === settle || stopping) return
      void files.close()
      files = follow()
    },
  })
  const desk = new Desk(conductor)
  const follow = () =>
    followFiles(paths, { settle: node.settle, coming: now => conductor.coming(now) }, now =>
      conductor.files(now),
    )
  const namespace = readlinkSync('/proc/self/ns/net')
  // First of all: without its socket it must not begin anything.
  const server = await listen(options.socket, {
    stranger: ask => strangerTo(ask, namespace, paths, resolve(options.stateDir)),
    userOf: (request: IncomingMessage) => peerOf(request.socket),
    begin: (line, session) => desk.take(line, session),
  })
  let files = follow()
  const links = listenLinks(() => conductor.links(), {
    onTrouble: error =>
      log.warn(error.message, error.hint === undefined ? {} : { hint: error.hint }),
  })
  const pulse =
    notifier.pulse === undefined ? undefined : setInterval(() => vitals.pulse(), notifier.pulse)
  return {
    again: () => files.again(),
    hurry: () => thread.hurry(),
    stopTimeout: () => (node.onStop === 'keep' ? 0 : node.stopTimeout),
    async stop() {
      stopping = true
      desk.close()
      await Promise.all([files.close(), links.close()])
      await conductor.stop()
      clearInterval(pulse)
      server.close()
      server.closeAllConnections()
      await announcing.close(node.onStop === 'keep' ? 'keep' : 'withdraw')
      await gobgpd.close()
      await checks.close()
      await thread.close()
    },
  }
}

/** A thread that died is a fault in slb itself: it is told, and what it was about is tried again. */
async function worked(work: Promise<Report>, task: Task, log: Log): Promise<Report> {
  try {
    return await work
  } catch (error) {
    const [level, message, fields] = errorNote(error)
    log[level](message, { task: task.kind, ...fields })
    const summary = 'the engine failed and is started again: see the log'
    return { cost: 0, summary, node: defaultNode, draining: false, failed: true, again: false }
  }
}

/** Why a command is not for this daemon. One that only looks at other files or records is done without it. */
function strangerTo(
  ask: Ask,
  namespace: string,
  paths: readonly string[],
  stateDirectory: string,
): Stranger | undefined {
  if (ask.namespace !== namespace)
    return { why: 'it is at work in another network namespace', forbids: false }
  const forbids = ask.changes
  if (ask.config !== undefined && ask.config.join('\n') !== paths.join('\n'))
    return { why: `slb run is at work here, and follows ${paths.join(', ')}`, forbids }
  if (ask.stateDir !== undefined && ask.stateDir !== stateDirectory)
    return { why: `slb run is at work here, and keeps its records in ${stateDirectory}`, forbids }
  return undefined
}
