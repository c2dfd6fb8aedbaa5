/** What a command is to the command line: its names, options and help. */
import type { Command } from 'commander'
import type { Example, Run } from './context.ts'

/** Headings of the list of commands. */
export const groups = {
  change: 'Change the live system:',
  look: 'Look:',
  write: 'Write configuration:',
  about: 'About slb:',
} as const

export interface CommandSpec<Options> {
  /** The words that call it, as `config show`. */
  readonly usage: string
  readonly group: (typeof groups)[keyof typeof groups]
  readonly summary: string
  /** More than the summary, for the command's own help. */
  readonly about?: string
  readonly examples: readonly Example[]
  readonly options?: (command: Command) => Command
  /** What it is to the daemon, where it goes through that: it only looks, or it changes something. */
  readonly daemon?: 'looks' | 'changes'
  readonly load: () => Promise<{ readonly run: Run<Options> }>
}

/** Takes each command with the type of its own options, so that none needs to be named here. */
export type Register = <Options>(spec: CommandSpec<Options>) => void
