/** The way from this host to a backend, as checks through its VIP need to know it. */
import { SlbError } from '../../model/error.ts'
import type { Ip } from '../../model/ip.ts'
import { type Route, readRoute } from '../../netlink/route.ts'
import { type Netlink, openNetlink, protocol } from '../../netlink/socket.ts'

let opened: Netlink | undefined

/**
 * The route to an address now, in the network namespace of the calling thread.
 *
 * @throws an error with the errno's name as its code, like those of Node.
 */
export function routeTo(address: Ip): Route {
  try {
    opened ??= openNetlink(protocol.route)
    return readRoute(opened, address)
  } catch (error) {
    if (!(error instanceof SlbError)) throw error
    throw Object.assign(new Error(error.message), { code: error.errno })
  }
}
