/**
 * The record that the live state is held: after an undo or a rollback the files are not applied again
 * by themselves, until they change or the operator says `resume` or `apply`.
 */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { readFileIfThere, removeFile, replaceFile } from './durable.ts'
import { openImage } from './image.ts'
import { type Scene, sceneDirectory } from './journal.ts'

export interface NewHold {
  /** What was done: an apply was not committed in time, or the operator went back. */
  readonly why: 'undo' | 'rollback'
  /** ISO 8601, for people. */
  readonly at: string
  readonly user: string
  /** `textsFingerprint` of the files that must not be applied again. */
  readonly fingerprint: string
}

export interface Hold extends NewHold {
  readonly version: 1
  readonly boot: string
  /** What its image is named by; see `Holds.image`. */
  readonly image?: string
}

export interface Holds {
  /** The hold of this boot, if there is one. */
  read(): Hold | undefined
  /**
   * What an earlier boot held. What it kept went with the kernel's tables: its image says what that was.
   */
  left(): Hold | undefined
  /** What is held, as text: of this boot's hold, or of one that an earlier boot left. */
  image(): string | undefined
  /** `image`: what is held, whole. */
  set(hold: NewHold, image?: string): Hold
  /** Ends the hold. Returns whether there was one. */
  clear(): boolean
}

/** Opens the record of a scene. Nothing is read or made yet. */
export function openHolds(stateDirectory: string, scene: Scene): Holds {
  const folder = sceneDirectory(stateDirectory, scene)
  const path = join(folder, 'hold.json')
  const held = openImage(join(folder, 'hold-image.json'))
  return {
    read() {
      const hold = readHold(path)
      return hold?.boot === scene.boot ? hold : undefined
    },
    left() {
      const hold = readHold(path)
      return hold === undefined || hold.boot === scene.boot ? undefined : hold
    },
    image: () => held.read(readHold(path)?.image),
    set(hold, image) {
      const named = image === undefined ? {} : { image: held.write(image) }
      const whole: Hold = { version: 1, boot: scene.boot, ...hold, ...named }
      replaceFile(path, `${JSON.stringify(whole)}\n`)
      return whole
    },
    clear() {
      const was = readHold(path)?.boot === scene.boot
      removeFile(path)
      held.remove()
      return was
    },
  }
}

/** A record that cannot be read holds nothing: what it was about is not known any more. */
function readHold(path: string): Hold | undefined {
  const text = readFileIfThere(path)
  if (text === undefined) return undefined
  try {
    const hold = JSON.parse(text) as Hold
    return hold.version === 1 && typeof hold.fingerprint === 'string' ? hold : undefined
  } catch {
    return undefined
  }
}

/**
 * What tells texts of configuration from all others: SHA-256 over their names and bytes, in hex.
 *
 * Files add up, so their order is of no matter, and neither is the directory that they were named by:
 * `slb -c web.toml` in /etc/slb means the file that the daemon reads there.
 */
export function textsFingerprint(
  sources: readonly { readonly file: string; readonly text: Uint8Array }[],
): string {
  const parts = sources.map(({ file, text }) =>
    createHash('sha256')
      .update(`${basename(file)}\0`)
      .update(text)
      .digest('hex'),
  )
  return createHash('sha256').update(parts.sort().join()).digest('hex')
}
