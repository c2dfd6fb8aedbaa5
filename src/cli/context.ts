/** What a command is given: where to read and write, and what the command line said. */
import type { Command } from 'commander'
import type { Outlet } from '../daemon/client.ts'
import type { CommandSide } from '../daemon/command-side.ts'
import type { Machine } from '../doctor/machine.ts'
import type { Host } from '../host.ts'
import type { ExitStatus } from './exit.ts'
import type { Sink } from './sink.ts'

/** The process around a command. */
export interface Io {
  /** Data. */
  readonly out: Sink
  /** Talk: progress, diagnostics, errors. */
  readonly err: Sink
  /** Opens the live system; loaded only by commands that need it. Throws SlbError. */
  openHost(options: GlobalOptions): Promise<Host>
  /** Opens the machine itself for looking; after `openHost`, which may move to another namespace. */
  openMachine(): Promise<Machine & { close(): void }>
  /** Takes the lock of the live system, for commands that write. Throws SlbError `locked`. */
  takeLock(command: string): Promise<{ release(): Promise<void> }>
  /**
   * Leaves a process behind that undoes a trial at its deadline. It is ready when this resolves: begin
   * the trial then, and let the guardian go. Throws SlbError if it cannot be started.
   */
  startGuardian(options: GlobalOptions): Promise<Guardian>
  /** Who gave the command, for the history. */
  operator(): Promise<string>
  /** What this machine is called when the configuration does not say. */
  hostname(): string
  /** From now on the first interrupt only sets this signal, so that work can end in order. */
  interrupted(): AbortSignal
  /** Present in a process of its own, where a daemon may be asked and a daemon can be. */
  readonly process?: ProcessEnds
  /** Present in the daemon, where a command works with what that knows. */
  readonly daemon?: CommandSide
  /** Texts of the files that the command line names, where they were read already. */
  readonly attached?: Readonly<Record<string, string>>
}

/** What only a command in a process of its own can do. */
export interface ProcessEnds {
  readonly environment: NodeJS.ProcessEnv
  /** Calls back at each of these signals from now on. */
  onSignals(names: readonly NodeJS.Signals[], handler: (name: NodeJS.Signals) => void): void
  /** Standard error as the log takes it. */
  readonly logStream: NodeJS.WriteStream
  /** Hands a command to the daemon of this machine; undefined = there is none, or it is another's. */
  askDaemon(ask: DaemonCall): Promise<ExitStatus | undefined>
}

export interface DaemonCall {
  readonly argv: readonly string[]
  readonly options: GlobalOptions
  /** True if it changes something, so that it may not go by a daemon that follows other files. */
  readonly changes: boolean
  readonly attached: Readonly<Record<string, string>>
  /** Takes what the daemon prints; absent = it goes where this process prints. */
  readonly outlet?: Outlet
}

/** A process that stands by, and outlives us. */
export interface Guardian {
  /** Lets it watch over the trial that is on disk now. Without one it ends. */
  release(): void
}

/** The options that every command takes. */
export interface GlobalOptions {
  /** Files and directories in the order given; `-` is standard input. */
  readonly config?: readonly string[]
  readonly output: 'text' | 'json' | 'yaml'
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly stateDir: string
  readonly socket: string
  /** The network namespace to work in; absent = the one that slb was started in. */
  readonly netns?: string
}

export interface Context<Options = object> {
  readonly io: Io
  readonly options: GlobalOptions & Options
  /** What stands on the command line beside options. */
  readonly args: readonly string[]
  /** The whole command line as it is declared, for those that tell about it. */
  readonly program: Command
}

/** A command: does all its work and says how it ended. */
export type Run<Options> = (context: Context<Options>) => Promise<ExitStatus>

/** Where the configuration is when nobody says. */
export const defaultConfig = '/etc/slb'

/** A command line worth showing, and what it does. */
export interface Example {
  readonly line: string
  readonly means: string
}
