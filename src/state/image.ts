/**
 * The image beside a record: what stands, or is to stand again, whole and as text. The record names it by
 * its hash, so that a crash between the two files leaves no record with an image of something else.
 */
import { createHash } from 'node:crypto'
import { readFileIfThere, removeFile, replaceFile } from './durable.ts'

export interface ImageFile {
  /** Returns what the record is to name it by. Throws SlbError `io`. */
  write(text: string): string
  /** Undefined if it is not the one that is named. */
  read(id: string | undefined): string | undefined
  remove(): void
}

/** Nothing is read or made yet. */
export function openImage(path: string): ImageFile {
  return {
    write(text) {
      replaceFile(path, text)
      return idOf(text)
    },
    read(id) {
      const text = id === undefined ? undefined : readFileIfThere(path)
      return text !== undefined && idOf(text) === id ? text : undefined
    },
    remove: () => removeFile(path),
  }
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
