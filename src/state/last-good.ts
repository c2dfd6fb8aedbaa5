/**
 * Last good: for each file of the configuration the text that was last accepted, on disk.
 *
 * It is kept below the state directory, for all boots and network namespaces: after a reboot it is
 * what stands in for a file that is broken, gone or not yet mounted.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Source } from '../config/load.ts'
import { stdinName } from '../config/read.ts'
import { sameText } from '../config/texts.ts'
import { ioError, removeFile, replaceFiles } from './durable.ts'

/** Only this process writes it, under the writer's lock. */
export interface LastGood {
  /**
   * The texts, in the order in which files are read, under the names that `paths` give them. The
   * disk is read once; of what is damaged there `damaged` is told, and it counts as absent.
   *
   * @throws SlbError `io` if the directory cannot be listed.
   */
  read(damaged?: (path: string) => void): ReadonlyMap<string, Uint8Array>
  /**
   * Exactly these are good now: writes those that changed, and forgets those that are no more.
   *
   * @throws SlbError `io`; each text on disk is then the old or the new one.
   */
  accept(sources: readonly Source[]): void
}

/** A text on disk. */
interface Kept {
  /** Absolute. */
  readonly file: string
  readonly text: Uint8Array
}

/**
 * Opens what is kept of the files that paths stand for. Nothing is read or made yet; files of other
 * paths in the same store are neither seen nor touched.
 *
 * @param paths files and directories, as for `readSources`.
 */
export function openLastGood(stateDirectory: string, paths: readonly string[]): LastGood {
  const folder = join(stateDirectory, 'last-good')
  const roots = [...new Set(paths)].filter(path => path !== '-')
  let known: Map<string, Uint8Array> | undefined
  const read = (damaged?: (path: string) => void): Map<string, Uint8Array> => {
    if (known !== undefined) return known
    const found = keptIn(folder, damaged).filter(({ file }) => nameOf(file, roots) !== undefined)
    known = new Map(found.map(({ file, text }) => [file, text]))
    return known
  }
  return {
    read: damaged => named(read(damaged), roots),
    accept(sources) {
      const before = read()
      const now = new Map(
        sources
          .filter(({ file }) => file !== stdinName)
          .map(({ file, text }) => [resolve(file), text]),
      )
      const changed = [...now].filter(([file, text]) => !sameText(before.get(file), text))
      const gone = [...before.keys()].filter(file => !now.has(file))
      // If it fails half-way, the disk alone knows what stands there.
      known = undefined
      // Written before others are forgotten: a service that moved to another file is in one of them.
      replaceFiles(changed.map(([file, text]) => [pathIn(folder, file), encode({ file, text })]))
      for (const file of gone) removeFile(pathIn(folder, file))
      if (changed.length > 0) discardUnfinished(folder)
      known = now
    },
  }
}

/** The names that the paths give, in the order of reading. */
function named(
  kept: ReadonlyMap<string, Uint8Array>,
  roots: readonly string[],
): ReadonlyMap<string, Uint8Array> {
  const found = [...kept].flatMap(([file, text]) => {
    const name = nameOf(file, roots)
    return name === undefined ? [] : [{ ...name, text }]
  })
  found.sort((a, b) => a.rank - b.rank || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  return new Map(found.map(({ name, text }) => [name, text]))
}

interface Name {
  readonly name: string
  /** Which of the paths it comes from. */
  readonly rank: number
}

/** What a file is called when it is read through the paths; undefined if they do not lead to it. */
function nameOf(file: string, roots: readonly string[]): Name | undefined {
  for (const [rank, root] of roots.entries()) {
    const absolute = resolve(root)
    if (absolute === file) return { name: root, rank }
    if (absolute === dirname(file)) return { name: join(root, basename(file)), rank }
  }
  return undefined
}

const suffix = '.good'

function pathIn(folder: string, file: string): string {
  return join(folder, `${hash(Buffer.from(file)).slice(0, 32)}${suffix}`)
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A line of JSON, then the text as it is. */
interface Head {
  readonly version: 1
  readonly file: string
  readonly sha256: string
}

function encode({ file, text }: Kept): Uint8Array {
  const head: Head = { version: 1, file, sha256: hash(text) }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), text])
}

function keptIn(folder: string, damaged?: (path: string) => void): readonly Kept[] {
  return namesIn(folder)
    .filter(name => name.endsWith(suffix))
    .flatMap(name => {
      const path = join(folder, name)
      const kept = keptAt(path)
      if (kept !== undefined && pathIn(folder, kept.file) === path) return [kept]
      damaged?.(path)
      return []
    })
}

/** Undefined if the file cannot be read, or is not as it was written. */
function keptAt(path: string): Kept | undefined {
  try {
    const bytes = readFileSync(path)
    const end = bytes.indexOf('\n')
    const head = JSON.parse(bytes.toString('utf8', 0, end)) as Head
    const text = bytes.subarray(end + 1)
    const whole = head.version === 1 && typeof head.file === 'string' && head.sha256 === hash(text)
    return whole ? { file: head.file, text } : undefined
  } catch {
    return undefined
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw ioError('read', folder, cause)
  }
}

/** What was left by one that was killed while it wrote. */
function discardUnfinished(folder: string): void {
  for (const name of namesIn(folder)) if (name.endsWith('.tmp')) removeFile(join(folder, name))
}
