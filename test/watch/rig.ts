/** A directory of configuration under observation: what was told of it, and when it is as wanted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sources } from '../../src/config/read.ts'
import { type FileWatch, followFiles, type WatchOptions } from '../../src/watch/files.ts'

/** Texts by file name. */
export type Texts = Readonly<Record<string, string>>

export interface Rig {
  /** What is followed, unless told otherwise; its parent is the rig's own, too. */
  readonly dir: string
  readonly told: Sources[]
  /** Follows; resolves when told for the first time. */
  follow(options?: Partial<WatchOptions>, paths?: readonly string[]): Promise<FileWatch>
  /** Waits until the last that was told is this. */
  until(texts: Texts): Promise<void>
  /** Waits until it holds. */
  when(what: string, holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** A shorter time than people are given, since every test takes it twice. */
export const settle = 150

/** Slow enough for a busy machine, and no longer waited for than needed. */
const patience = 15_000

export function makeRig(texts: Texts): Rig {
  const root = mkdtempSync(join(tmpdir(), 'slb-watch-'))
  const dir = join(root, 'conf')
  mkdirSync(dir)
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, name), text)
  const told: Sources[] = []
  const watches: FileWatch[] = []
  const when = async (what: string, holds: () => boolean): Promise<void> => {
    const end = performance.now() + patience
    while (!holds()) {
      if (performance.now() > end)
        throw new Error(`waited in vain for ${what}; told: ${told.map(shown).join(' | ')}`)
      await sleep(2)
    }
  }
  return {
    dir,
    told,
    when,
    async follow(options = {}, paths = [dir]) {
      const watch = followFiles(paths, { settle, ...options }, now => told.push(now))
      watches.push(watch)
      await when('the first word', () => told.length > 0)
      return watch
    },
    until: wanted => when(JSON.stringify(wanted), () => shown(told.at(-1)) === sorted(wanted)),
    async close() {
      for (const watch of watches) await watch.close()
      rmSync(root, { recursive: true })
    },
  }
}

/** The texts that were told, by name. */
export function textsOf(now: Sources | undefined): Texts {
  const sources = now?.sources ?? []
  return Object.fromEntries(sources.map(({ file, text }) => [basename(file), `${text}`]))
}

function shown(now: Sources | undefined): string {
  return sorted(textsOf(now))
}

function sorted(texts: Texts): string {
  return JSON.stringify(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)))
}
