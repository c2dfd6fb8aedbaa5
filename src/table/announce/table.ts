/** Peers and routes of all speakers, as one table. */
import {
  type Peer,
  type PeerStatus,
  peerKey,
  type Route,
  routeKey,
  type SpeakerName,
} from '../../model/announcement.ts'
import { type Change, changeKey, type Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import type { Scope, Table } from '../table.ts'
import type { Speaker, SpeakerChange, Standing } from './speaker.ts'

export interface AnnounceTable extends Table {
  /** How the sessions of all speakers are. */
  status(): Promise<readonly PeerStatus[]>
}

/** A speaker, and when it is asked. */
interface Post {
  readonly speaker: Speaker
  /** Of a gobgpd, where it is. */
  readonly api?: string
  /** True if it has something of ours, or may have. */
  busy: boolean
}

const none: Standing = { peers: [], routes: [] }

/**
 * The table of kinds `peer` and `route`.
 *
 * A speaker is read if something is wanted of it, if it had something of ours when it was read last, or
 * if it has not been read yet: asking it may cost, and mostly there is one alone that has to be asked.
 *
 * One that cannot be asked, as a gobgpd that does not run, has nothing: what is wanted of it is then tried,
 * and fails with the reason, while everything else goes on.
 *
 * @param gobgp opens the speaker for a gobgpd at an address
 */
export function announceTable(
  speakers: readonly Speaker[],
  gobgp?: (api: string) => Speaker,
): AnnounceTable {
  const posts = new Map<string, Post>(speakers.map(one => [one.name, { speaker: one, busy: true }]))
  const postOf = ({ speaker, api }: Pick<Peer | Route, 'speaker' | 'api'>): Post | undefined => {
    if (speaker !== 'gobgp' || api === undefined || gobgp === undefined) return posts.get(speaker)
    const known = posts.get(`gobgp ${api}`)
    if (known !== undefined) return known
    const post: Post = { speaker: gobgp(api), api, busy: true }
    posts.set(`gobgp ${api}`, post)
    return post
  }
  return {
    kinds: ['peer', 'route'],
    async read(scope) {
      for (const api of scope?.gobgpds ?? []) postOf({ speaker: 'gobgp', api })
      const peer = new Map<string, Peer>()
      const route = new Map<string, Route>()
      for (const post of posts.values()) {
        if (!post.busy && !isWanted(post, scope)) continue
        const { peers, routes } = await standing(post)
        for (const row of peers) peer.set(peerKey(row), row)
        for (const row of routes) route.set(routeKey(row), row)
        post.busy = peers.length > 0 || routes.some(({ owned }) => owned)
      }
      return { peer, route }
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
      for (const change of all) put(postOf(change.row), change)
      await carryOut()
      // What could not be made there goes on here: it is tried again, and nobody was without it.
      const failed = new Set<Change>(failures.map(({ change }) => change))
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
      for (const { speaker, busy } of posts.values())
        if (busy) all.push(...(await speaker.status().catch(expected)))
      return all
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

async function standing({ speaker, api }: Post): Promise<Standing> {
  const found = await speaker.read().catch(error => {
    expected(error)
    return none
  })
  if (api === undefined) return found
  return {
    peers: found.peers.map(row => ({ ...row, api })),
    routes: found.routes.map(row => ({ ...row, api })),
  }
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
