/** The commands: names, options and help. What each does is loaded when it is called. */
import { Argument, type Command } from 'commander'
import { groups, type Register } from './command-spec.ts'
import { registerOverriding } from './override-commands.ts'
import { collect, count, milliseconds, position, someTime } from './values.ts'

/** Options of all that applies. */
function waiting(command: Command): Command {
  const each = 'wait for drains at most so long (each to its end)'
  return command
    .option('--dry-run', 'only show the plan')
    .option('--wait <duration>', each, milliseconds)
    .option('--no-wait', 'begin drains and leave the rest to the next apply')
}

/** Options of all that plans: what may be taken over or away. */
function consent(command: Command): Command {
  return command
    .option('--adopt <key>', 'take over a row that somebody else made, or "all" of them', collect)
    .option('--force <key>', 'take over a row even where adopting is not enough', collect)
    .option(
      '--yes-remove <n>',
      'agree to the removal of up to N services, backends, VIPs, peers and routes',
      count,
    )
}

/** The shells that there is a completion for. */
const shells = ['bash', 'zsh', 'fish']

const symbolsOfPlans = `+ create   ~ change in place   - remove   > drain, then remove
-/+ replace   = adopt   ! repair of what somebody changed`

/** Registers every command, in the order of the help. */
export function registerAll(register: Register): void {
  registerChanging(register)
  registerOverriding(register)
  registerRunning(register)
  registerLooking(register)
  registerConfiguration(register)
  registerAbout(register)
}

function registerChanging(register: Register): void {
  register({
    usage: 'plan',
    daemon: 'looks',
    group: groups.change,
    summary: 'show what apply would change',
    about: symbolsOfPlans,
    examples: [
      { line: 'slb plan', means: 'what /etc/slb would change here' },
      { line: 'slb plan -c new.toml --out change.json', means: 'to be applied later, as reviewed' },
      { line: 'slb plan --against before.txt', means: 'compare with a saved `slb get`' },
    ],
    options: command =>
      consent(command)
        .option('--against <file>', 'compare with a snapshot instead of the live system')
        .option('--out <file>', 'save the plan, for `slb apply FILE`')
        .option('--detailed-exitcode', 'exit with 2 when there are changes or drains'),
    load: () => import('./command/plan.ts'),
  })
  register({
    usage: 'apply',
    daemon: 'changes',
    group: groups.change,
    summary: 'make the live system what the configuration says',
    about: `With FILE, a plan saved by \`slb plan --out\`: done as it stands there, or not at all.`,
    examples: [
      { line: 'slb apply', means: 'make it as /etc/slb says' },
      { line: 'slb apply -c web.toml --wait 10s', means: 'do not wait longer for drains' },
      { line: 'slb apply --confirm 5m', means: 'undone in 5 minutes unless you say `slb commit`' },
      { line: 'slb apply change.json', means: 'a saved plan, if nothing has moved since' },
    ],
    options: command =>
      waiting(consent(command))
        .argument('[FILE]', 'a saved plan')
        .option('--confirm [duration]', 'undo it after this time (60s) unless committed', someTime)
        .option(
          '--detailed-exitcode',
          'with --dry-run: exit with 2 when there are changes or drains',
        ),
    load: () => import('./command/apply.ts'),
  })
  register({
    usage: 'rollback',
    daemon: 'changes',
    group: groups.change,
    summary: 'go back to the state before the Nth last apply (1)',
    about: 'Without N while an apply is on trial: back to where the trial began.',
    examples: [
      { line: 'slb rollback', means: 'undo the last apply' },
      { line: 'slb rollback 3 --dry-run', means: 'what undoing the last three would change' },
    ],
    options: command =>
      waiting(consent(command)).argument('[N]', 'how many applies to undo', position),
    load: () => import('./command/rollback.ts'),
  })
  register({
    usage: 'commit',
    daemon: 'changes',
    group: groups.change,
    summary: 'keep what `apply --confirm` has put on trial',
    examples: [{ line: 'slb commit', means: 'before the time is over' }],
    load: () => import('./command/commit.ts'),
  })
  register({
    usage: 'resume',
    daemon: 'changes',
    group: groups.change,
    summary: 'let the files be applied again after a rollback or an undo',
    examples: [{ line: 'slb resume', means: 'as they are; changing them has the same effect' }],
    load: () => import('./command/resume.ts'),
  })
}

function registerRunning(register: Register): void {
  register({
    usage: 'run',
    group: groups.change,
    summary: 'apply, then follow files and kernel, and repair what others change',
    about: `The daemon. Other commands find it by its socket, and are carried out by it.
SIGHUP looks at all files again, SIGTERM ends it as [node] on_stop says.`,
    examples: [
      { line: 'slb run', means: 'follow /etc/slb; the log is on standard error' },
      { line: 'slb run -c ./lab --socket ./slb.sock --state-dir ./state', means: 'to try it out' },
    ],
    load: () => import('./command/run.ts'),
  })
}

