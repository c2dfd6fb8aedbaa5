/** Peers and routes of all speakers, as one table. */
import { isDeepStrictEqual } from 'node:util'
import {
  type Peer,
  type PeerStatus,
  peerKey,
  type Route,
  routeKey,
  type Silence,
  type SpeakerName,
} from '../../model/announcement.ts'
import { type Change, changeKey, type Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import type { Scope, Table } from '../table.ts'
import { isSamePlace, oneOfEach } from './places.ts'
import { Post } from './post.ts'
import type { Speaker, SpeakerChange, Standing } from './speaker.ts'

export interface AnnounceTable extends Table {
  /** How the sessions of all speakers are. */
  status(): Promise<readonly PeerStatus[]>
  /** The gobgpds that could not be asked when they were asked last, by where they are. */
  unanswered(): ReadonlyMap<string, Silence>
}

/**
 * The table of kinds `peer` and `route`.
 *
 * A speaker is read if something is wanted of it, if it had something of ours when it was read last or may
 * have, as one that could not be asked then, or if it has not been read yet: asking it may cost, and mostly
 * there is one alone that has to be asked.
 *
 * One that cannot be asked, as a gobgpd that does not run, has nothing: what is wanted of it is then tried,
 * and fails with the reason, while everything else goes on. Of a key that stands in several places the one
 * is read that is to be done something about: what was left behind shows until it is taken back.
 *
 * @param gobgp opens the speaker for a gobgpd at an address
 * @param monotonic milliseconds
 */
export function announceTable(
  speakers: readonly Speaker[],
  gobgp?: (api: string) => Speaker,
  monotonic: () => number = () => performance.now(),
): AnnounceTable {
  const posts = new Map<string, Post>(speakers.map(one => [one.name, new Post(one)]))
  /** What stands already where a row is wanted that is shown in another place. */
  let hidden: ReadonlyMap<string, Peer | Route> = new Map()
  const postOf = ({ speaker, api }: Pick<Peer | Route, 'speaker' | 'api'>): Post | undefined => {
    if (speaker !== 'gobgp' || api === undefined || gobgp === undefined) return posts.get(speaker)
    const known = posts.get(`gobgp ${api}`)
    if (known !== undefined) return known
    const post = new Post(gobgp(api), api)
    posts.set(`gobgp ${api}`, post)
    return post
  }
  return {
    kinds: ['peer', 'route'],
    async read(scope) {
      for (const apis of [scope?.gobgpds, scope?.formerGobgpds])
        for (const api of apis ?? []) postOf({ speaker: 'gobgp', api })
      const all: Standing[] = []
      for (const post of posts.values())
        if (isWanted(post, scope)) all.push(await post.wanted())
        else if (post.busy) all.push(await post.left(monotonic()))
      const { told } = scope ?? {}
      const peers = oneOfEach(
        all.flatMap(one => one.peers),
        peerKey,
        told?.peer,
      )
      const routes = oneOfEach(
        all.flatMap(one => one.routes),
        routeKey,
        told?.route,
      )
      hidden = new Map<string, Peer | Route>([...peers.hidden, ...routes.hidden])
      return { peer: peers.shown, route: routes.shown }
    },
    async apply(changes) {
      const failures: Failure[] = []
      const parts = new Map<Post, SpeakerChange[]>()
      const put = (post: Post | undefined, change: SpeakerChange): void => {
        if (post === undefined) {
          failures.push(unreachable(change))
          return
        }
        const known = parts.get(post)
        if (known === undefined) parts.set(post, [change])
        else known.push(change)
      }
      const carryOut = async (): Promise<void> => {
        for (const [post, part] of parts) {
          post.busy = true
          failures.push(...(await carriedOut(post.speaker, part)))
        }
        parts.clear()
      }
      const all = changes.map(speakerChange)
      const meant = new Map<Change, Change>()
      for (const change of all) {
        const moves = change.from !== undefined && postOf(change.from) !== postOf(change.row)
        const there = moves ? atHome(change, hidden.get(changeKey(change))) : change
        if (there === undefined) continue
        meant.set(there, change)
        put(postOf(there.row), there)
      }
      await carryOut()
      // Whoever planned knows a change by what he planned.
      const failed = new Set<Change>()
      for (const [at, { change, error }] of failures.entries()) {
        const planned = meant.get(change) ?? change
        failures[at] = { change: planned, error }
        failed.add(planned)
      }
      // What could not be made there goes on here: it is tried again, and nobody was without it.
      for (const change of all) {
        const { row, from, kind } = change
        const before = from && postOf(from)
        if (before !== undefined && before !== postOf(row) && !failed.has(change))
          put(before, { op: 'delete', kind, row: from } as SpeakerChange)
      }
      await carryOut()
      return failures
    },
    async status() {
      const all: PeerStatus[] = []
      for (const { speaker, busy, silence } of posts.values())
        if (busy && silence === undefined) all.push(...(await speaker.status().catch(expected)))
      return all
    },
    unanswered() {
      const silences = new Map<string, Silence>()
      for (const { api, silence } of posts.values())
        if (api !== undefined && silence !== undefined) silences.set(api, silence)
      return silences
    },
    // What stands, stands until somebody takes it back; a speaker that ends with its process ends there.
    close() {
      for (const { speaker } of posts.values()) void speaker.close('keep').catch(() => {})
    },
  }
}

function isWanted({ speaker: { name }, api }: Post, scope: Scope | undefined): boolean {
  return api === undefined ? scope?.speakers?.has(name) === true : scope?.gobgpds?.has(api) === true
}

/**
 * What is to be done in the place where a row is wanted; undefined = nothing, it stands there as it is to
 * be, and goes in another place.
 */
function atHome(change: SpeakerChange, home: Peer | Route | undefined): SpeakerChange | undefined {
  const { row } = change
  if (home === undefined || !isSamePlace(home, row)) return change
  if (isDeepStrictEqual(home, row)) return undefined
  return { ...change, op: 'update', from: home } as SpeakerChange
}

async function carriedOut(
  speaker: Speaker,
  changes: readonly SpeakerChange[],
): Promise<readonly Failure[]> {
  try {
    return await speaker.apply(changes)
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    return changes.map(change => ({ change, error }))
  }
}

/** Faults from outside are no reason to stop; bugs are. */
function expected(error: unknown): readonly never[] {
  if (error instanceof SlbError) return []
  throw error
}

function speakerChange(change: Change): SpeakerChange {
  if ((change.kind === 'peer' || change.kind === 'route') && change.op !== 'drain') return change
  throw new Error(`a speaker cannot ${change.op} ${changeKey(change)}`)
}

function unreachable(change: SpeakerChange): Failure {
  const name: SpeakerName = change.row.speaker
  return {
    change,
    error: new SlbError('missing', `${changeKey(change)}: nobody here speaks as ${name}`, {
      hint: name === 'embedded' ? 'it is part of slb run: start that' : 'see [bgp] speaker',
    }),
  }
}
