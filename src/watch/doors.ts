/** The directories through which files come and go, and what happens in them. */
import { lstatSync, readlinkSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'

/** What happened to a name: it was written to, or it came, went or was replaced. */
export type Doing = 'write' | 'place'

export interface Doors {
  /** Watches exactly what these ways go through and lead to; directories at the end of `roots`, too. */
  open(roots: readonly Way[], files: Iterable<Way>): void
  /** True if every write to a file of this directory is told of. */
  covers(directory: string): boolean
  close(): Promise<void>
}

/** More directories than this are left to the slow look. */
const maxDoors = 64

/** Links behind links; as many as the kernel follows (path_resolution(7)). */
const maxLinks = 40

interface Door {
  /** Another one under the same name is another door. */
  readonly inode: string
  readonly watcher: FSWatcher
  state: 'opening' | 'open' | 'broken'
}

/** Who listens at the doors. */
export interface Listener {
  /** An absolute path without links; undefined if the kernel did not say which. */
  told(doing: Doing, path: string | undefined): void
  /** A door is open from now on: what happened before was not told of. */
  opened(): void
}

/** Nothing is watched yet. Whatever cannot be watched stays silent. */
export function makeDoors(listener: Listener): Doors {
  const doors = new Map<string, Door>()
  const closing = new Set<Promise<void>>()
  const shut = (path: string): void => {
    const done = doors.get(path)?.watcher.close() ?? Promise.resolve()
    doors.delete(path)
    closing.add(done)
    done.then(
      () => closing.delete(done),
      () => closing.delete(done),
    )
  }
  return {
    open(roots, files) {
      const wanted = new Map(
        [...doorsOf(roots, files)].slice(0, maxDoors).map(path => [path, inodeOf(path)]),
      )
      for (const [path, { inode, state }] of doors)
        if (wanted.get(path) !== inode || state === 'broken') shut(path)
      for (const [path, inode] of wanted)
        if (inode !== undefined && !doors.has(path))
          doors.set(path, openDoor(path, inode, listener))
    },
    covers(directory) {
      const door = doors.get(directory)
      return door?.state === 'open' && door.inode === inodeOf(directory)
    },
    async close() {
      for (const path of [...doors.keys()]) shut(path)
      await Promise.allSettled(closing)
    },
  }
}

/** The directory alone is watched: inotify(7) tells of its files without a watch for each. */
function openDoor(directory: string, inode: string, { told, opened }: Listener): Door {
  const watcher = watch(directory, {
    depth: 0,
    ignored: path => path !== directory,
    ignoreInitial: true,
    atomic: false,
  })
  const door: Door = { inode, watcher, state: 'opening' }
  watcher.on('raw', (event, name) => {
    const path = typeof name === 'string' && name !== '' ? join(directory, name) : undefined
    told(event === 'change' ? 'write' : 'place', path)
  })
  watcher.on('all', () => told('place', undefined))
  watcher.on('ready', () => {
    if (door.state === 'opening') door.state = 'open'
    opened()
  })
  // Too many watches, or no permission: it is looked at all the same, and tried again then.
  watcher.on('error', () => {
    door.state = 'broken'
  })
  return door
}

function inodeOf(directory: string): string | undefined {
  try {
    const stat = statSync(directory, { bigint: true })
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined
  } catch {
    return undefined
  }
}

/** Directories that hold the ends, or a link on the way to them, and those that are roots. */
function doorsOf(roots: readonly Way[], files: Iterable<Way>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { end } of roots) if (inodeOf(end) !== undefined) found.add(end)
  for (const { links, end } of [...roots, ...files]) {
    for (const link of links) found.add(dirname(link))
    found.add(dirname(end))
  }
  return found
}

/** From a name to what it stands for. */
export interface Way {
  /** The symbolic links that it goes through, by their absolute paths. */
  readonly links: readonly string[]
  /** What is at its end, without links; as far as it can be followed. */
  readonly end: string
}

/** Follows all symbolic links of an absolute path. Never throws. */
export function follow(path: string): Way {
  const links: string[] = []
  const rest = parts(path)
  let end = '/'
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    const here = join(end, part)
    const target = links.length < maxLinks ? linkAt(here) : undefined
    if (target === undefined) {
      end = here
      continue
    }
    links.push(here)
    rest.unshift(...parts(resolve(end, target)))
    end = '/'
  }
  return { links, end }
}

function parts(path: string): string[] {
  return path.split('/').filter(part => part !== '')
}

/** Where a symbolic link points to; undefined if there is none. */
export function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}
