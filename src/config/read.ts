/**
 * The files of a configuration from disk: which count, in which order, and what can't be read.
 * The one file of config/ that touches the disk: all others work on texts.
 */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { maxBytes, tooBig } from './limits.ts'
import type { Source } from './load.ts'

export interface Sources {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What standard input is called in messages. */
export const stdinName = '<stdin>'

/**
 * Reads files and directories, `-` for standard input.
 *
 * Of a directory the names `*.toml`, `*.yaml` and `*.yml` count, in byte order, hidden ones left
 * out; its directories do not. A file that is named twice counts once.
 */
export function readSources(
  paths: readonly string[],
  stdin: () => Uint8Array = () => readFileSync(0),
): Sources {
  const sources = new Map<string, Source>()
  const diagnostics: Diagnostic[] = []
  for (const path of paths) {
    if (path === '-') {
      if (!sources.has(stdinName)) sources.set(stdinName, { file: stdinName, text: stdin() })
      continue
    }
    const files = filesAt(path)
    if (!Array.isArray(files)) {
      diagnostics.push(files)
      continue
    }
    for (const file of files) {
      if (sources.has(file)) continue
      const source = readSource(file)
      if ('code' in source) diagnostics.push(source)
      else sources.set(file, source)
    }
  }
  return { sources: [...sources.values()], diagnostics }
}

/** The files that a path stands for. */
function filesAt(path: string): string[] | Diagnostic {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path, { withFileTypes: true })
      .filter(entry => !entry.isDirectory() && isConfigName(entry.name))
      .map(({ name }) => name)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    if (names.length > 0) return names.map(name => join(path, name))
    return {
      severity: 'error',
      code: 'empty-directory',
      message: `no configuration in ${path}: none of its files is called *.toml, *.yaml or *.yml`,
    }
  } catch (error) {
    return unreadable(path, error)
  }
}

/** True for the names that count in a directory; editors' and package managers' leftovers do not. */
export function isConfigName(name: string): boolean {
  return /^[^.#].*\.(toml|yaml|yml)$/.test(name)
}

function readSource(file: string): Source | Diagnostic {
  try {
    const fd = openSync(file, 'r')
    try {
      const { size } = fstatSync(fd)
      return size > maxBytes ? tooBig(file, size) : { file, text: readFileSync(fd) }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    return unreadable(file, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links go round in circles',
  ENOTDIR: 'a part of the path is not a directory',
  EMFILE: 'too many files are open',
  EIO: 'the disk has an error',
}

function unreadable(path: string, error: unknown): Diagnostic {
  const code = (error as NodeJS.ErrnoException).code
  if (code === undefined) throw error
  return {
    severity: 'error',
    code: code === 'ENOENT' ? 'missing-file' : 'unreadable-file',
    message: `cannot read ${path}: ${reasons[code] ?? code}`,
  }
}
