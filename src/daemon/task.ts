/**
 * What the daemon's main thread asks of its engine thread, and what that tells: plain data, since it
 * passes between threads, and so that a spec can ask without any.
 */
import type { Sources } from '../config/read.ts'
import type { DesiredNode } from '../model/desired.ts'
import type { Found } from './serving.ts'

/** One end of a command's output, as it is where the command was typed. */
export interface Terminal {
  readonly tty: boolean
  readonly colour: boolean
  /** How wide it is, where it is a terminal that tells. */
  readonly columns?: number
}

/** A command line that came through the socket. */
export interface CommandLine {
  readonly argv: readonly string[]
  /** Who gave it, as the kernel or the one who is allowed to speak for others says. */
  readonly user: string
  readonly out: Terminal
  readonly err: Terminal
  /** Texts of files that the command line names, by the name that it has there. */
  readonly attached: Readonly<Record<string, string>>
}

export type Task =
  /** These may be the files soon: make ready, and change nothing. */
  | { readonly kind: 'prepare'; readonly now: Sources }
  /** These are the files now. */
  | { readonly kind: 'files'; readonly now: Sources }
  /** Compare with the kernel, and repair: everything, or links and addresses alone. */
  | { readonly kind: 'look'; readonly at: 'all' | 'links' }
  /** Checks have found this; without any, time has passed that changes what is wanted. */
  | { readonly kind: 'verdicts'; readonly found: readonly Found[] }
  /** See which draining backends can go. */
  | { readonly kind: 'drains' }
  /** Undo the apply on trial, if nobody has committed it. */
  | { readonly kind: 'undo' }
  | { readonly kind: 'command'; readonly id: number; readonly line: CommandLine }
  /** Leave the kernel as `[node] on_stop` says. */
  | { readonly kind: 'stop' }

/** What the engine says when a task is through. */
export interface Report {
  /** How long it took, in milliseconds. */
  readonly cost: number
  /** The state of things in one line, for systemd. */
  readonly summary: string
  readonly node: DesiredNode
  /** Where a gobgpd of our own is to be; undefined = nowhere. Absent where that is not known. */
  readonly gobgpd?: string | undefined
  /** True while backends drain. */
  readonly draining: boolean
  /** When what is wanted changes by itself, in milliseconds of the monotonic clock. */
  readonly next?: number
  /** When an apply on trial must be undone, in milliseconds of the monotonic clock. */
  readonly trialEnds?: number
  /** True if something failed that may pass by itself: try again. */
  readonly failed: boolean
  /** True of a look that was ended for something more urgent: it has compared nothing. */
  readonly gaveWay?: boolean
  /** True if the files are to be looked at again: an operator ended what held them back. */
  readonly again: boolean
}

export type Level = 'debug' | 'info' | 'warn' | 'error'

export interface Note {
  readonly level: Level
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What comes out of the engine thread, beside the report that ends a task. */
export type Told =
  | { readonly kind: 'note'; readonly note: Note }
  | {
      readonly kind: 'output'
      readonly id: number
      readonly to: 'out' | 'err'
      readonly text: string
    }
  | { readonly kind: 'ended'; readonly id: number; readonly status: number }
  | { readonly kind: 'report'; readonly report: Report }
  /** There are checks to be made: it wants an end of the checking thread. */
  | { readonly kind: 'checks' }
  /** There are routes to be announced: it wants an end of the speaking thread. */
  | { readonly kind: 'speaker'; readonly restarting: boolean }
  /** A gobgpd of our own is to be at work there: it wants to hear when that answers. */
  | { readonly kind: 'gobgpd'; readonly api: string }
