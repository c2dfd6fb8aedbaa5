/**
 * The files of a configuration from disk: which count, in which order, and what can't be read.
 * The one file of config/ that touches the disk: all others work on texts.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../model/diagnostic.ts'
import { maxBytes, tooBig } from './limits.ts'
import type { Source } from './load.ts'

export interface Sources {
  readonly sources: readonly Source[]
  readonly diagnostics: readonly Diagnostic[]
  /** The files and directories that are there, and whose texts nobody could read. */
  readonly unreadable: readonly string[]
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
  return gather(
    listFiles(paths).map(({ path, fault }) => {
      if (fault) return { path, found: fault }
      return { path, found: path === '-' ? { file: stdinName, text: stdin() } : readSource(path) }
    }),
  )
}

/** A path with what reading it gave. */
export interface Reading {
  readonly path: string
  readonly found: Source | Diagnostic
}

/** Readings as sources and faults, in their order. */
export function gather(readings: Iterable<Reading>): Sources {
  const sources: Source[] = []
  const diagnostics: Diagnostic[] = []
  const unreadable: string[] = []
  for (const { path, found } of readings) {
    if (!isFault(found)) {
      sources.push(found)
      continue
    }
    diagnostics.push(found)
    if (!absences.has(found.code)) unreadable.push(path)
  }
  return { sources, diagnostics, unreadable }
}

/** The faults of paths where nothing is. */
const absences: ReadonlySet<string> = new Set(['missing-file', 'empty-directory'])

/** True for what reading gave instead of a text. */
export function isFault(found: Source | Diagnostic): found is Diagnostic {
  return 'code' in found
}

/** A file to read, or a path with the reason why there is none. */
export interface Entry {
  readonly path: string
  readonly fault?: Diagnostic
}

/** The files that paths stand for, by the rules of `readSources`, each once; `-` stays as it is. */
export function listFiles(paths: readonly string[]): readonly Entry[] {
  const entries = new Map<string, Entry>()
  for (const path of paths)
    for (const entry of path === '-' ? [{ path }] : filesAt(path))
      if (!entries.has(entry.path)) entries.set(entry.path, entry)
  return [...entries.values()]
}

/** The files that a path stands for. */
function filesAt(path: string): readonly Entry[] {
  try {
    if (!statSync(path).isDirectory()) return [{ path }]
    const names = readdirSync(path, { withFileTypes: true })
      .filter(entry => !entry.isDirectory() && isConfigName(entry.name))
      .map(({ name }) => ({ name, bytes: Buffer.from(name) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ name }) => name)
    if (names.length > 0) return names.map(name => ({ path: join(path, name) }))
    return [{ path, fault: emptyDirectory(path) }]
  } catch (error) {
    return [{ path, fault: unreadable(path, error) }]
  }
}

function emptyDirectory(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'empty-directory',
    message: `no configuration in ${path}: none of its files is called *.toml, *.yaml or *.yml`,
    suggestion: 'if nothing is meant to be there, say so in a file that holds a comment alone',
  }
}

/** True for the names that count in a directory; editors' and package managers' leftovers do not. */
export function isConfigName(name: string): boolean {
  return /^[^.#].*\.(toml|yaml|yml)$/.test(name)
}

/**
 * The text of a file, or why it can't be had.
 *
 * @param known what it said before: if it says just that, this is the answer, and no memory is taken.
 */
export function readSource(file: string, known?: Source): Source | Diagnostic {
  try {
    const fd = openSync(file, 'r')
    try {
      const { size } = fstatSync(fd)
      if (size > maxBytes) return tooBig(file, size)
      return known && says(fd, known.text) ? known : { file, text: readFileSync(fd) }
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    return unreadable(file, error)
  }
}

const stretch = Buffer.allocUnsafeSlow(64 << 10)

/** True if an open file says just this, from its start to its end. Its position stays where it is. */
function says(fd: number, text: Uint8Array): boolean {
  for (let at = 0; ; ) {
    const length = readSync(fd, stretch, 0, stretch.length, at)
    if (length === 0) return at === text.length
    const same = text.subarray(at, at + length)
    if (stretch.compare(same, 0, same.length, 0, length) !== 0) return false
    at += length
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
