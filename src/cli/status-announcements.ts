/** Announcements as status says them: the peers, and what the network is told. */
import type { AnnouncementView, PeerView } from '../status/announcements.ts'
import { age } from './status-health.ts'
import { fittedTable, type Width } from './text-table.ts'

/** Lines under their headings, each part behind an empty line; nothing where nothing is announced. */
export function announcementLines(
  peers: readonly PeerView[],
  announcements: readonly AnnouncementView[],
  now: Date,
  width?: Width,
): readonly string[] {
  const lines: string[] = []
  if (peers.length > 0)
    lines.push(
      '',
      ...fittedTable(
        [['PEER', 'AS', 'SESSION', 'ROUTES', 'WHY'], ...peers.map(one => peerRow(one, now))],
        width,
      ),
    )
  if (announcements.length > 0)
    lines.push(
      '',
      ...fittedTable(
        [['ANNOUNCEMENT', 'STATE', 'WHY'], ...announcements.map(announcementRow)],
        width,
      ),
    )
  return lines
}

function peerRow(peer: PeerView, now: Date): readonly string[] {
  const { address, as, session, since, routes, last_error: error, warning, state, why } = peer
  const lasts = since === undefined ? '' : ` ${age(now.getTime() - Date.parse(since))}`
  const said = session === 'established' ? warning : error
  const told = [state === 'ok' ? undefined : (why ?? state), said].filter(
    text => text !== undefined,
  )
  return [
    address,
    `${as}`,
    `${session}${lasts}`,
    session === 'unknown' ? '-' : `${routes}`,
    told.join('; '),
  ]
}

function announcementRow(view: AnnouncementView): readonly string[] {
  const { key, state, why, services, withheld_by: withheld } = view
  const told = why ?? Object.values(withheld).join(', ')
  const users = services.length > 3 ? `${services.length} services` : services.join(', ')
  const parts = [users === '' ? '' : `for ${users}`, told].filter(text => text !== '')
  return [key, state, parts.join('; ')]
}
