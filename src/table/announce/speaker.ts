/** The one interface to all that tells BGP of routes. */
import type { Peer, PeerStatus, Route, SpeakerName } from '../../model/announcement.ts'
import type { ChangeOf, Failure } from '../../model/change.ts'

export type SpeakerChange = ChangeOf<'peer'> | ChangeOf<'route'>

/** What a speaker has. Peers and routes that others made there are not among it, or say `owned: false`. */
export interface Standing {
  readonly peers: readonly Peer[]
  readonly routes: readonly Route[]
}

/**
 * A speaker as it is now. Like a `Table`, it does what it can of the changes and returns the failures.
 *
 * A peer that cannot be reached is no failure of a change: it is told of its routes as soon as it can be.
 */
export interface Speaker {
  readonly name: SpeakerName
  read(): Promise<Standing>
  apply(changes: readonly SpeakerChange[]): Promise<readonly Failure[]>
  /** How the sessions are; empty where nobody here can know. */
  status(): Promise<readonly PeerStatus[]>
  /** `keep` leaves the routes with the peers as far as that can be (graceful restart, standing speakers). */
  close(how: 'withdraw' | 'keep'): Promise<void>
}
