/** TOML or YAML text to a tree. Each parser is loaded when the first file needs it. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Fault } from './fault.ts'

export type Language = 'toml' | 'yaml'

/** A file's text as the parser sees it. */
export interface SourceText {
  readonly text: string
  readonly language: Language
}

/** A tree as far as the text could be read. `tree` is absent when it could not be at all. */
export interface Parsed {
  readonly tree?: unknown
  readonly diagnostics: readonly Diagnostic[]
  readonly faults: readonly Fault[]
}

/** Parses texts of one language; never throws for anything in a text. */
export type Parser = (file: string, text: string) => Parsed

/** The language of a file, by its name or else by its first line that says something. */
export function languageOf(file: string, text: string): Language {
  if (file.endsWith('.toml')) return 'toml'
  if (/\.ya?ml$/.test(file)) return 'yaml'
  const line = /^\s*(?![#\s])(.*)$/m.exec(text)?.[1] ?? ''
  return /^(\[|[A-Za-z0-9_."' -]+=)/.test(line) ? 'toml' : 'yaml'
}

/** Loads the parser of a language. */
export async function parserOf(language: Language): Promise<Parser> {
  return language === 'toml'
    ? (await import('./parse-toml.ts')).parseToml
    : (await import('./parse-yaml.ts')).parseYaml
}
