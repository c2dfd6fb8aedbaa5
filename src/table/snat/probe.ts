/** Whether there is an nftables table, asked of the kernel: far cheaper than starting nft. */
import { SlbError } from '../../model/error.ts'
import { putString } from '../../netlink/attr.ts'
import { startMessage } from '../../netlink/message.ts'
import { type Netlink, openNetlink } from '../../netlink/socket.ts'

/** NETLINK_NETFILTER. */
const netfilter = 12
/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, linux/netfilter/nf_tables.h. */
const getTable = (10 << 8) | 1
const nameAttribute = 1
/** NFPROTO_INET. */
const inet = 1

/** What the kernel answers where there is no such table, or no nf_tables at all. */
const none = new Set([
  'ENOENT',
  'EINVAL',
  'EOPNOTSUPP',
  'EAFNOSUPPORT',
  'EPROTONOSUPPORT',
  'ESOCKTNOSUPPORT',
])

export interface Probe {
  /** @throws SlbError `denied` without CAP_NET_ADMIN, which reading needs here too */
  exists(name: string): boolean
  close(): void
}

/** Looks for tables of the family inet. The socket is opened at the first look. */
export function tableProbe(open: () => Netlink = () => openNetlink(netfilter)): Probe {
  let netlink: Netlink | undefined
  return {
    exists(name) {
      try {
        netlink ??= open()
        netlink.request(`look for nftables table inet ${name}`, w => {
          startMessage(w, getTable)
          // struct nfgenmsg: family, version 0, resource 0.
          w.u32[w.at >> 2] = 0
          w.bytes[w.at] = inet
          w.at += 4
          putString(w, nameAttribute, name)
        })
        return true
      } catch (error) {
        if (error instanceof SlbError && none.has(error.errno ?? '')) return false
        throw error
      }
    },
    close() {
      netlink?.close()
      netlink = undefined
    },
  }
}
