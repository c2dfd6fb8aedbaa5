/** Asking whether an IPv4 address is taken before it is used (RFC 5227, 2.1). */
import { SlbError } from '../model/error.ts'
import type { Ip } from '../model/ip.ts'
import { type Libc, libc } from '../netlink/libc.ts'
import type { Netlink } from '../netlink/socket.ts'
import { arpProbe, claimOf, etherTypeArp, parseArp } from './arp.ts'
import { isReady, type L2Link, ownMacs, readLink, unfitness } from './links.ts'
import type { Mac } from './mac.ts'
import { type FrameListener, openFrameListener } from './packet-socket.ts'

/** An address, and the link on which nobody else may have it. */
export interface Question {
  readonly link: string
  readonly address: Ip
}

/** What became of a question. `free` is as good as silence is: a host that is off has no say. */
export type Answer =
  | { readonly result: 'free' }
  | { readonly result: 'taken'; readonly holder: Mac }
  /** The link is not there, cannot do it, or has no carrier; or a privilege is missing. */
  | { readonly result: 'unasked'; readonly error: SlbError }

export interface ProbeOptions {
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Milliseconds between two probes, and after the last one. */
  readonly interval?: number
  /** The C library, or what stands in for it. */
  readonly libc?: Libc
}

/**
 * RFC 5227, 1.1 has three probes one to two seconds apart, after a random wait of up to a second and
 * with two seconds after the last: 4 to 7 s, made for hosts that are all switched on at once and pick
 * addresses by chance. A VIP is given, not picked, and clients wait for it; a host on the same link
 * answers within milliseconds, and three chances make up for a frame that is lost.
 */
const probeCount = 3
const usualInterval = 200

/** Milliseconds between two looks at what has come. */
const lookInterval = 20
/** So many frames at once, for the sake of the network. */
const burst = 500

/**
 * Asks for all addresses at once, each on its link: 0.6 s together, and 20 ms more in each of the three
 * rounds for every 500 of them.
 *
 * Taken is an address that an ARP packet comes from, or that somebody else probes for. What comes from
 * a hardware address of this host does not count: with two links to one network the kernel answers on
 * the one for an address of the other.
 *
 * @returns an answer to each question, in their order
 */
export async function probe(
  questions: readonly Question[],
  netlink: Netlink,
  options: ProbeOptions,
): Promise<readonly Answer[]> {
  const answers = new Map<Question, Answer>()
  const open: OpenLink[] = []
  try {
    for (const [name, group] of groupByLink(questions)) {
      const opened = openLink(netlink, options.libc ?? libc(), name, group)
      if (!(opened instanceof SlbError)) open.push(opened)
      else for (const one of group) answers.set(one, { result: 'unasked', error: opened })
    }
    if (open.length > 0) await askAll(open, ownMacs(netlink), options)
  } finally {
    for (const { listener } of open) listener.close()
  }
  for (const { questions: mine, taken } of open)
    for (const one of mine) {
      const holder = taken.get(one.address)
      answers.set(one, holder === undefined ? { result: 'free' } : { result: 'taken', holder })
    }
  return questions.map(one => answers.get(one) ?? { result: 'free' })
}

/** A link that is asked on. */
interface OpenLink {
  readonly index: number
  readonly mac: Mac
  readonly listener: FrameListener
  readonly questions: readonly Question[]
  readonly asked: ReadonlySet<Ip>
  readonly taken: Map<Ip, Mac>
}

function groupByLink(questions: readonly Question[]): ReadonlyMap<string, Question[]> {
  const groups = new Map<string, Question[]>()
  for (const one of questions) {
    const group = groups.get(one.link)
    if (group === undefined) groups.set(one.link, [one])
    else group.push(one)
  }
  return groups
}

function openLink(
  netlink: Netlink,
  c: Libc,
  name: string,
  questions: readonly Question[],
): OpenLink | SlbError {
  try {
    const link = readLink(netlink, name)
    const { index, mac } = fitLink(name, link)
    return {
      index,
      mac,
      listener: openFrameListener(c, index, etherTypeArp),
      questions,
      asked: new Set(questions.map(({ address }) => address)),
      taken: new Map(),
    }
  } catch (error) {
    if (error instanceof SlbError) return error
    throw error
  }
}

function fitLink(name: string, link: L2Link | undefined): { index: number; mac: Mac } {
  const what = `ask on ${name} whether another host has the address`
  const error = unfitness(name, link, what)
  if (error !== undefined) throw error
  if (link?.mac === undefined) throw new Error(`${name} is fit, and has no hardware address`)
  if (!isReady(link))
    throw new SlbError('timeout', `${what}: the link is down or has no carrier`, {
      hint: `see ip link show ${name}; it is asked again when the address is tried again`,
    })
  return { index: link.index, mac: link.mac }
}

async function askAll(
  links: readonly OpenLink[],
  own: ReadonlySet<Mac>,
  { sleep, interval = usualInterval }: ProbeOptions,
): Promise<void> {
  for (let round = 0; round < probeCount; round++) {
    for (const link of links) {
      let sent = 0
      for (const address of link.asked) {
        if (link.taken.has(address)) continue
        link.listener.send(link.index, arpProbe(link.mac, address))
        if (++sent % burst !== 0) continue
        await sleep(lookInterval)
        hear(link, own)
      }
    }
    for (let waited = 0; waited < interval; waited += lookInterval) {
      await sleep(Math.min(lookInterval, interval - waited))
      for (const link of links) hear(link, own)
      if (links.every(({ asked, taken }) => asked.size === taken.size)) return
    }
  }
}

function hear({ listener, asked, taken }: OpenLink, own: ReadonlySet<Mac>): void {
  listener.receive(frame => {
    const packet = parseArp(frame)
    const claim = packet === undefined ? undefined : claimOf(packet)
    if (claim === undefined || own.has(claim.mac)) return
    if (asked.has(claim.address) && !taken.has(claim.address)) taken.set(claim.address, claim.mac)
  })
}
