/** Whether a program may be run by root: nobody else can change it. */
import { realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './fault.ts'

/**
 * Why a program cannot be trusted; undefined if it can.
 *
 * The file, the directories that it stands in, and those of a symbolic link to it must belong to root
 * and must not be writable for others; a sticky directory may be, since nobody can replace what is
 * root's in it (inode(7)).
 */
export function distrust(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    for (const place of new Set([real, ...above(real), ...above(path)])) {
      const bad = weakness(statSync(place))
      if (bad !== undefined)
        return `${path} is not run: ${place === path ? 'it' : place} ${bad}, so others than root can change it`
    }
    return undefined
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT'
    return `${path} is not run: it ${missing ? 'does not exist' : `cannot be examined (${codeOf(error)})`}`
  }
}

function above(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...above(parent)]
}

function weakness(stats: Stats): string | undefined {
  if (stats.uid !== 0) return `belongs to user ${stats.uid}`
  if ((stats.mode & 0o022) === 0 || (stats.isDirectory() && (stats.mode & 0o1000) !== 0))
    return undefined
  return (stats.mode & 0o002) === 0 ? 'is writable for its group' : 'is writable for everybody'
}
