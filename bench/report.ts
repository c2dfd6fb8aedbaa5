/** Figures as tables of Markdown. */
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
  /** What the scenarios told, by name. */
  readonly lab: Readonly<Record<string, Values>>
  readonly growth: readonly {
    readonly services: number
    readonly apply: Values
    readonly own: Measured
  }[]
}

type Row = readonly string[]

/** All tables, as text. */
export function report(figures: Figures): string {
  const { machine, kernel, services, backends } = figures
  const date = new Date().toISOString().slice(0, 10)
  return [
    `${services.toLocaleString('en')} services with ${backends} backends each in ${Math.ceil(services / 100)} files; ${date}, ${machine}; kernel: ${kernel}.`,
    table([['what', 'slb', 'compared with', '', 'ratio', 'aim'], ...heavy(figures)]),
    'The daemon, on the same files:',
    table([['what', 'slb run', 'compared with', '', 'ratio', 'aim'], ...daemon(figures)]),
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
    'A small file, on this machine without a kernel:',
    table([['command', 'median', 'more than `node -e 0`', 'aim'], ...little(figures)]),
  ].join('\n\n')
}

function heavy({ lab, growth }: Figures): readonly Row[] {
  const time = (name: string): number => lab[name]?.['seconds'] ?? Number.NaN
  const against = (what: string, mine: string, peer: string, theirs: string, aim: string): Row => {
    const ratio = time(theirs) / time(mine)
    const shown =
      ratio >= 1 ? `${ratio.toFixed(1)} times faster` : `${(1 / ratio).toFixed(2)} times as long`
    return [what, seconds(time(mine)), peer, seconds(time(theirs)), shown, aim]
  }
  const own = growth[1]?.own.seconds ?? Number.NaN
  const writes = lab['writes'] ?? {}
  return [
    against('apply from empty', 'apply', '`ipvsadm -R`', 'restore', '10 times faster'),
    against('apply from empty', 'apply', "keepalived's start", 'keepalived', '3 times faster'),
    against('apply again, no changes', 'again', '`ipvsadm -Sn`', 'save', '1.5 times as long'),
    against('apply of one weight', 'edit', "keepalived's reload", 'reload', ''),
    against('apply from empty', 'apply', 'the kernel alone¹', 'floor', ''),
    [
      'netlink writes of apply again',
      String(writes['writes']),
      '',
      `${writes['reads']} reads`,
      '',
      '0',
    ],
    ['own work, no kernel²', seconds(own), '', '', '', 'under 1 s'],
  ]
}

function daemon({ lab, services }: Figures): readonly Row[] {
  const reload = lab['reload']?.['seconds'] ?? Number.NaN
  const edit = (what: string, name: string, aim: string): Row => {
    const taken = lab[name]?.['seconds'] ?? Number.NaN
    const ratio = `${(reload / taken).toFixed(1)} times faster`
    return [what, seconds(taken), "keepalived's reload", seconds(reload), ratio, aim]
  }
  const { resident = Number.NaN, peak = Number.NaN, idle = Number.NaN } = lab['run'] ?? {}
  const files = Math.ceil(services / 100)
  return [
    edit(`one of ${files} files saved, to its change in the kernel`, 'run', '12 times faster'),
    edit('the one file with everything saved, the same', 'run-one', '3 times faster'),
    ['memory at work', mib(resident), '', `${mib(peak)} at the most`, '', 'at most 250 MiB'],
    [
      'idle, looking for drift',
      `${(idle * 100).toFixed(1)} % of a core`,
      '',
      '',
      '',
      'at most 5 %',
    ],
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
