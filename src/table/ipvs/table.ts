/** The kernel's IPVS table, over generic netlink. */
import { keyOf, type Sync } from '../../model/rows.ts'
import { familyId, genlHeaderLength, startGenl } from '../../netlink/genl.ts'
import { type Netlink, openNetlink, protocol } from '../../netlink/socket.ts'
import type { Table } from '../table.ts'
import { command, familyName, familyVersion } from './abi.ts'
import { applyChanges } from './apply.ts'
import { readAllConnections, readServices } from './read.ts'
import { readSync, readTimeouts } from './wire-settings.ts'

const missing = {
  message: 'the kernel has no IPVS: its module ip_vs is not loaded',
  hint: 'load the kernel module: `modprobe ip_vs`',
}

/**
 * Services, destinations, timeouts and synchronisation daemons of one network namespace.
 *
 * `netlink` opens the socket, at the first use. Each call asks for
 * the number of the IPVS family again, because reloading the module changes it; without the module
 * they throw an SlbError `missing`. Calls are done one after another.
 */
export function ipvsTable(netlink: () => Netlink = () => openNetlink(protocol.generic)): Table {
  let opened: Netlink | undefined
  let last: Promise<unknown> = Promise.resolve()
  /** Runs a task when all earlier ones are through: they share a socket. */
  function serial<T>(task: (socket: Netlink, family: number) => Promise<T>): Promise<T> {
    const next = last.then(() => {
      opened ??= netlink()
      return task(opened, familyId(opened, familyName, missing))
    })
    last = next.catch(() => undefined)
    return next
  }
  return {
    kinds: ['service', 'destination', 'timeouts', 'sync'],
    read: (scope = {}) =>
      serial(async (socket, family) => ({
        timeouts: readTimeoutMap(socket, family),
        sync: readSyncMap(socket, family),
        service: await readServices(socket, family, scope),
      })),
    apply: changes => serial((socket, family) => applyChanges(socket, family, changes)),
    connections: services =>
      serial((socket, family) => readAllConnections(socket, family, services)),
    close() {
      opened?.close()
      opened = undefined
    },
  }
}

function readTimeoutMap(netlink: Netlink, family: number) {
  const row = netlink.request(
    'read the IPVS timeouts',
    w => startGenl(w, family, command.getConfig, familyVersion),
    (f, at, end) => readTimeouts(f, at + genlHeaderLength, end),
  )
  return new Map(row === undefined ? [] : [[keyOf.timeouts(row), row]])
}

function readSyncMap(netlink: Netlink, family: number): ReadonlyMap<string, Sync> {
  const rows = netlink.dump(
    'read the IPVS sync daemons',
    w => startGenl(w, family, command.getDaemon, familyVersion),
    (f, at, end) => readSync(f, at + genlHeaderLength, end),
  )
  return new Map(rows.map(row => [keyOf.sync(row), row]))
}
