/** The command line: what was typed becomes one call of one command. */
import { Command, CommanderError } from 'commander'
import { type CommandSpec, groups } from './command-spec.ts'
import { registerAll } from './commands.ts'
import type { GlobalOptions, Io } from './context.ts'
import { type ExitStatus, exit, UsageError } from './exit.ts'
import { addGlobals, exampleText, footer, formatHelp } from './help.ts'
import { plain } from './paint.ts'
import { reportError } from './report.ts'

const about = `Declarative layer-4 load balancing for Linux: files in, IPVS, addresses and
links exactly so.`

/** Reads the command line, runs the command, and says how it ended. Never throws. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitStatus> {
  const typed = meant(argv)
  const writing: Promise<void>[] = []
  let status: ExitStatus = exit.done
  const program = build(typed, io, writing, ended => {
    status = ended
  })
  // Help about what does not exist is told like the command itself: with what may have been meant.
  const [first, second] = typed
  const asksInVain =
    first === 'help' && second !== undefined && !program.commands.some(c => c.name() === second)
  try {
    try {
      await program.parseAsync(asksInVain ? [second] : typed, { from: 'user' })
    } finally {
      await Promise.all(writing)
    }
    return status
  } catch (error) {
    // Help that was asked for ends the parsing with 0; all else that commander throws is about usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage
    return reportError(io, error)
  }
}

/** What other programs call a command by, said as slb says it. */
function meant(argv: readonly string[]): readonly string[] {
  const [first] = argv
  if (first === undefined) return ['--help']
  return first === '--version' || first === '-V' ? ['version', ...argv.slice(1)] : argv
}

/** Options whose work is done where the command was typed: files of that user, or no end. */
interface Local {
  readonly against?: string
  readonly out?: string
  readonly watch?: unknown
  readonly wait?: number | boolean
}

/** The daemon's answer, where there is one that the command goes through. */
async function throughDaemon<Options>(
  { daemon, usage }: CommandSpec<Options>,
  io: Io,
  options: GlobalOptions & Local,
  args: readonly string[],
  argv: readonly string[],
): Promise<ExitStatus | undefined> {
  if (daemon === undefined || io.process === undefined) return undefined
  if (isLocal(options)) return undefined
  const file = usage === 'apply' ? args[0] : undefined
  const { readText } = await import('./target.ts')
  const attached = file === undefined ? {} : { [file]: readText(file) }
  const call = { argv, options, changes: daemon === 'changes', attached }
  const status = await io.process.askDaemon(call)
  if (usage !== 'drain' || status !== exit.changes) return status
  const { untilDrained } = await import('./until-drained.ts')
  return untilDrained(io.process, call, options)
}

function isLocal({ against, out, watch }: Local): boolean {
  return (against ?? out ?? watch) !== undefined
}

/**
 * Whoever may use the daemon's socket may change what it balances, and no more: the daemon neither reads
 * nor writes files that a command line names, and does nothing for others that has no end.
 *
 * @throws UsageError if that is asked for, which `throughDaemon` never does.
 */
function refuseForOthers<Options>(
  { daemon, usage }: CommandSpec<Options>,
  { daemon: here, attached = {} }: Io,
  options: GlobalOptions & Local,
  [file]: readonly string[],
): void {
  if (here === undefined) return
  if (daemon === undefined || isLocal(options))
    throw new UsageError('slb run does not do this for others: it concerns files of your own')
  if (usage === 'apply' && file !== undefined && !Object.hasOwn(attached, file))
    throw new UsageError(`slb run reads no files for others: ${file} must come with the command`)
}

function build(
  argv: readonly string[],
  io: Io,
  writing: Promise<void>[],
  ended: (status: ExitStatus) => void,
): Command {
  const shape = shaper(io, writing, argv)
  const program = shape(new Command('slb'))
    .description(about)
    .usage('COMMAND [options]')
    .addHelpCommand(
      new Command('help')
        .argument('[COMMAND]')
        .summary('explain slb or a command')
        .helpOption(false)
        .helpGroup(groups.about),
    )
    .addHelpText('after', footer())
  addGlobals(program)
  registerAll(<Options>(spec: CommandSpec<Options>) => {
    const { parent, name } = place(program, spec, shape)
    const command = shape(parent.command(name))
      .summary(spec.summary)
      .description([sentence(spec.summary), spec.about].filter(Boolean).join('\n\n'))
      .addHelpText('after', exampleText(spec.examples))
      .helpGroup(spec.group)
    spec.options?.(command)
    command.action(async () => {
      const options = command.optsWithGlobals<GlobalOptions & Options>()
      refuseForOthers(spec, io, options, command.args)
      const elsewhere = await throughDaemon(spec, io, options, command.args, argv)
      if (elsewhere !== undefined) return ended(elsewhere)
      const { run } = await spec.load()
      ended(await run({ io, options, args: command.args, program }))
    })
  })
  return program
}

type Shape = (command: Command) => Command

/** Output, faults and help of every command alike. */
function shaper(io: Io, writing: Promise<void>[], argv: readonly string[]): Shape {
  const file = argv.find(word => /\.(toml|yaml|yml)$/.test(word))
  return command =>
    command
      .exitOverride()
      .configureOutput({
        writeOut: text => writing.push(io.out.text(text)),
        writeErr: text => writing.push(io.err.text(text)),
        getOutHasColors: () => io.out.paint !== plain,
        getErrHasColors: () => io.err.paint !== plain,
        outputError: (text, write) => {
          write(text.replace(/^error:/, io.err.paint('error', 'error:')))
          if (file !== undefined && text.startsWith('error: too many arguments'))
            write(`hint: a configuration is named with -c: -c ${file}\n`)
        },
      })
      .configureHelp({ formatHelp, styleTitle: title => io.out.paint('title', title) })
      .allowExcessArguments(false)
      .showHelpAfterError(
        `(see slb ${command.name().replace(/^slb$/, '')} --help)`.replace('  ', ' '),
      )
}

/** `config show` is the command `show` of the command `config`, which is made when needed. */
function place<Options>(
  program: Command,
  { usage, group }: CommandSpec<Options>,
  shape: Shape,
): { parent: Command; name: string } {
  const [, first, rest] = /^(\w+) (\w.*)$/.exec(usage) ?? []
  if (first === undefined || rest === undefined) return { parent: program, name: usage }
  const known = program.commands.find(command => command.name() === first)
  return {
    parent: known ?? shape(program.command(first)).helpCommand(false).helpGroup(group),
    name: rest,
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
