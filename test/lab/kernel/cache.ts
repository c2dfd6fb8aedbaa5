/** A folder of things that are fetched once and then used by every checkout of the project. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$SLB_LAB_CACHE`, else `slb-lab` in the user's cache folder. */
export const cacheFolder: string =
  process.env['SLB_LAB_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slb-lab')

/**
 * The folder `name` of the cache, made by `make` if it is not there.
 *
 * It is made under another name and renamed when complete, so a half-finished fetch is never
 * mistaken for a whole one, and of two runs that fetch at once the later one throws its own away.
 * `make` is told both the folder to fill and the path that it will have.
 */
export async function cached(
  name: string,
  make: (folder: string, path: string) => Promise<void>,
): Promise<string> {
  const path = join(cacheFolder, name)
  if (await exists(path)) return path
  await mkdir(cacheFolder, { recursive: true })
  await removeAbandoned(name)
  const folder = `${path}.${process.pid}.part`
  await mkdir(folder)
  try {
    await make(folder, path)
    await rename(folder, path).catch(async (error: unknown) => {
      if (!(await exists(path))) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return path
}

/** What runs that were killed left behind. */
async function removeAbandoned(name: string): Promise<void> {
  for (const entry of await readdir(cacheFolder)) {
    const pid = entry.startsWith(`${name}.`) ? /\.(\d+)\.part$/.exec(entry)?.[1] : undefined
    if (pid === undefined || (await exists(`/proc/${pid}`))) continue
    await rm(join(cacheFolder, entry), { recursive: true, force: true })
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
