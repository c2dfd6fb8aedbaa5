/** Changes of addresses: ours come, are marked, and go; those of others stay. */
import type { ChangeOf, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import { familyOf, type Ip, writeIp } from '../../model/ip.ts'
import { keyOf } from '../../model/rows.ts'
import { errnoName, kernelError } from '../../netlink/errno.ts'
import type { Netlink } from '../../netlink/socket.ts'
import { linkIndexes, readAddresses } from './read.ts'
import { type AddressEntry, encodeAddAddress, encodeDeleteAddress } from './wire.ts'

export type AddressChange = ChangeOf<'address'>

/** Carries out `create` (the address must not be there), `update` and `adopt` (it may be). */
export async function putAddresses(
  netlink: Netlink,
  changes: readonly AddressChange[],
): Promise<Failure[]> {
  const failures: Failure[] = []
  const indexes = linkIndexes(netlink)
  const batch = netlink.batch<AddressChange>()
  for (const change of changes) {
    const index = indexes.get(change.row.link)
    if (index === undefined) {
      failures.push({ change, error: linkGone(change) })
      continue
    }
    if (batch.full()) await batch.flush()
    encodeAddAddress(batch.writer, index, change.row, change.op !== 'create')
    batch.commit(change)
  }
  await batch.flush()
  for (const { tag, errno, text } of batch.failures)
    failures.push({ change: tag, error: addressError(tag, errno, text) })
  return failures
}

/** Whether deleting an address takes others with it: `net.ipv4.conf.LINK.promote_secondaries`. */
export type PromotesSecondaries = (link: string) => boolean

/**
 * Carries out `delete`. The kernel deletes whatever has this address and prefix length, so all
 * addresses are read once more just before: one that does not carry our mark as it did when this was
 * planned stays. So does one that would take an address of somebody else with it.
 */
export async function removeAddresses(
  netlink: Netlink,
  changes: readonly AddressChange[],
  promotes: PromotesSecondaries,
): Promise<Failure[]> {
  const failures: Failure[] = []
  const indexes = linkIndexes(netlink)
  const entries = readAddresses(netlink)
  const now = new Map(entries.map(entry => [placeKey(entry.index, entry), entry]))
  const dependants = dependantsOf(entries)
  const batch = netlink.batch<AddressChange>()
  for (const change of changes) {
    const index = indexes.get(change.row.link)
    const entry = index === undefined ? undefined : now.get(placeKey(index, change.row))
    const error =
      index === undefined ? linkGone(change) : hindrance(change, entry, dependants, promotes)
    if (index === undefined || error !== undefined) {
      failures.push({ change, error: error ?? linkGone(change) })
      continue
    }
    if (batch.full()) await batch.flush()
    encodeDeleteAddress(batch.writer, index, change.row)
    batch.commit(change)
  }
  await batch.flush()
  for (const { tag, errno, text } of batch.failures)
    failures.push({ change: tag, error: addressError(tag, errno, text) })
  return failures
}

function placeKey(index: number, row: { readonly address: Ip; readonly prefix: number }): string {
  return `${index} ${row.address}/${row.prefix}`
}

/** Why an address must not be deleted now. */
function hindrance(
  change: AddressChange,
  entry: AddressEntry | undefined,
  dependants: ReadonlyMap<string, AddressEntry>,
  promotes: PromotesSecondaries,
): SlbError | undefined {
  const what = nameOf(change)
  if (entry === undefined) return new SlbError('stale', `${what}: it is gone`)
  if (entry.owned !== change.row.owned) {
    const words = entry.owned ? 'it carries our mark now' : 'it does not carry our mark any more'
    return new SlbError('stale', `${what}: ${words}`)
  }
  const victim = entry.secondary ? undefined : dependants.get(subnetKey(entry))
  if (victim === undefined || promotes(change.row.link)) return undefined
  return new SlbError(
    'invalid',
    `${what}: the kernel would delete ${victim.address}/${victim.prefix} with it`,
    { hint: `set net.ipv4.conf.${change.row.link}.promote_secondaries = 1 first` },
  )
}

/** IPv4: a secondary address lives as long as the first one of its subnet. One of each subnet. */
function dependantsOf(entries: readonly AddressEntry[]): ReadonlyMap<string, AddressEntry> {
  return new Map(entries.filter(one => one.secondary).map(one => [subnetKey(one), one]))
}

/** Link, prefix length and subnet; an IPv6 address, which never is secondary, by itself. */
function subnetKey({ index, address, prefix }: AddressEntry): string {
  if (familyOf(address) === 'ipv6') return `${index} ${address}`
  const bits = 32 - prefix
  // A shift by 32 is one by 0 (ECMAScript, 13.9.3).
  return `${index} ${prefix} ${bits === 32 ? 0 : ipv4Number(address) >>> bits}`
}

function ipv4Number(address: Ip): number {
  const bytes = Buffer.alloc(4)
  writeIp(address, bytes, 0)
  return bytes.readUInt32BE()
}

function nameOf({ op, row }: AddressChange): string {
  return `${op} ${keyOf.address(row)}`
}

function linkGone(change: AddressChange): SlbError {
  if (change.op === 'delete')
    return new SlbError('stale', `${nameOf(change)}: it is gone with its link`, { errno: 'ENODEV' })
  return new SlbError('missing', `${nameOf(change)}: there is no link ${change.row.link}`, {
    errno: 'ENODEV',
    hint: 'create the link, or name another one in [vip] link',
  })
}

function addressError(change: AddressChange, errno: number, text: string | undefined): SlbError {
  const what = nameOf(change)
  const { link, address } = change.row
  switch (errnoName(errno)) {
    case 'ENODEV':
      return linkGone(change)
    case 'EACCES':
      // inet6_addr_add in net/ipv6/addrconf.c; a missing capability is EPERM.
      return kernelError(errno, what, {
        text,
        code: 'invalid',
        words: `IPv6 is switched off on ${link}`,
        hint: `set net.ipv6.conf.${link}.disable_ipv6 = 0`,
      })
    case 'EOPNOTSUPP':
    case 'EAFNOSUPPORT':
      return kernelError(errno, what, {
        text,
        words: `this kernel does not do ${familyOf(address) === 'ipv6' ? 'IPv6' : 'IPv4'}`,
      })
    default:
      return kernelError(errno, what, { text })
  }
}
