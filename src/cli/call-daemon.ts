/** A command line on its way to the daemon, if there is one. */
import { readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { askDaemon } from '../daemon/client.ts'
import type { Terminal } from '../daemon/task.ts'
import { operator } from '../host.ts'
import { defaultStateDirectory } from '../model/defaults.ts'
import type { DaemonCall, Io } from './context.ts'
import type { ExitStatus } from './exit.ts'
import { plain } from './paint.ts'
import { outletOf, type Sink } from './sink.ts'

/** Has the daemon run a command; undefined = none that is meant is there. Throws SlbError. */
export async function callDaemon(
  { argv, options, changes, attached, outlet }: DaemonCall,
  io: Io,
): Promise<ExitStatus | undefined> {
  const { config, socket, netns, stateDir } = options
  // Another namespace's daemon has another socket, and this process is not there yet.
  if (netns !== undefined || config?.includes('-')) return undefined
  const status = await askDaemon(
    socket,
    {
      argv,
      changes,
      namespace: readlinkSync('/proc/self/ns/net'),
      ...(config && { config: config.map(path => resolve(path)) }),
      ...(stateDir !== defaultStateDirectory && { stateDir: resolve(stateDir) }),
      onBehalfOf: operator(),
      out: terminalOf(io.out),
      err: terminalOf(io.err),
      attached,
    },
    outlet ?? outletOf(io),
    io.interrupted(),
  )
  return status as ExitStatus | undefined
}

function terminalOf({ tty, columns, paint }: Sink): Terminal {
  return { tty, colour: paint !== plain, ...(columns !== undefined && { columns }) }
}
