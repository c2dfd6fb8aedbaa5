/** Changes to messages: which commands each one takes, in few sends. */
import type { Change, ChangeOf, Failure } from '../../model/change.ts'
import type { Batch } from '../../netlink/batch.ts'
import { startGenl } from '../../netlink/genl.ts'
import type { Netlink } from '../../netlink/socket.ts'
import { command, familyVersion } from './abi.ts'
import { failureOf } from './fault.ts'
import { putDestination, putDestinationId } from './wire-destination.ts'
import { putService, putServiceId } from './wire-service.ts'
import { putSync, putSyncRole, putTimeouts } from './wire-settings.ts'

/** The first half of a `replace` has no tag: if it fails, the second half fails with it. */
type Tag = Change | undefined

/** Carries out the changes in order; those of kinds that are not IPVS's are passed over. */
export async function applyChanges(
  netlink: Netlink,
  family: number,
  changes: readonly Change[],
): Promise<readonly Failure[]> {
  const batch = netlink.batch<Tag>()
  for (const change of changes) {
    if (batch.full()) await batch.flush()
    writeChange(batch, family, change)
  }
  await batch.flush()
  const failures: Failure[] = []
  for (const { tag, errno, text } of batch.failures)
    if (tag !== undefined) failures.push(failureOf(tag, errno, text))
  return failures
}

function writeChange(batch: Batch<Tag>, family: number, change: Change): void {
  switch (change.kind) {
    case 'service':
      writeService(batch, family, change)
      break
    case 'destination':
      writeDestination(batch, family, change)
      break
    case 'timeouts':
      if (change.op === 'delete' || change.op === 'drain') break
      startGenl(batch.writer, family, command.setConfig, familyVersion)
      putTimeouts(batch.writer, change.row)
      batch.commit(change)
      break
    case 'sync':
      writeSync(batch, family, change)
      break
  }
}

/** `drain` of a service is done by the drains of its destinations, and the service stays as it is. */
function writeService(batch: Batch<Tag>, family: number, change: ChangeOf<'service'>): void {
  const w = batch.writer
  const { op, row } = change
  if (op === 'drain') return
  if (op === 'delete' || op === 'replace') {
    startGenl(w, family, command.delService, familyVersion)
    putServiceId(w, row.id)
    batch.commit(op === 'delete' ? change : undefined)
  }
  if (op === 'delete') return
  const set = op === 'update' || op === 'adopt'
  startGenl(w, family, set ? command.setService : command.newService, familyVersion)
  putService(w, row)
  batch.commit(change)
}

function writeDestination(
  batch: Batch<Tag>,
  family: number,
  change: ChangeOf<'destination'>,
): void {
  const w = batch.writer
  const { op, row } = change
  if (op === 'delete' || op === 'replace') {
    startGenl(w, family, command.delDest, familyVersion)
    putServiceId(w, row.service)
    putDestinationId(w, row)
    batch.commit(op === 'delete' ? change : undefined)
  }
  if (op === 'delete' || (op === 'drain' && row.weight === 0)) return
  const fresh = op === 'create' || op === 'replace'
  startGenl(w, family, fresh ? command.newDest : command.setDest, familyVersion)
  putServiceId(w, row.service)
  putDestination(w, row, op === 'drain' ? 0 : row.weight)
  batch.commit(change)
}

/** The kernel has no way to change a daemon that runs: everything but create is stop and start. */
function writeSync(batch: Batch<Tag>, family: number, change: ChangeOf<'sync'>): void {
  const w = batch.writer
  const { op, row } = change
  // An adopted daemon runs as it should already, and has no room for a mark.
  if (op === 'drain' || op === 'adopt') return
  if (op !== 'create') {
    startGenl(w, family, command.delDaemon, familyVersion)
    putSyncRole(w, row)
    batch.commit(op === 'delete' ? change : undefined)
  }
  if (op === 'delete') return
  startGenl(w, family, command.newDaemon, familyVersion)
  putSync(w, row)
  batch.commit(change)
}
