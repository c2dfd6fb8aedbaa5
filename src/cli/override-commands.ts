/** The commands that ask for something beside the files. */
import { type Command, Option } from 'commander'
import { groups, type Register } from './command-spec.ts'
import { someTime } from './values.ts'

/** Options of what is asked for beside the files. */
function lasting(command: Command): Command {
  return command
    .option('--for <duration>', 'for so long; without it until it is taken back', someTime)
    .option('--reason <text>', 'shown by slb status')
    .option('--wait [duration]', 'until drains have ended, at most so long', someTime)
    .option('--no-wait', 'begin drains and leave the rest to the daemon or the next apply')
}

/** Registers drain, undrain and weight. */
export function registerOverriding(register: Register): void {
  const target = 'a service, or a backend as in web/10.0.0.3:8080'
  register({
    usage: 'drain',
    daemon: 'changes',
    group: groups.change,
    summary: 'send no new connections to a backend, a service or this node',
    about: `Its connections end by themselves, or with the service's \`drain\` time; then it is taken out.
It stays drained over reload, restart and reboot, until \`slb undrain\` or the end of --for.`,
    examples: [
      { line: 'slb drain web/10.0.0.3 --for 2h --reason "kernel update"', means: 'one backend' },
      { line: 'slb drain --node --wait', means: 'before a reboot: 0 when nothing is served' },
    ],
    options: command =>
      lasting(command.argument('[TARGET]', target))
        .option('--node', 'everything on this machine')
        .addOption(new Option('--again').hideHelp()),
    load: () => import('./command/drain.ts'),
  })
  register({
    usage: 'undrain',
    daemon: 'changes',
    group: groups.change,
    summary: 'take back a drain: the files and the checks decide again',
    examples: [{ line: 'slb undrain web', means: 'the service and all of its backends' }],
    options: command =>
      command.argument('[TARGET]', target).option('--node', 'the drain of this machine'),
    load: () => import('./command/undrain.ts'),
  })
  register({
    usage: 'weight',
    daemon: 'changes',
    group: groups.change,
    summary: 'give a backend another weight than the files say',
    examples: [
      { line: 'slb weight web/10.0.0.3 5 --for 30m', means: 'for half an hour' },
      { line: 'slb weight web/10.0.0.3 reset', means: 'as the files say' },
    ],
    options: command =>
      lasting(command.argument('<TARGET>', target).argument('<WEIGHT>', '0 to 65535, or "reset"')),
    load: () => import('./command/weight.ts'),
  })
}
