/** TOML by smol-toml. */
import { parse, TomlError } from 'smol-toml'
import type { Diagnostic } from '../model/diagnostic.ts'
import { maxDepth } from './limits.ts'
import type { Parsed } from './parse.ts'
import { makePlain } from './plain.ts'
import { lineOf, visible } from './text.ts'

/** Reads TOML; whole numbers are told from others before they become numbers. */
export function parseToml(file: string, text: string): Parsed {
  try {
    const tree = parse(text, { integersAsBigInt: true, maxDepth })
    return { tree, diagnostics: [], faults: makePlain(file, tree) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    return { diagnostics: [diagnose(file, text, error)], faults: [] }
  }
}

/** The parser's words, made plainer where they speak of its insides. */
function diagnose(file: string, text: string, error: TomlError): Diagnostic {
  const words = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
  const line = lineOf(text, error.line)
  const place = { file, line: error.line, column: error.column }
  const base = { severity: 'error', code: 'toml-syntax', place, line } as const
  if (words.startsWith('trying to redefine'))
    return { ...base, code: 'duplicate-key', message: 'this key stands in the file already' }
  if (words.startsWith('control characters') && error.column > line.length)
    return { ...base, message: 'the text has no closing quote on this line' }
  if (/numeric literal|invalid value|unrecogni[sz]ed/.test(words))
    return { ...base, message: visible(words), suggestion: 'text stands in "quotes"' }
  return { ...base, message: visible(words) }
}
