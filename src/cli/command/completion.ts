/** `slb completion SHELL`: a script that completes command lines, made from the commands as they are declared. */
import type { Command, Option } from 'commander'
import type { Run } from '../context.ts'
import { exit } from '../exit.ts'

export const run: Run<object> = async ({ io, args, program }) => {
  const commands = program.commands.map(wordsOf)
  const globals = program.options
  if (args[0] === 'fish') await io.out.lines(fish(commands, globals))
  else {
    if (args[0] === 'zsh') await io.out.line('autoload -U +X bashcompinit && bashcompinit')
    await io.out.lines(bash(commands, globals))
  }
  return exit.done
}

interface Words {
  readonly name: string
  readonly summary: string
  /** Names of its own subcommands. */
  readonly below: readonly string[]
  readonly options: readonly Option[]
}

function wordsOf(command: Command): Words {
  const options = [command, ...command.commands].flatMap(one => one.options)
  const below = command.commands.map(one => one.name())
  return {
    name: command.name(),
    summary: command.summary() || below.join(', '),
    below,
    options,
  }
}

function flagOf({ long, short }: Option): string {
  return long ?? short ?? ''
}

/** Options whose value is the name of a file or directory. */
function takesPath({ flags }: Option): boolean {
  return /<(path|file|dir)>/.test(flags)
}

function flagsOf(options: readonly Option[]): string {
  return options.flatMap(({ long, short }) => [short, long].filter(Boolean)).join('|')
}

/** The first word that is a command decides what can follow (bash(1), Programmable Completion). */
function bash(commands: readonly Words[], globals: readonly Option[]): readonly string[] {
  const all = [...globals, ...commands.flatMap(({ options }) => options)]
  const paths = all.filter(takesPath)
  const values = all.filter(option => option.required && !takesPath(option) && !option.argChoices)
  const names = commands.map(({ name }) => name)
  return [
    '_slb() {',
    `  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} word command words`,
    '  COMPREPLY=()',
    '  case $previous in',
    ...globals
      .filter(({ argChoices }) => argChoices)
      .map(
        option => `    ${flagsOf([option])}) ${reply(`-W "${option.argChoices?.join(' ')}"`)} ;;`,
      ),
    `    ${flagsOf(paths)}) ${reply('-f')} ;;`,
    `    ${flagsOf(values)}) return ;;`,
    '  esac',
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    case $word in ${names.join('|')}) command=$word; break ;; esac`,
    '  done',
    '  case $command in',
    ...commands.map(({ name, below, options }) => {
      return `    ${name}) words="${[...below, ...options.map(flagOf)].join(' ')}" ;;`
    }),
    `    *) words="${names.join(' ')}" ;;`,
    '  esac',
    `  ${reply(`-W "$words ${globals.map(flagOf).join(' ')}"`)}`,
    '}',
    'complete -o default -F _slb slb',
  ]
}

function reply(words: string): string {
  return `COMPREPLY=($(compgen ${words} -- "$current")); return`
}

function fish(commands: readonly Words[], globals: readonly Option[]): readonly string[] {
  return [
    ...commands.map(
      ({ name, summary }) =>
        `complete -c slb -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...globals.map(option => fishOption(option, '')),
    ...commands.flatMap(({ name, below, options }) => {
      const condition = ` -n '__fish_seen_subcommand_from ${name}'`
      return [
        ...below.map(word => `complete -c slb -f${condition} -a ${word}`),
        ...options.map(option => fishOption(option, condition)),
      ]
    }),
  ]
}

function fishOption(option: Option, condition: string): string {
  const short = option.short === undefined ? '' : ` -s ${option.short.slice(1)}`
  const choices = option.argChoices ? ` -x -a ${quoted(option.argChoices.join(' '))}` : ''
  const value = option.required && choices === '' ? (takesPath(option) ? ' -r' : ' -x') : choices
  const long = flagOf(option).replace(/^--/, '')
  return `complete -c slb${condition}${short} -l ${long}${value} -d ${quoted(option.description)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
