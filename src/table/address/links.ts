/** Changes of links: dummy links of ours come, are marked, and go. */
import type { ChangeOf, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { keyOf, type Link } from '../../model/rows.ts'
import { errnoName, kernelError } from '../../netlink/errno.ts'
import type { Netlink } from '../../netlink/socket.ts'
import { canMark, linkMark } from './mark.ts'
import { readAddresses, readLinks } from './read.ts'
import { encodeCreateLink, encodeDeleteLink, encodeSetLink } from './wire.ts'

export type LinkChange = ChangeOf<'link'>

/** Carries out `create`, `update` and `adopt`. */
export async function putLinks(
  netlink: Netlink,
  changes: readonly LinkChange[],
): Promise<Failure[]> {
  const failures = await createLinks(
    netlink,
    changes.filter(({ op }) => op === 'create'),
  )
  // A link whose creation failed may be somebody else's: it must not get our mark.
  const failed = new Set(failures.map(({ change }) => change))
  const batch = netlink.batch<LinkChange>()
  for (const change of changes) {
    if (failed.has(change)) continue
    if (batch.full()) await batch.flush()
    encodeSetLink(batch.writer, change.row, aliasFor(change))
    batch.commit(change)
  }
  await batch.flush()
  for (const { tag, errno, text } of batch.failures)
    failures.push({ change: tag, error: linkError(tag, errno, text) })
  return failures
}

/** The alias is our mark. Somebody else's alias is left alone while the link stays his. */
function aliasFor({ row, from }: LinkChange): string | undefined {
  if (row.owned) return linkMark
  return from?.owned === true ? '' : undefined
}

async function createLinks(netlink: Netlink, changes: readonly LinkChange[]): Promise<Failure[]> {
  const batch = netlink.batch<LinkChange>()
  for (const change of changes) {
    if (batch.full()) await batch.flush()
    encodeCreateLink(batch.writer, change.row.name)
    batch.commit(change)
  }
  await batch.flush()
  return batch.failures.map(({ tag, errno, text }) => ({
    change: tag,
    error: linkError(tag, errno, text),
  }))
}

/**
 * Carries out `delete`. Looks again just before: only a dummy link is deleted that carries our mark
 * as it did when this was planned, and on which no address is left but ours and the kernel's own.
 * Where the kernel cannot show whose an address is, the plan alone has looked at them.
 */
export async function removeLinks(
  netlink: Netlink,
  changes: readonly LinkChange[],
  kernel: string,
): Promise<Failure[]> {
  const failures: Failure[] = []
  const links = new Map(readLinks(netlink).map(entry => [entry.row.name, entry]))
  const inhabited = new Map<number, string>()
  for (const { index, address, prefix, owned } of readAddresses(netlink))
    if (!owned && !address.startsWith('fe80:') && canMark({ address }, kernel))
      inhabited.set(index, `${address}/${prefix}`)
  const batch = netlink.batch<LinkChange>()
  for (const change of changes) {
    const entry = links.get(change.row.name)
    const why =
      entry === undefined
        ? 'it is gone'
        : strange(change.row, entry.row, inhabited.get(entry.index))
    if (entry === undefined || why !== undefined) {
      failures.push({ change, error: new SlbError('stale', `${nameOf(change)}: ${why}`) })
      continue
    }
    if (batch.full()) await batch.flush()
    encodeDeleteLink(batch.writer, entry.index)
    batch.commit(change)
  }
  await batch.flush()
  for (const { tag, errno, text } of batch.failures)
    failures.push({ change: tag, error: linkError(tag, errno, text) })
  return failures
}

/** Why a link is not the one that was to be deleted. */
function strange(planned: Link, now: Link, address: string | undefined): string | undefined {
  if (now.type !== 'dummy') return `it is a ${now.type} link now`
  if (now.owned !== planned.owned)
    return now.owned ? 'it carries our mark now' : 'it does not carry our mark any more'
  if (address !== undefined) return `the address ${address} is on it`
  return undefined
}

function nameOf({ op, row }: LinkChange): string {
  return `${op} ${keyOf.link(row)}`
}

function linkError(change: LinkChange, errno: number, text: string | undefined): SlbError {
  const what = nameOf(change)
  switch (errnoName(errno)) {
    case 'EOPNOTSUPP':
      return kernelError(errno, what, {
        text,
        words: 'this kernel has no dummy links',
        hint: 'load the kernel module: modprobe dummy',
      })
    case 'EINVAL':
      return kernelError(errno, what, {
        text,
        hint: 'link names have 1 to 15 characters, without slash, colon and spaces',
      })
    case 'ENODEV':
      return kernelError(errno, what, { text, words: 'the link is gone' })
    default:
      return kernelError(errno, what, { text })
  }
}
