/** What passes between the checking thread and its ends: plain data, in pieces that block nobody. */
import type { MessagePort } from 'node:worker_threads'
import type { Change } from './checker.ts'
import type { Figures } from './figures.ts'
import type { Judgement } from './judge.ts'
import type { Alert, Watched } from './panel.ts'

/** What an end asks of the thread. */
export type Order =
  /** A part of a list that takes the place of the one before; what is in neither part stays as it is. */
  | {
      readonly kind: 'watch'
      /** Nothing stays of what was watched before. */
      readonly anew: boolean
      readonly add: readonly Watched[]
      readonly drop: readonly string[]
      /** The list is complete. */
      readonly last: boolean
    }
  | { readonly kind: 'snapshot'; readonly id: number }
  /** A further end; it is told of alerts, and of changes if it wants to hear them. */
  | { readonly kind: 'port'; readonly port: MessagePort; readonly hears: boolean }

/** What the thread tells. */
export type Told =
  | { readonly kind: 'changed'; readonly changes: readonly Change[] }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'beat'; readonly figures: Figures }
  | {
      readonly kind: 'snapshot'
      readonly id: number
      readonly part: readonly (readonly [key: string, judgement: Judgement])[]
      readonly last: boolean
    }

/** Cloning so many takes a few milliseconds. */
const piece = 250

/** A list cut into pieces; an empty one is one empty piece. */
export function piecesOf<Item>(list: readonly Item[]): readonly (readonly Item[])[] {
  const pieces: (readonly Item[])[] = []
  for (let at = 0; at < list.length || at === 0; at += piece)
    pieces.push(list.slice(at, at + piece))
  return pieces
}

/** Messages that go out one in each turn of the loop, so that neither side is held up. */
export class Outbox<Message> {
  readonly #send: (message: Message) => void
  #messages: Message[] = []
  #sending: NodeJS.Immediate | undefined

  constructor(send: (message: Message) => void) {
    this.#send = send
  }

  put(...messages: readonly Message[]): void {
    this.#messages.push(...messages)
    if (this.#sending === undefined) this.#next()
  }

  close(): void {
    this.#messages = []
    clearImmediate(this.#sending)
  }

  #next(): void {
    this.#sending = undefined
    const message = this.#messages.shift()
    if (message === undefined) return
    this.#send(message)
    this.#sending = setImmediate(() => this.#next())
  }
}
