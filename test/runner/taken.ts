/** Which files of a run have been taken up by one of its kernels: a folder with an entry for each. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const entry = (folder: string, file: string): string => join(folder, encodeURIComponent(file))

/** Takes a file for oneself; false if somebody else was first. */
export function take(folder: string, file: string): boolean {
  try {
    mkdirSync(entry(folder, file))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

export const isTaken = (folder: string, file: string): boolean => existsSync(entry(folder, file))
