/** Peers and routes of all speakers, as one table. */
import { type PeerStatus, peerKey, routeKey, type SpeakerName } from '../../model/announcement.ts'
import { type Change, changeKey, type Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import type { Table } from '../table.ts'
import type { Speaker, SpeakerChange } from './speaker.ts'

export interface AnnounceTable extends Table {
  /** How the sessions of all speakers are. */
  status(): Promise<readonly PeerStatus[]>
}

/**
 * The table of kinds `peer` and `route`.
 *
 * A speaker is read if something is wanted of it, if it had something of ours when it was read last, or
 * if it has not been read yet: asking it may cost, and mostly there is one alone that has to be asked.
 */
export function announceTable(speakers: readonly Speaker[]): AnnounceTable {
  const busy = new Set<SpeakerName>(speakers.map(({ name }) => name))
  return {
    kinds: ['peer', 'route'],
    async read(scope) {
      const peer = new Map()
      const route = new Map()
      for (const speaker of speakers) {
        const { name } = speaker
        if (!busy.has(name) && scope?.speakers?.has(name) !== true) continue
        const { peers, routes } = await speaker.read()
        for (const row of peers) peer.set(peerKey(row), row)
        for (const row of routes) route.set(routeKey(row), row)
        if (peers.length > 0 || routes.some(({ owned }) => owned)) busy.add(name)
        else busy.delete(name)
      }
      return { peer, route }
    },
    async apply(changes) {
      const failures: Failure[] = []
      const parts = new Map<SpeakerName, SpeakerChange[]>()
      const put = (name: SpeakerName, change: SpeakerChange): void => {
        const known = parts.get(name)
        if (known === undefined) parts.set(name, [change])
        else known.push(change)
      }
      for (const change of changes.map(speakerChange)) {
        const { row, from, kind } = change
        put(row.speaker, change)
        if (from !== undefined && from.speaker !== row.speaker)
          put(from.speaker, { op: 'delete', kind, row: from } as SpeakerChange)
      }
      for (const [name, part] of parts) {
        const speaker = speakers.find(one => one.name === name)
        busy.add(name)
        if (speaker === undefined) failures.push(...part.map(change => unreachable(change, name)))
        else failures.push(...(await speaker.apply(part)))
      }
      return failures
    },
    async status() {
      const all: PeerStatus[] = []
      for (const speaker of speakers)
        if (busy.has(speaker.name)) all.push(...(await speaker.status()))
      return all
    },
    // What stands, stands until somebody takes it back; a speaker that ends with its process ends there.
    close() {
      for (const speaker of speakers) void speaker.close('keep').catch(() => {})
    },
  }
}

function speakerChange(change: Change): SpeakerChange {
  if ((change.kind === 'peer' || change.kind === 'route') && change.op !== 'drain') return change
  throw new Error(`a speaker cannot ${change.op} ${changeKey(change)}`)
}

function unreachable(change: SpeakerChange, name: SpeakerName): Failure {
  return {
    change,
    error: new SlbError('missing', `${changeKey(change)}: nobody here speaks as ${name}`, {
      hint: name === 'embedded' ? 'it is part of slb run: start that' : 'see [bgp] speaker',
    }),
  }
}
