/** Figures as tables of Markdown. */
import type { HealthFigures } from './health.ts'
import type { Measured } from './measure.ts'
import type { Reload } from './reload.ts'

type Values = Readonly<Record<string, number>>

export interface Figures {
  readonly machine: string
  readonly kernel: string
  readonly services: number
  readonly backends: number
  readonly small: Readonly<Record<'node' | 'help' | 'plan', Measured>>
  readonly reload: Reload
  readonly health: HealthFigures
  /** What the scenarios told, by name: with the lab's kernel on one processor, and on all. */
  readonly one: Lab
  readonly all: Lab
  readonly growth: readonly {
    readonly services: number
    readonly apply: Values
    readonly own: Measured
  }[]
}

type Lab = Readonly<Record<string, Values>>

type Row = readonly string[]

/** All tables, as text. */
export function report(figures: Figures): string {
  const { machine, kernel, services, backends } = figures
  const date = new Date().toISOString().slice(0, 10)
  return [
    `${services.toLocaleString('en')} services with ${backends} backends each in ${Math.ceil(services / 100)} files; ${date}, ${machine}; kernel: ${kernel}.`,
    table([['what', ...heads, 'aim'], ...heavy(figures)]),
    'The daemon, on the same files:',
    table([['what', ...heads, 'aim'], ...daemon(figures)]),
    'How cost grows:',
    table([
      ['services', 'apply from empty', 'most memory', 'own work, no kernel', 'most memory'],
      ...figures.growth.map(({ services: count, apply, own }) => [
        count.toLocaleString('en'),
        ...[seconds(apply['seconds']), mib(apply['peak']), seconds(own.seconds), mib(own.peak)],
      ]),
    ]),
    linearity(figures),
    'One weight changed in one file, in a process that goes on, without a kernel:',
    table([['step', 'from nothing', 'again'], ...changed(figures)]),
    checked(figures.health),
    table([['checks', 'measured', 'aim'], ...checks(figures.health)]),
    'The daemon beside BIRD 2, with the same files, one processor:',
    table([['what', 'measured', 'aim'], ...announced(figures)]),
    'A small file, on this machine without a kernel:',
    table([['command', 'median', 'more than `node -e 0`', 'aim'], ...little(figures)]),
  ].join('\n\n')
}

const heads = ['compared with', 'one processor³', 'ratio', 'all processors³', 'ratio']

/** One time held against another, in both labs. */
function against(
  { one, all }: Figures,
  [what, mine]: readonly [string, string],
  [peer, theirs]: readonly [string, string],
  aim: string,
): Row {
  const sides = [one, all].flatMap(lab => {
    const own = lab[mine]?.['seconds'] ?? Number.NaN
    const other = lab[theirs]?.['seconds'] ?? Number.NaN
    const ratio = other / own
    const shown =
      ratio >= 1 ? `${ratio.toFixed(1)} times faster` : `${(1 / ratio).toFixed(2)} times`
    return [`${seconds(own)} : ${seconds(other)}`, shown]
  })
  return [what, peer, ...sides, aim]
}

function heavy(figures: Figures): readonly Row[] {
  const { writes, reads } = figures.one['writes'] ?? {}
  const own = figures.growth[1]?.own.seconds ?? Number.NaN
  const empty = ['apply from empty', 'apply'] as const
  return [
    against(figures, empty, ['`ipvsadm -R`', 'restore'], '10 times faster'),
    against(figures, empty, ["keepalived's start", 'keepalived'], '3 times faster'),
    against(figures, ['apply again', 'again'], ['`ipvsadm -Sn`', 'save'], 'at most 1.5 times'),
    against(figures, ['apply of one weight', 'edit'], ["keepalived's reload", 'reload'], ''),
    against(figures, empty, ['the kernel alone¹', 'floor'], ''),
    ['netlink writes of apply again', '', `${writes} (${reads} reads)`, '', '', '', '0'],
    ['own work, no kernel²', '', seconds(own), '', '', '', 'under 1 s'],
  ]
}

function daemon(figures: Figures): readonly Row[] {
  const { one, all, services } = figures
  const reload = ["keepalived's reload", 'reload'] as const
  const files = Math.ceil(services / 100)
  const both = (show: (values: Values) => string, told = 'run'): readonly string[] =>
    [one, all].flatMap(lab => [show(lab[told] ?? {}), ''])
  const late = ({ seconds: usual = Number.NaN, slowest = Number.NaN }: Values): string =>
    `${Math.round(usual * 1000)} ms, at most ${Math.round(slowest * 1000)} ms`
  const held = ({ resident, peak }: Values): string => `${mib(resident)}, at most ${mib(peak)}`
  const idle = ({ idle = Number.NaN }: Values): string => `${(idle * 100).toFixed(1)} % of a core`
  return [
    against(figures, [`one of ${files} files saved⁴`, 'run'], reload, '12 times faster'),
    against(figures, ['the one file with everything saved⁴', 'run-one'], reload, '3 times faster'),
    ['a backend that hangs, out of the kernel⁵', '', ...both(late, 'verdict'), 'at most 50 ms'],
    ['memory at work', '', ...both(held), 'at most 238 MiB'],
    ['idle, looking for drift', '', ...both(idle), 'at most 5 %'],
  ]
}

