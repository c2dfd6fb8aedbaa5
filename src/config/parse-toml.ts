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

/** The parser's own words, without its frame: ours is the same for all kinds of faults. */
function diagnose(file: string, text: string, error: TomlError): Diagnostic {
  const words = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
  const repeated = words.startsWith('trying to redefine')
  return {
    severity: 'error',
    code: repeated ? 'duplicate-key' : 'toml-syntax',
    message: repeated
      ? 'this key stands in the file already'
      : visible(words.charAt(0) + words.slice(1)),
    place: { file, line: error.line, column: error.column },
    line: lineOf(text, error.line),
  }
}
