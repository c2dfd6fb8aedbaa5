/** Files that are whole or absent, whatever happens: a crash, a full disk, a power cut. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { SlbError } from '../model/error.ts'

/**
 * Replaces a file: temporary file, fsync, rename, fsync of the directory (rename(2), fsync(2)).
 *
 * @throws SlbError `io` with the old content still in place.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  replaceFiles([[path, content]])
}

/**
 * Replaces files one after the other, and then makes sure of their directories once.
 *
 * @throws SlbError `io` with the old or the new content in each place, never a part of it.
 */
export function replaceFiles(files: readonly (readonly [string, string | Uint8Array])[]): void {
  for (const [path, content] of files) placeFile(path, content)
  for (const directory of new Set(files.map(([path]) => dirname(path))))
    try {
      syncDirectory(directory)
    } catch (cause) {
      throw ioError('write', directory, cause)
    }
}

function placeFile(path: string, content: string | Uint8Array): void {
  const temporary = unfinished(path)
  try {
    makeDirectory(dirname(path))
    const file = openSync(temporary, 'w', 0o640)
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (cause) {
    discard(temporary)
    throw ioError('write', path, cause)
  }
}

/**
 * Removes a file, and what is left of one that was killed while it was written. Touches nothing where there
 * is neither.
 *
 * @throws SlbError `io`
 */
export function removeFile(path: string): void {
  try {
    for (const one of [path, unfinished(path)]) if (existsSync(one)) rmSync(one, { force: true })
  } catch (cause) {
    throw ioError('remove', path, cause)
  }
}

/** Where a file is written before it takes its place. */
function unfinished(path: string): string {
  return `${path}.tmp`
}

/** With all above it. Node says of a read-only file system that something is missing; mkdir(2) itself does not. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o750 })
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    if (!existsSync(parent)) makeDirectory(parent)
    mkdirSync(path, { mode: 0o750 })
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // What made the write fail keeps it from being removed, too; the first fault is the one to report.
  }
}

/** Makes durable what was renamed or removed in a directory (fsync(2)). */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** The text of a file; undefined if there is none. */
export function readFileIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw ioError('read', path, cause)
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that file system, then try again',
  EDQUOT: 'raise the quota or make room',
  EACCES: 'run as root or as the owner of the state directory, or name another with --state-dir',
  EPERM: 'run as root or as the owner of the state directory, or name another with --state-dir',
  EROFS: 'the file system is read-only; name another directory with --state-dir',
}

/** A failed system call on a file, in words. */
export function ioError(verb: string, path: string, cause: unknown): SlbError {
  const errno = (cause as NodeJS.ErrnoException).code
  const hint = errno === undefined ? undefined : hints[errno]
  // Node writes `ENOSPC: no space left on device, write`: the call and its path say nothing new.
  const [, words = (cause as Error).message] =
    /^[A-Z]+: ([^,]+)/.exec((cause as Error).message) ?? []
  const reason = errno === undefined ? words : `${words} (${errno})`
  return new SlbError('io', `cannot ${verb} ${path}: ${reason}`, {
    cause,
    ...(errno === undefined ? {} : { errno }),
    ...(hint === undefined ? {} : { hint }),
  })
}
