/** The way from this host to a backend, as checks through its VIP need to know it. */
import { answersBlocked } from '../../model/answers.ts'
import { SlbError } from '../../model/error.ts'
import { familyOf, type Ip } from '../../model/ip.ts'
import { type Route, readRoute } from '../../netlink/route.ts'
import { type Netlink, openNetlink, protocol } from '../../netlink/socket.ts'
import { linkIndexes } from '../../table/address/read.ts'
import { readSysctl } from '../../table/sysctl.ts'

/**
 * Why no answer of a backend can come in through its VIP, whatever it does; undefined = it can, as far
 * as is known. Costs a few system calls, and is asked where there was no answer.
 */
export function whyUnanswerable(vip: Ip, backend: Ip): string | undefined {
  // A VIP that is not here is a source like any other.
  if (familyOf(vip) === 'ipv6' || !routeTo(vip).local) return undefined
  const name = linkName(routeTo(backend).link)
  const blocking = name === undefined ? undefined : answersBlocked(name, readSysctl)
  if (blocking === undefined) return undefined
  const { name: what, is, be } = blocking
  return `${what} = ${is} keeps answers through the VIP out: set it to ${be}`
}

let opened: Netlink | undefined

/**
 * The route to an address now, in the network namespace of the calling thread.
 *
 * @throws an error with the errno's name as its code, like those of Node.
 */
export function routeTo(address: Ip): Route {
  try {
    return readRoute(netlink(), address)
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    throw Object.assign(new Error(error.message), { code: error.errno })
  }
}

/** Links come and go, and with them their numbers. */
function linkName(index: number): string | undefined {
  for (const [name, each] of linkIndexes(netlink())) if (each === index) return name
  return undefined
}

function netlink(): Netlink {
  opened ??= openNetlink(protocol.route)
  return opened
}