/** Growth without what every Node process costs: 1.00 is linear, less is better. */
function linearity({ growth, small: { node } }: Figures): string {
  const [small] = growth
  const large = growth.at(-1)
  if (small === undefined || large === undefined) return ''
  const factor = large.services / small.services
  const grown = (from = Number.NaN, to = Number.NaN, base = 0): string =>
    ((to - base) / (from - base) / factor).toFixed(2)
  return [
    `Growth per service from ${small.services.toLocaleString('en')} to`,
    `${large.services.toLocaleString('en')} services, 1.00 being linear, without what \`node -e 0\``,
    `takes: own work ${grown(small.own.seconds, large.own.seconds, node.seconds)},`,
    `its memory ${grown(small.own.peak, large.own.peak, node.peak)} (aim: at most 1.20).`,
  ].join(' ')
}

function little({ small: { node, help, plan } }: Figures): readonly Row[] {
  const ms = (value: number): string => `${Math.round(value * 1000)} ms`
  const row = (name: string, one: Measured, aim: string): Row => [
    name,
    ms(one.seconds),
    ms(one.seconds - node.seconds),
    aim,
  ]
  return [
    row('`node -e 0`', node, ''),
    row('`slb --help`', help, 'within 40 ms'),
    row('`slb plan`, one service', plan, 'within 250 ms'),
  ]
}

function changed({ reload: { cold, warm } }: Figures): readonly Row[] {
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  return (['load', 'want', 'plan'] as const).map(step => [step, ms(cold[step]), ms(warm[step])])
}

function checked({ backends, perSecond }: HealthFigures): string {
  const all = backends.toLocaleString('en')
  return `${all} backends on loopback, each checked every 2 seconds, half of them by TCP and half by HTTP (${perSecond} checks a second), on this machine:`
}

function checks(health: HealthFigures): readonly Row[] {
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  const core = (value: number): string => `${(value * 100).toFixed(0)} % of a core`
  const { lagP99, lagP99Worst, lagMost } = health
  return [
    ['processor', core(health.core), 'at most 100 %'],
    ['processor of the backends, in a process of their own', core(health.backendsCore), ''],
    ['everything else on the machine meanwhile', core(health.othersCore), ''],
    ['lateness of a check, 99th percentile', ms(lagP99), 'at most 100 ms'],
    ['the same in the worst second; the latest', `${ms(lagP99Worst)}; ${ms(lagMost)}`, ''],
    ['the loop blocked at most', ms(health.blocked), 'at most 100 ms'],
    ['hung backends told, after 2 intervals + timeout', ms(health.told), 'at most 50 ms'],
    ['sockets at once, at most', String(health.underWay), 'bounded'],
    ['memory, at most', mib(health.peak), 'at most 400 MiB'],
    ['verdicts that changed though nothing did', String(health.wrong), '0'],
  ]
}

function announced({ one }: Figures): readonly Row[] {
  const { hold = {}, gone = {} } = one
  const ms = (value = Number.NaN): string => `${Math.round(value * 1000)} ms`
  const held = `${hold['sessions']} sessions with ${hold['routes']?.toLocaleString('en')} routes each, hold time 9 s, for ${hold['seconds']} s`
  return [
    [`${held}: sessions that ended⁶`, String(hold['flaps']), '0'],
    ['messages about routes meanwhile, none of which changed', String(hold['updates']), '0'],
    ['times that all services were changed meanwhile', String(hold['applies']), ''],
    ['the longest that a neighbour heard nothing of us', seconds(hold['silence']), 'under 9 s'],
    ['the longest that the neighbours themselves stood still', seconds(hold['still']), ''],
    [
      "from the verdict on a backend to the route gone from a router's kernel⁵",
      `${ms(gone['gone'])}, at most ${ms(gone['slowestGone'])}`,
      'at most 20 ms',
    ],
  ]
}

function table(rows: readonly Row[]): string {
  const [head = [], ...body] = rows
  const line = (row: Row): string => `| ${row.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}

function seconds(value = Number.NaN): string {
  return `${value.toFixed(2)} s`
}

function mib(value = Number.NaN): string {
  return `${Math.round(value)} MiB`
}