function registerLooking(register: Register): void {
  register({
    usage: 'status',
    daemon: 'looks',
    group: groups.look,
    summary: 'services, backends and VIPs: wanted, live, and why they differ',
    examples: [
      { line: 'slb status', means: 'with the connections of each backend' },
      { line: 'slb status --watch 5', means: 'again every 5 seconds, until Ctrl-C' },
    ],
    options: command =>
      command.option('--watch [seconds]', 'show it again every so many seconds (2)', position),
    load: () => import('./command/status.ts'),
  })
  register({
    usage: 'doctor',
    daemon: 'looks',
    group: groups.look,
    summary: 'say what stops a VIP from working',
    about: `Modules, privileges, switches, addresses, links, routes, tools and checks.
Changes nothing. Exits with 1 if something stands in the way.`,
    examples: [
      { line: 'slb doctor', means: 'with what to do about each' },
      { line: 'slb doctor -o json', means: 'the same for programs' },
    ],
    load: () => import('./command/doctor.ts'),
  })
  register({
    usage: 'get',
    daemon: 'looks',
    group: groups.look,
    summary: 'print the live state as a snapshot',
    examples: [
      { line: 'slb get > before.txt', means: 'for `slb plan --against before.txt`' },
      { line: 'slb get -o json', means: 'the same for programs' },
    ],
    load: () => import('./command/get.ts'),
  })
  register({
    usage: 'metrics',
    group: groups.look,
    summary: 'print the status as metrics for Prometheus',
    about: 'In its text format. Where slb run is there, it is asked.',
    examples: [
      { line: 'slb metrics', means: 'services, backends, overrides, VIPs, peers, each with help' },
      { line: 'slb metrics -q > slb.prom', means: 'for the textfile collector of node_exporter' },
    ],
    load: () => import('./command/metrics.ts'),
  })
  register({
    usage: 'history',
    daemon: 'looks',
    group: groups.look,
    summary: 'list the applies: when, why, what they changed',
    examples: [{ line: 'slb history', means: 'the number is what rollback takes' }],
    load: () => import('./command/history.ts'),
  })
}

function registerConfiguration(register: Register): void {
  register({
    usage: 'validate',
    group: groups.write,
    summary: 'read and check the configuration, touch nothing else',
    about: 'Needs no privileges, and works on any system.',
    examples: [
      { line: 'slb validate', means: 'check /etc/slb' },
      { line: 'slb validate -c - < web.toml', means: 'check standard input' },
    ],
    load: () => import('./command/validate.ts'),
  })
  register({
    usage: 'import',
    group: groups.write,
    summary: 'print a configuration made from what is live',
    about: `Applied, the printed file adopts what is there and changes nothing else.
With --bgp-lb it is made from the JSON file of bgp-lb instead, and nothing live is looked at.`,
    examples: [
      { line: 'slb import > /etc/slb/imported.toml', means: 'begin with what is there' },
      {
        line: 'slb import --bgp-lb /etc/bgp-lb/config.json',
        means: 'the same service, told alike',
      },
    ],
    options: command =>
      command.option('--bgp-lb <file>', 'read a configuration of bgp-lb; - = standard input'),
    load: () => import('./command/import.ts'),
  })
  register({
    usage: 'config show',
    group: groups.write,
    summary: 'print the configuration, merged from all files',
    examples: [{ line: 'slb config show --origin', means: 'each key with its file and line' }],
    options: command => command.option('--origin', 'say for each key where it comes from'),
    load: () => import('./command/config-show.ts'),
  })
  register({
    usage: 'schema',
    group: groups.write,
    summary: 'print the JSON Schema of the configuration',
    examples: [{ line: 'slb schema > slb.schema.json', means: 'for completion in an editor' }],
    load: () => import('./command/schema.ts'),
  })
}

function registerAbout(register: Register): void {
  register({
    usage: 'version',
    group: groups.about,
    summary: 'print the version',
    examples: [{ line: 'slb version', means: 'with those of Node.js and the kernel' }],
    load: () => import('./command/version.ts'),
  })
  register({
    usage: 'completion',
    group: groups.about,
    summary: 'print a script that completes command lines in a shell',
    examples: [
      { line: 'source <(slb completion bash)', means: 'in ~/.bashrc; zsh in ~/.zshrc alike' },
      { line: 'slb completion fish | source', means: 'in config.fish' },
    ],
    options: command =>
      command.addArgument(new Argument('<SHELL>', 'bash, zsh or fish').choices(shells)),
    load: () => import('./command/completion.ts'),
  })
}
