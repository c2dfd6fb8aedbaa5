/**
 * The record of an apply on trial (`apply --confirm`): undone at its deadline, unless it is committed.
 *
 * It is a file, so that whoever is left can carry it out: the guardian that the command left behind, the
 * daemon, the next command. One who undoes holds the writer's lock. Committing needs no lock, since the
 * apply may still be waiting for drains: the file's name decides. Committing removes `trial.json`, undoing
 * renames it first, and only one of the two can succeed (rename(2), unlink(2)).
 */
import { renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { SlbError } from '../model/error.ts'
import { ioError, readFileIfThere, removeFile, replaceFile, syncDirectory } from './durable.ts'
import { openImage } from './image.ts'
import { type Scene, sceneDirectory } from './journal.ts'

/** What is to be undone, and when. */
export interface NewTrial {
  /** CLOCK_MONOTONIC of the boot in milliseconds: blind to clock changes, and still in suspend. */
  readonly deadline: number
  /** How long the trial was to last, in milliseconds, for people. */
  readonly lasts: number
  /** Everything newer than this entry of the history is laid back, but for repairs of drift. */
  readonly after: number
  /** ISO 8601, for people. */
  readonly at: string
  readonly user: string
  readonly files: readonly string[]
  /** `textsFingerprint` of the files: after an undo they are not applied again until they change. */
  readonly fingerprint: string
}

export interface Trial extends NewTrial {
  readonly version: 1
  readonly boot: string
  /** True once somebody has begun to undo it: it cannot be committed any more. */
  readonly undoing: boolean
  /** What its image is named by; see `Trials.image`. */
  readonly image?: string
}

export interface Trials {
  /** Where the record stands, for messages. */
  readonly path: string
  /** The trial of this boot, if one runs. Throws SlbError `io` if its record is damaged. */
  read(): Trial | undefined
  /**
   * What an earlier boot left: those files were never confirmed. There is nothing to undo any more,
   * since the kernel's tables are gone.
   */
  left(): Trial | undefined
  /** What an undo would come to, as text: for one that a reboot forestalls. */
  image(): string | undefined
  /** Puts a trial on disk, with its image. Do it before the kernel is touched, or a crash between leaves it unguarded. */
  begin(trial: NewTrial, image?: string): Trial
  /** Ends the trial and keeps what is on trial. False if there is none, or it is being undone. */
  commit(): boolean
  /** From now on it can only be undone. False if there is none. */
  claim(): boolean
  /** Forgets the trial, once it has been undone or something newer was decided. */
  end(): void
}

/** True if the trial must be undone now. */
export function isOverdue(trial: Trial, now: number): boolean {
  return trial.undoing || now >= trial.deadline
}

/** Opens the record of a scene. Nothing is read or made yet. */
export function openTrials(stateDirectory: string, scene: Scene): Trials {
  const folder = sceneDirectory(stateDirectory, scene)
  const path = join(folder, 'trial.json')
  const claimed = join(folder, 'trial-undoing.json')
  const before = openImage(join(folder, 'trial-image.json'))
  const stored = (): Trial | undefined => readTrial(claimed, true) ?? readTrial(path, false)
  return {
    path,
    read() {
      const trial = stored()
      return trial?.boot === scene.boot ? trial : undefined
    },
    left() {
      const trial = stored()
      return trial === undefined || trial.boot === scene.boot ? undefined : trial
    },
    image: () => before.read(stored()?.image),
    begin(trial, image) {
      // One of an earlier boot would otherwise hide the new one.
      removeFile(claimed)
      const { boot } = scene
      const named = image === undefined ? {} : { image: before.write(image) }
      const whole: Trial = { version: 1, boot, ...trial, ...named, undoing: false }
      replaceFile(path, `${JSON.stringify(whole)}\n`)
      return whole
    },
    commit: () =>
      readTrial(path, false)?.boot === scene.boot &&
      succeeds(() => {
        unlinkSync(path)
        syncDirectory(folder)
      }),
    claim: () =>
      readTrial(claimed, true)?.boot === scene.boot || succeeds(() => renameSync(path, claimed)),
    end() {
      removeFile(path)
      removeFile(claimed)
      before.remove()
    },
  }
}

/** True if done, false if another was first and the file is no longer there. */
function succeeds(work: () => void): boolean {
  try {
    work()
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw ioError(
      'change',
      (cause as NodeJS.ErrnoException).path ?? 'the record of the trial',
      cause,
    )
  }
}

function readTrial(path: string, undoing: boolean): Trial | undefined {
  const text = readFileIfThere(path)
  if (text === undefined) return undefined
  try {
    const trial = JSON.parse(text) as Trial
    if (isWhole(trial)) return { ...trial, undoing }
  } catch {
    // As any other text that is no record.
  }
  throw new SlbError('io', `the record of the trial ${path} is damaged`, {
    hint: 'look at what is live, then move the record away',
  })
}

function isWhole(trial: Trial): boolean {
  return (
    trial.version === 1 &&
    typeof trial.boot === 'string' &&
    Number.isFinite(trial.deadline) &&
    Number.isInteger(trial.after) &&
    typeof trial.fingerprint === 'string'
  )
}
