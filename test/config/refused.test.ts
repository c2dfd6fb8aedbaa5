/**
 * What is refused, and in which words: each `refused/NAME.toml` with the text that a user sees.
 *
 * `SLB_WRITE_SNAPSHOTS=1` writes the texts anew, to be read before they are kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse as parseYaml, stringify } from 'yaml'
import { frame } from '../../src/config/frame.ts'
import { load } from '../../src/config/load.ts'
import type { Diagnostic } from '../../src/model/diagnostic.ts'

const folder = new URL('../../../test/config/refused/', import.meta.url)
const files = readdirSync(folder)
  .filter(file => !file.endsWith('.txt'))
  .sort()

/** Cases whose YAML would be another text: faults of TOML's grammar, and numbers YAML has not. */
const alone = (file: string): boolean =>
  file.endsWith('.yaml') || file.startsWith('syntax-') || file === 'decimals.toml'

const diagnosticsOf = async (file: string, text: string): Promise<readonly Diagnostic[]> =>
  (await load([{ file, text: Buffer.from(text) }])).diagnostics

for (const file of files) {
  const text = readFileSync(new URL(file, folder), 'utf8')

  test(`${file}: what the user sees`, async () => {
    const diagnostics = await diagnosticsOf(file, text)
    const seen = `${diagnostics.map(each => frame(each)).join('\n\n')}\n`
    const snapshot = new URL(file.replace(/\.(toml|yaml)$/, '.txt'), folder)
    if (process.env['SLB_WRITE_SNAPSHOTS'] === '1') writeFileSync(snapshot, seen)
    assert.fixture(seen, readFileSync(snapshot, 'utf8'))
    assert.ok(diagnostics.some(({ severity }) => severity === 'error'))
    assert.ok(diagnostics.every(({ place }) => place?.file === file))
  })

  if (!alone(file))
    test(`${file}: YAML has the same faults at the same keys and values`, async () => {
      const yaml = stringify(parse(text), { blockQuote: false, lineWidth: 0 })
      const ofToml = await diagnosticsOf('file.toml', text)
      const ofYaml = await diagnosticsOf('file.yaml', yaml)
      assert.equal(ofYaml.map(comparable).sort(), ofToml.map(comparable).sort())
    })
}

/** A diagnostic without line and column; the marked text without the spelling of the language. */
function comparable({
  severity,
  code,
  message,
  suggestion,
  place,
  line,
  length,
}: Diagnostic): string {
  const from = (place?.column ?? 1) - 1
  const marked = [...(line ?? '')].slice(from, from + (length ?? 1)).join('')
  const value = readMarked(marked, place?.file.endsWith('.toml') ? readToml : readYaml)
  return JSON.stringify([severity, code, message, suggestion, value])
}

const readToml = (text: string): unknown => parse(`x = ${text}`)['x']
const readYaml = (text: string): unknown => parseYaml(text)

/** Text by its meaning; of lists and tables only that they are, since each language breaks lines elsewhere. */
function readMarked(marked: string, read: (text: string) => unknown): unknown {
  if (/^["']/.test(marked)) return read(marked)
  return /^[[{]|^- |: /.test(marked) ? 'list or table' : marked
}

test.run()
