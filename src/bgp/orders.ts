/** What passes between the speaking thread and its ends: plain data. */
import type { MessagePort } from 'node:worker_threads'
import type { PeerStatus } from '../model/announcement.ts'
import type { SlbErrorCode } from '../model/error.ts'
import type { SpeakerChange, Standing } from '../table/announce/speaker.ts'

/** What whoever started the thread says. */
export type Order =
  /** A sign of life. */
  | { readonly kind: 'alive' }
  /** All routes are known now. */
  | { readonly kind: 'complete' }
  /** A further end, for `Question` and `Answer`. */
  | { readonly kind: 'port'; readonly port: MessagePort }

/** What the thread tells whoever started it. */
export type Told =
  | { readonly kind: 'beat' }
  | { readonly kind: 'changed'; readonly status: PeerStatus }
  /** Whether all routes have been taken back because no sign of life comes. */
  | { readonly kind: 'quiet'; readonly is: boolean }

/** What an end asks: a method of `Speaker`. */
export type Asked =
  /** `known`: the edition that the end has already, so that it need not pass again. */
  | { readonly method: 'read'; readonly known: number | undefined }
  | { readonly method: 'apply'; readonly changes: readonly SpeakerChange[] }
  | { readonly method: 'status' }
  | { readonly method: 'close'; readonly how: 'withdraw' | 'keep' }

export type Question = Asked & { readonly id: number }

/** An `SlbError` as plain data. */
export interface PlainError {
  readonly code: SlbErrorCode
  readonly message: string
  readonly hint?: string
  readonly errno?: string
}

/** What comes back; of changes that failed it says the place among those asked for. */
export type Answer = {
  readonly id: number
} /** Without `standing` it is as it was in that edition. */ & (
  | { readonly method: 'read'; readonly edition: number; readonly standing?: Standing }
  | {
      readonly method: 'apply'
      readonly failures: readonly { readonly at: number; readonly error: PlainError }[]
    }
  | { readonly method: 'status'; readonly all: readonly PeerStatus[] }
  | { readonly method: 'close' }
)

/** How the thread is started. Times in milliseconds. */
export interface StationOptions {
  /** It takes the place of one whose routes the peers may have kept. */
  readonly restarting?: boolean
  /** How often it shows that it is alive, and expects a sign of life. */
  readonly every?: number
  /** How many signs may fail to come. */
  readonly patience?: number
}
