/** What a diagnosis needs to know of a machine beside its tables. Nothing here writes. */
import type { Ip } from '../model/ip.ts'

export interface MachineLink {
  readonly name: string
  readonly up: boolean
  /** False = no cable, or nobody at the other end. */
  readonly carrier: boolean
  /** Bytes. */
  readonly mtu: number
}

/** The way to an address. */
export interface Way {
  /** The link that packets leave by. */
  readonly link: string
  readonly gateway?: Ip
  /** True if it leads to this machine itself. */
  readonly local: boolean
}

export interface Machine {
  /** The value of a kernel switch by its dotted name; undefined = the kernel lacks it. */
  sysctl(name: string): string | undefined
  /** `there`: loaded or built in. `loadable`: the kernel finds it when it needs it. */
  module(name: string): 'there' | 'loadable' | 'missing' | 'unknown'
  /** Whether this process may change the network: CAP_NET_ADMIN (capabilities(7)). */
  readonly mayChange: boolean
  /** Whether it may send frames of its own making: CAP_NET_RAW. */
  readonly maySend: boolean
  readonly links: ReadonlyMap<string, MachineLink>
  /** The way to an address; a text says why there is none. */
  way(address: Ip): Way | string
  /** Whether a program is in the search path. */
  program(name: string): boolean
  /** Why a directory, or the nearest one above it that there is, cannot be written to; undefined = it can. */
  unwritable(directory: string): string | undefined
}
