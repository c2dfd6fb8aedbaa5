/**
 * Who else claims addresses that are announced here (RFC 5227, 2.4): told, and not fought. Most often it
 * is a backend of direct routing that has the VIP, too, and does not keep silent about it.
 */
import { SlbError } from '../model/error.ts'
import type { Ip } from '../model/ip.ts'
import { claimOf, parseArp } from './arp.ts'
import type { L2Link } from './links.ts'
import type { Mac } from './mac.ts'
import type { FrameListener } from './packet-socket.ts'

/** What is listened with. */
export interface Ears {
  /** Hears ARP on the link of this number. @throws SlbError if that cannot be */
  listen(index: number): Pick<FrameListener, 'receive' | 'close'>
  /** The hardware addresses of this host. */
  ownMacs(): ReadonlySet<Mac>
}

/** An address that is claimed again so much later is told of again. Milliseconds. */
const silence = 600_000

/** What was heard of others, link by link. */
export class Rivals {
  readonly #ears: Ears
  readonly #tell: (error: SlbError) => void
  readonly #open = new Map<string, { index: number; ear: ReturnType<Ears['listen']> }>()
  /** When was last told of an address, by link and address. */
  readonly #told = new Map<string, number>()

  constructor(ears: Ears, tell: (error: SlbError) => void) {
    this.#ears = ears
    this.#tell = tell
  }

  /**
   * Takes in what has come by a link since the last time, from the first time on.
   *
   * @throws SlbError if it cannot be listened to
   */
  look({ name, index }: L2Link, isOurs: (address: Ip) => boolean, now: number): void {
    const claims = new Map<Ip, Mac>()
    this.#earOf(name, index).receive(frame => {
      const packet = parseArp(frame)
      const claim = packet === undefined ? undefined : claimOf(packet)
      if (claim !== undefined && isOurs(claim.address)) claims.set(claim.address, claim.mac)
    })
    if (claims.size === 0) return
    const own = this.#ears.ownMacs()
    for (const [address, mac] of claims)
      if (!own.has(mac) && this.#isNews(`${name} ${address}`, now))
        this.#tell(claimed(name, address, mac))
  }

  /** Hears no more of a link. */
  leave(name: string): void {
    this.#open.get(name)?.ear.close()
    this.#open.delete(name)
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.leave(name)
  }

  #earOf(name: string, index: number): ReturnType<Ears['listen']> {
    const known = this.#open.get(name)
    if (known?.index === index) return known.ear
    this.leave(name)
    const ear = this.#ears.listen(index)
    this.#open.set(name, { index, ear })
    return ear
  }

  #isNews(key: string, now: number): boolean {
    const last = this.#told.get(key)
    if (last !== undefined && now - last < silence) return false
    this.#told.set(key, now)
    return true
  }
}

function claimed(link: string, address: Ip, mac: Mac): SlbError {
  return new SlbError(
    'duplicate-address',
    `another host on ${link} claims ${address}, which is announced here: its hardware address is ${mac}`,
    {
      hint: `find ${mac} (ip neigh, or the tables of the switch): if it is a backend that has the VIP, set net.ipv4.conf.all.arp_ignore = 1 and arp_announce = 2 there; else take ${address} from it`,
    },
  )
}
