/** How help looks: what one can do first, how to say it after. */
import { type Command, type Help, Option } from 'commander'
import { defaultStateDirectory } from '../model/defaults.ts'
import { defaultConfig, type Example } from './context.ts'
import { collectPaths } from './values.ts'

const statuses = `Exit status:
  0   done, nothing wrong
  1   something outside failed; what did not depend on it was done
  2   there are changes or drains (only with --detailed-exitcode)
  3   the configuration is invalid
  4   refused: too much to remove, somebody else's row, another slb at work
  64  wrong usage

Environment:
  SLB_STATE_DIR, SLB_SOCKET   as --state-dir and --socket
  NO_COLOR, FORCE_COLOR       without colours, with colours
`

const globalTitle = 'Options of all commands:'

/** Adds the options that every command takes, before or behind its name. */
export function addGlobals(program: Command): void {
  program
    .optionsGroup(globalTitle)
    .option(
      '-c, --config <path>',
      `file, directory or - ; repeatable (${defaultConfig})`,
      collectPaths,
    )
    .addOption(
      new Option('-o, --output <form>', 'text, json or yaml (text)')
        .choices(['text', 'json', 'yaml'])
        .default('text'),
    )
    .option('-q, --quiet', 'say only what is wrong, and what was asked for')
    .option('-v, --verbose', 'leave nothing out')
    .option('--no-color', 'no colours')
    .addOption(
      new Option('--state-dir <dir>', `journal and history (${defaultStateDirectory})`)
        .env('SLB_STATE_DIR')
        .default(defaultStateDirectory),
    )
    .addOption(
      new Option('--socket <path>', 'where a running daemon listens (/run/slb/slb.sock)')
        .env('SLB_SOCKET')
        .default('/run/slb/slb.sock'),
    )
    .option('--netns <name>', 'work in this network namespace, as in `ip netns`')
    .helpOption('-h, --help', 'help about slb or a command')
}

/** The help of the program or of one command. Defaults are in the descriptions, and so not added to them. */
export function formatHelp(command: Command, help: Help): string {
  const sections = [`${help.styleTitle('Usage:')} ${help.commandUsage(command)}`]
  const description = help.commandDescription(command)
  if (description !== '') sections.push(description)
  const commands = help.visibleCommands(command)
  for (const [title, list] of help.groupItems([...command.commands], commands, groupOf))
    sections.push(table(help, title, list.flatMap(leaves)))
  const top = command.parent === null
  const options = top ? help.visibleOptions(command) : command.options.filter(one => !one.hidden)
  for (const [title, list] of help.groupItems([...command.options], [...options], groupOf))
    sections.push(
      table(
        help,
        title,
        list.map(one => [one.flags, one.description]),
      ),
    )
  if (!top) sections.push(globalsInShort(command))
  return `${sections.join('\n\n')}\n`
}

function groupOf(item: Command | Option): string {
  if (item instanceof Option) return item.helpGroupHeading ?? 'Options:'
  return item.helpGroup()
}

/** The commands that can be called, with what they take: of `config` its `config show`. */
function leaves(command: Command): (readonly [string, string])[] {
  if (command.commands.length === 0) {
    const args = command.registeredArguments.map(one =>
      one.required ? ` ${one.name()}` : ` [${one.name()}]`,
    )
    return [[command.name() + args.join(''), command.summary()]]
  }
  return command.commands
    .flatMap(leaves)
    .map(([term, means]) => [`${command.name()} ${term}`, means] as const)
}

function table(help: Help, title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length))
  const lines = rows.map(([term, means]) => `  ${term.padEnd(width)}  ${means}`.trimEnd())
  return [help.styleTitle(title), ...lines].join('\n')
}

function globalsInShort(command: Command): string {
  let program = command
  while (program.parent !== null) program = program.parent
  const flags = program.options.map(option => option.short ?? option.long)
  return `${globalTitle} ${flags.join(' ')}\n(slb --help tells about them)`
}

/** What stands below the help of the program. */
export function footer(): string {
  return `\n${statuses}`.trimEnd()
}

/** What stands below the help of a command. */
export function exampleText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ line }) => line.length))
  const lines = examples.map(({ line, means }) => `  ${line.padEnd(width)}  # ${means}`)
  return `\nExamples:\n${lines.join('\n')}`
}
