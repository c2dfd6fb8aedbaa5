/** Tell the netlink writes from the reads in what strace saw. */

export interface Sends {
  readonly reads: number
  readonly writes: number
}

/** What strace must be told for `countWrites`: calls, numbers for constants, bytes in hexadecimal. */
export const straceOptions: readonly string[] = [
  ...['-f', '-xx', '-X', 'raw', '-s', '16'],
  ...['-e', 'trace=socket,sendto,sendmsg'],
]

/** Protocols of AF_NETLINK (linux/netlink.h). */
const route = 0
const netfilter = 12
const generic = 16

/** The commands of IPVS that only look: IPVS_CMD_GET_* of linux/ip_vs.h. */
const ipvsLooks = new Set([4, 8, 11, 13, 15])
/** GENL_ID_CTRL, which is asked for the numbers of families. */
const familyControl = 16

/** Count sends by the first message in each: a batch of writes is one write. */
export function countWrites(trace: string): Sends {
  const protocols = new Map<string, number>()
  let reads = 0
  let writes = 0
  for (const line of trace.split('\n')) {
    const socket = /socket\(0x10, [^,]+, (\w+)\) += (\d+)/.exec(line)
    if (socket !== null) protocols.set(socket[2] ?? '', Number(socket[1]))
    const send = /send(?:to|msg)\((\d+), .*?nlmsg_type=(\w+).*?\}, "\\x([0-9a-f]{2})/.exec(line)
    if (send === null) {
      if (line.includes('nlmsg_type')) writes++ // not understood is not harmless
      continue
    }
    const protocol = protocols.get(send[1] ?? '') ?? -1
    if (looks(protocol, Number(send[2]), Number.parseInt(send[3] ?? '', 16))) reads++
    else writes++
  }
  return { reads, writes }
}

function looks(protocol: number, type: number, command: number): boolean {
  switch (protocol) {
    case route: // types come in fours: new, delete, get, set
      return type % 4 === 2
    case netfilter: // NFNL_SUBSYS_NFTABLES: new, get, delete in threes
      return type >> 8 === 10 && (type & 0xff) % 3 === 1
    case generic:
      return type === familyControl || ipvsLooks.has(command)
    default:
      return false
  }
}
