/** `slb status`: services, backends and VIPs: wanted, live, and why they differ. */
import type { Host } from '../../host.ts'
import { SlbError } from '../../model/error.ts'
import type { Context, Run } from '../context.ts'
import { type ExitStatus, exit, UsageError } from '../exit.ts'
import { Frame } from '../frame.ts'
import { printData } from '../output.ts'
import { faultLines, reportError } from '../report.ts'
import { outletOf } from '../sink.ts'
import { statusNow } from '../status-document.ts'
import { statusLines } from '../status-lines.ts'
import { tellStanding } from '../trial.ts'

export interface StatusOptions {
  /** Show it again and again, so many seconds apart; true = the usual ones. */
  readonly watch?: number | true
}

const usualSeconds = 2

export const run: Run<StatusOptions> = async context => {
  const { io, options } = context
  const host = await io.openHost(options)
  try {
    if (options.watch === undefined) return await show(context, host)
    return await watch(context, host, options.watch === true ? usualSeconds : options.watch)
  } finally {
    host.close()
  }
}

/** Until the first interrupt. On a terminal each status takes the place of the one before. */
async function watch(
  context: Context<StatusOptions>,
  host: Host,
  seconds: number,
): Promise<ExitStatus> {
  const { io, options } = context
  if (options.config?.includes('-'))
    throw new UsageError('--watch reads the configuration again and again: name a file')
  const signal = io.interrupted()
  let ended: ExitStatus = exit.done
  for (let first = true; io.out.open && !signal.aborted; first = false) {
    if (io.out.tty && options.output === 'text') {
      const frame = new Frame()
      const err = io.err.tty ? frame.like(io.err) : io.err
      const drawn = { ...context, io: { ...io, out: frame.like(io.out), err } }
      ended = await showOnce(drawn, host, signal, ended)
      await frame.draw(io.out)
    } else {
      if (!first) await io.out.line('')
      ended = await showOnce(context, host, signal, ended)
    }
    await host.clock.sleep(seconds * 1000, signal)
  }
  return ended
}

/** By the daemon if there is one now, since it alone knows of health. That it goes or comes ends nothing. */
async function showOnce(
  context: Context<StatusOptions>,
  host: Host,
  signal: AbortSignal,
  before: ExitStatus,
): Promise<ExitStatus> {
  const { io, options } = context
  const argv = ['status', '--output', options.output, ...(options.verbose ? ['--verbose'] : [])]
  try {
    const call = { argv, options, changes: false, attached: {}, outlet: outletOf(io) }
    return (await io.process?.askDaemon(call)) ?? (await show(context, host))
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    return signal.aborted ? before : reportError(io, error)
  }
}

async function show(context: Context<StatusOptions>, host: Host): Promise<ExitStatus> {
  const { io, options } = context
  const { document, wall, fingerprint } = await statusNow(context, host)
  const { node, configuration } = document
  const lines = statusLines(document, node, configuration, wall, io.out.columns)
  await printData(io, options, document, lines)
  await tellStanding(io, host, fingerprint)
  for (const note of io.daemon?.notes() ?? [])
    await io.err.lines(faultLines('slb run:', note, undefined, io.err.paint))
  return configuration === 'valid' ? exit.done : exit.invalid
}
