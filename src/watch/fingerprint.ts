/** What can be seen of files without reading them: enough to tell that one was changed. */
import { type BigIntStats, statSync } from 'node:fs'
import { type Entry, listFiles } from '../config/read.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Breath } from './breath.ts'

/**
 * A file as stat(2) shows it. Two equal ones, some milliseconds apart, mean an unchanged text: ctime
 * is set by the kernel at every write, and by nobody else.
 */
export interface Print {
  /** Device and inode; empty where there is no file. */
  readonly inode: string
  /** Size, mtime and ctime in nanoseconds; or the reason why there is none of them. */
  readonly state: string
  /** Nothing happened to the inode since it was last written: no rename put it where it is. */
  readonly bare: boolean
  /** There are no bytes in it. */
  readonly empty: boolean
}

/** Of a path that is not there at all. */
export const absent: Print = { inode: '', state: 'absent', bare: false, empty: false }

export function samePrint(a: Print, b: Print): boolean {
  return a.state === b.state && a.inode === b.inode
}

/** A path that counts, as it stands now. */
export interface Sight {
  readonly print: Print
  /** Why there is no text to read. */
  readonly fault?: Diagnostic
}

/** All that the paths stand for, in the order of reading. */
export type View = ReadonlyMap<string, Sight>

/** So many files are looked at between two looks at the clock, which on some machines costs as much as a file. */
const stride = 8

/** Looks at all files: one listing per directory, one stat(2) per file. */
export async function lookAt(paths: readonly string[], breath: Breath): Promise<View> {
  const view = new Map<string, Sight>()
  for (const entry of listFiles(paths)) {
    view.set(entry.path, sightOf(entry))
    if (view.size % stride === 0 && breath.due) await breath.take()
  }
  return view
}

function sightOf({ path, fault }: Entry): Sight {
  if (fault) return { print: unseen(`${fault.code} ${fault.message}`), fault }
  const print = printOf(path)
  return print.state === special ? { print, fault: specialFile(path) } : { print }
}

/** The print of one file. Never throws: what keeps it from being seen is its state. */
export function printOf(path: string): Print {
  try {
    const stat = statSync(path, { bigint: true })
    if (stat.isFile()) return print(stat)
    return unseen(stat.isDirectory() ? 'directory' : special)
  } catch (error) {
    return unseen((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

const special = 'no regular file'

function unseen(state: string): Print {
  return { ...absent, state }
}

/** To open a FIFO would wait for its writer (fifo(7)), and nothing tells when it has more to say. */
function specialFile(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'unreadable-file',
    message: `cannot read ${path}: it is no regular file`,
  }
}

function print({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Print {
  return {
    inode: `${dev}:${ino}`,
    state: `${size}:${mtimeNs}:${ctimeNs}`,
    bare: mtimeNs === ctimeNs,
    empty: size === 0n,
  }
}
