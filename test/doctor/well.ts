/** A machine on which nothing is wrong. */
import type { Machine } from '../../src/doctor/machine.ts'
import type { State } from '../../src/model/state.ts'

/** Its switches are those of a live state, and every address is behind `eth0`. */
export function wellMachine(state: () => State): Machine & { close(): void } {
  const link = { name: 'eth0', up: true, carrier: true, mtu: 9000 }
  return {
    sysctl: name => state().sysctl.get(`sysctl ${name}`)?.value,
    module: () => 'there',
    mayChange: true,
    maySend: true,
    links: new Map([[link.name, link]]),
    way: () => ({ link: link.name, local: false }),
    program: () => true,
    unwritable: () => undefined,
    close() {},
  }
}
