/** The engine's end of the speaking thread, from when something is to be announced. */
import type { MessagePort } from 'node:worker_threads'
import { FarSpeaker } from '../bgp/speaking.ts'
import type { Peer, PeerStatus } from '../model/announcement.ts'
import type { Failure } from '../model/change.ts'
import type { Speaker, SpeakerChange, Standing } from '../table/announce/speaker.ts'

/**
 * The embedded speaker as the engine has it. While nothing is announced there is no thread, and nothing
 * stands. When the thread dies, nothing stands either, and the next look at everything announces it again
 * by another one.
 */
export class NearSpeaker implements Speaker {
  readonly name = 'embedded'
  readonly #ask: () => void
  #far: FarSpeaker | undefined
  #waiting: ((far: FarSpeaker) => void)[] = []
  #asked = false

  /** @param ask asks for an end of the thread, which is begun for that; it is given by `take`. */
  constructor(ask: () => void) {
    this.#ask = ask
  }

  /** These are the peers to come. A thread takes a while to begin, and others work meanwhile. */
  expect(peers: Iterable<Peer>): void {
    for (const peer of peers) if (peer.speaker === 'embedded') this.#begin()
  }

  take(port: MessagePort): void {
    this.#asked = false
    this.#far?.hangUp()
    const far = new FarSpeaker(port)
    this.#far = far
    for (const resolve of this.#waiting.splice(0)) resolve(far)
  }

  read(): Promise<Standing> {
    return this.#far?.read() ?? Promise.resolve({ peers: [], routes: [] })
  }

  async apply(changes: readonly SpeakerChange[]): Promise<readonly Failure[]> {
    return (await this.#there()).apply(changes)
  }

  status(): Promise<readonly PeerStatus[]> {
    return this.#far?.status() ?? Promise.resolve([])
  }

  async close(how: 'withdraw' | 'keep'): Promise<void> {
    await this.#far?.close(how)
  }

  #begin(): void {
    if (this.#far !== undefined || this.#asked) return
    this.#asked = true
    this.#ask()
  }

  #there(): Promise<FarSpeaker> {
    if (this.#far !== undefined) return Promise.resolve(this.#far)
    return new Promise(resolve => {
      this.#waiting.push(resolve)
      this.#begin()
    })
  }
}
