/** The picture of docs/health.md: how answers become verdicts, and verdicts what clients see. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../test/project.ts'
import { escaped, ground, ink, palette, quiet } from './terminal.ts'

export const healthPictureFile: string = join(projectFolder, 'docs/health.svg')

const size = { width: 940, height: 560 } as const
const box = { width: 150, height: 46 } as const

interface Box {
  readonly x: number
  readonly y: number
  readonly name: string
  readonly colour: string
  /** What the kernel has of it, below the box. */
  readonly means: readonly string[]
}

const { green, red, yellow, blue, purple } = palette

const unknown: Box = {
  x: 40,
  y: 130,
  name: 'unknown',
  colour: yellow,
  means: ['gets nothing yet'],
}
const up: Box = {
  x: 360,
  y: 130,
  name: 'up',
  colour: green,
  means: ['has its weight;', 'after being down by slow_start'],
}
const down: Box = {
  x: 740,
  y: 130,
  name: 'down',
  colour: red,
  means: [],
}
const banned: Box = {
  x: 740,
  y: 260,
  name: 'banned',
  colour: purple,
  means: ['both: removed, or weight 0', '(on_down)'],
}
const serves: Box = { x: 40, y: 460, name: 'serves', colour: green, means: [] }
const below: Box = { x: 430, y: 460, name: 'below quorum', colour: red, means: [] }

/** The picture as SVG. */
export function healthPicture(): string {
  const parts = [
    heading(30, 40, 'A check of a backend'),
    ...[unknown, up, down, banned].map(draw),
    arrow([190, 153], [360, 153], 'first answer good'),
    curve([115, 130], [815, 130], 62, 'first answer bad'),
    arrow([510, 142], [740, 142], 'fall bad answers in a row'),
    arrow([740, 166], [510, 166], 'rise good answers in a row', 18),
    arrow([790, 176], [790, 260]),
    note([780, 208], ['ban.after times', 'down from up'], 'end'),
    arrow([840, 260], [840, 176]),
    note([850, 208], ['ban.time', 'is over'], 'start'),
    rule(366),
    heading(30, 402, 'A virtual service'),
    ...[serves, below].map(draw),
    arrow([190, 472], [430, 472], 'fewer up than quorum.down'),
    arrow([430, 496], [190, 496], 'as many up as quorum.up', 18),
    ...outcomes(),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img">
<title>From answers to verdicts, and from verdicts to what clients see</title>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="${quiet}"/></marker></defs>
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
<g font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="14" fill="${ink}">
${parts.join('\n')}
</g>
</svg>
`
}

/** What clients see below the quorum, by `when_empty`. */
function outcomes(): readonly string[] {
  const all = [
    ['keep', 'those that are up serve on'],
    ['sorry', 'the sorry server answers'],
    ['withdraw', 'the address is taken away'],
  ] as const
  return all.flatMap(([name, means], index) => {
    const y = 443 + index * 40
    return [
      line(`M580 483 L640 ${y}`),
      text(650, y + 5, name, `fill="${blue}" font-weight="bold"`),
      text(730, y + 5, means, ''),
    ]
  })
}

function draw({ x, y, name, colour, means }: Box): string {
  const middle = x + box.width / 2
  return [
    `<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="10" fill="none" stroke="${colour}" stroke-width="2"/>`,
    text(middle, y + 29, name, `fill="${colour}" font-size="17" font-weight="bold" ${centred}`),
    ...means.map((words, index) =>
      text(middle, y + box.height + 22 + index * 18, words, `fill="${quiet}" ${centred}`),
    ),
  ].join('\n')
}

const centred = 'text-anchor="middle"'

type Point = readonly [x: number, y: number]

/** An arrow with words in its middle, so far below its line (above, if nothing is said). */
function arrow(from: Point, to: Point, words = '', below = -7): string {
  const path = line(`M${from.join(' ')} L${to.join(' ')}`, true)
  if (words === '') return path
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 + below]
  return `${path}\n${text(x, y, words, centred)}`
}

/** An arrow that goes over what lies between. */
function curve(from: Point, to: Point, height: number, words: string): string {
  const [top, third] = [from[1] - height, (to[0] - from[0]) / 5]
  const bend = `C${from[0] + third} ${top} ${to[0] - third} ${top} ${to.join(' ')}`
  const x = (from[0] + to[0]) / 2
  const y = from[1] - height * 0.75 - 7
  return `${line(`M${from.join(' ')} ${bend}`, true)}\n${text(x, y, words, centred)}`
}

function note([x, y]: Point, words: readonly string[], anchor: 'start' | 'end'): string {
  return words
    .map((each, index) => text(x, y + index * 18, each, `text-anchor="${anchor}"`))
    .join('\n')
}

function line(path: string, tip = false): string {
  return `<path d="${path}" fill="none" stroke="${quiet}" stroke-width="1.5"${tip ? ' marker-end="url(#tip)"' : ''}/>`
}

function rule(y: number): string {
  return line(`M30 ${y} L${size.width - 30} ${y}`)
}

function heading(x: number, y: number, words: string): string {
  return text(x, y, words, 'font-size="17" font-weight="bold"')
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escaped(words)}</text>`
}

if (process.argv.includes('--write')) writeFileSync(healthPictureFile, healthPicture())
