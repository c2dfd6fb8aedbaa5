/** A terminal as a picture: text with the escape sequences of colours, drawn as SVG. */

/** Colours that go together on a dark ground. */
export const palette = {
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  blue: '#79c0ff',
  purple: '#d2a8ff',
  cyan: '#56d4dd',
} as const

/** By their SGR number (ECMA-48). */
const colours: Readonly<Record<number, string>> = {
  31: palette.red,
  32: palette.green,
  33: palette.yellow,
  34: palette.blue,
  35: palette.purple,
  36: palette.cyan,
}

/** What all pictures are drawn on, and with: readable on a page of any colour. */
export const ground = '#0d1117'
export const ink = '#c9d1d9'
export const quiet = '#8b949e'
const bright = '#ffffff'

/** Pixels. */
const cell = { width: 8.4, height: 20 } as const
const margin = 20

interface Style {
  readonly colour?: string
  readonly weight?: 'bold'
}

/** Draws lines; the picture is as wide as the longest of them. */
export function terminalSvg(title: string, lines: readonly string[]): string {
  const columns = Math.max(...lines.map(line => line.replace(escapes, '').length))
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = lines.length * cell.height + 2 * margin
  const rows = lines.map((line, index) => {
    const y = margin + (index + 0.75) * cell.height
    return `<text x="${margin}" y="${y}">${spans(line)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="${ink}" xml:space="preserve">
${rows.join('\n')}
</g>
</svg>
`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const escapes = /\u001b\[(\d+)m/g

/** The pieces of a line, each with its style. */
function spans(line: string): string {
  let style: Style = {}
  return line
    .split(escapes)
    .map((piece, index) => {
      if (index % 2 === 0) return span(piece, style)
      style = styled(style, Number(piece))
      return ''
    })
    .join('')
}

function styled(style: Style, code: number): Style {
  if (code === 1) return { colour: bright, weight: 'bold' }
  if (code === 2) return { ...style, colour: quiet }
  const colour = colours[code]
  return colour === undefined ? {} : { ...style, colour }
}

function span(text: string, { colour, weight }: Style): string {
  if (text === '') return ''
  const attributes = [
    ...(colour === undefined ? [] : [`fill="${colour}"`]),
    ...(weight === undefined ? [] : [`font-weight="${weight}"`]),
  ]
  if (attributes.length === 0) return escaped(text)
  return `<tspan ${attributes.join(' ')}>${escaped(text)}</tspan>`
}

/** A text as it stands in SVG. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
