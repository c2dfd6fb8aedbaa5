/** What the kernel would take as a backend, but what can't work. */
import { type AddressScope, endpoint, scopeOf } from '../model/ip.ts'
import type { Forward, ServiceId } from '../model/rows.ts'
import type { Endpoint } from './address.ts'
import type { BackendConfig } from './config.gen.ts'

/** A backend with more than an address. */
export type BackendTable = Exclude<BackendConfig, string>

/** One virtual service that is to get destinations. */
export interface Listener {
  readonly id: ServiceId
  /** The port that a backend has which names none. */
  readonly backendPort: number
}

/** A fault of one backend, and the key of its table that is to blame. */
export interface Wrong {
  readonly code: string
  readonly message: string
  readonly key?: keyof BackendTable
}

/** `manyPorts`: the listeners differ in the port of their backends, so none can name its own. */
export function checkEndpoint(
  { address, port }: Endpoint,
  forward: Forward,
  listeners: readonly Listener[],
  manyPorts: boolean,
): Wrong | undefined {
  const scope = scopeOf(address)
  if (scope !== 'unicast') {
    const wrong = checkScope(address, scope, forward)
    if (wrong) return wrong
  }
  if (port !== -1 && manyPorts)
    return {
      code: 'ambiguous-port',
      message: `${endpoint(address, port)} names a port, but here the service's port says which ports backends have: write "${address}", and a pair like "80:8080" in port where they differ`,
    }
  for (let i = 0; i < listeners.length; i++) {
    const listener = listeners[i]
    if (!listener) continue
    const { id, backendPort } = listener
    if (id.address === address && forward !== 'local')
      return {
        code: 'backend-is-vip',
        message: `${address} is the VIP itself: its packets would go round in circles`,
      }
    const to = port === -1 ? backendPort : port
    if (forward !== 'nat' && to !== id.port)
      return {
        code: 'port-mismatch',
        message: `forward = "${forward}" leaves packets unchanged, so the port of a backend is the service's: ${id.port === 0 ? 'none here' : id.port}, not ${to}`,
      }
  }
  return undefined
}

function checkScope(address: string, scope: AddressScope, forward: Forward): Wrong | undefined {
  switch (scope) {
    case 'loopback':
      if (forward === 'local') return undefined
      return {
        code: 'loopback-backend',
        message:
          forward === 'nat'
            ? `${address} is a loopback address: the kernel drops what nat sends there; write another address of this machine`
            : `${address} is a loopback address, which no network leads to; for this machine itself write forward = "local"`,
      }
    case 'linkLocal':
      if (!address.includes(':')) return undefined
      return {
        code: 'bad-backend',
        message: `${address} is a link-local address, which needs a zone, and IPVS knows no zones: write another address of the backend`,
      }
    case 'multicast':
      return {
        code: 'bad-backend',
        message: `${address} is a multicast address, not one of a host`,
      }
    case 'broadcast':
      return {
        code: 'bad-backend',
        message: `${address} is the broadcast address, not one of a host`,
      }
    case 'unspecified':
      return { code: 'bad-backend', message: `${address} stands for any address, not for a host` }
    default:
      return undefined
  }
}

/** What the keys of a table say against each other; the kernel answers ERANGE to lower over upper. */
export function checkTable(table: BackendTable, forward: Forward): Wrong | undefined {
  if ((table.lower ?? 0) > (table.upper ?? 0))
    return {
      code: 'bad-threshold',
      message: table.upper
        ? `lower (${table.lower}) is over upper (${table.upper})`
        : 'lower has a meaning only below upper: write upper too',
      key: 'lower',
    }
  if (table.tunnel && forward !== 'tunnel')
    return {
      code: 'unused-tunnel',
      message: `tunnel has no meaning with forward = "${forward}"`,
      key: 'tunnel',
    }
  return undefined
}
