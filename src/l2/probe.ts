/** Asking whether an IPv4 address is taken before it is used (RFC 5227, 2.1). */
import { SlbError } from '../model/error.ts'
import type { Ip } from '../model/ip.ts'
import { kernelError } from '../netlink/errno.ts'
import { type Libc, libc } from '../netlink/libc.ts'
import type { Netlink } from '../netlink/socket.ts'
import { arpProbe, claimOf, etherTypeArp, parseArp } from './arp.ts'
import { epochOf, isReady, type L2Link, ownMacs, readLink, unfitness } from './links.ts'
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
  /**
   * The link is not there, cannot do it, has no carrier or lost it meanwhile; or a privilege is missing.
   * Silence there says nothing.
   */
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
    for (const link of open) {
      const silence = unsteady(netlink, link)
      for (const one of link.questions) answers.set(one, answerTo(one.address, link, silence))
    }
  } finally {
    for (const { listener } of open) listener.close()
  }
  return questions.map(one => {
    const answer = answers.get(one)
    if (answer === undefined) throw new Error(`${one.address} on ${one.link} has no answer`)
    return answer
  })
}

/** A link that is asked on. */
interface OpenLink {
  readonly name: string
  readonly link: L2Link
  readonly mac: Mac
  readonly listener: FrameListener
  readonly questions: readonly Question[]
  readonly asked: ReadonlySet<Ip>
  readonly taken: Map<Ip, Mac>
  /** Addresses of which at least one probe has left. */
  readonly left: Set<Ip>
  /** The last error number of those that have not. */
  errno: number
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
    const { link, mac } = fitLink(name, readLink(netlink, name))
    return {
      name,
      link,
      mac,
      listener: openFrameListener(c, link.index, etherTypeArp),
      questions,
      asked: new Set(questions.map(({ address }) => address)),
      taken: new Map(),
      left: new Set(),
      errno: 0,
    }
  } catch (error) {
    if (error instanceof SlbError) return error
    throw error
  }
}

function fitLink(name: string, link: L2Link | undefined): { link: L2Link; mac: Mac } {
  const error = unfitness(name, link, nameOf(name))
  if (error !== undefined) throw error
  if (link?.mac === undefined) throw new Error(`${name} is fit, and has no hardware address`)
  if (!isReady(link)) throw unheard(name, 'the link is down or has no carrier')
  return { link, mac: link.mac }
}

/** Why silence on a link says nothing; undefined = it has stood all the time. */
function unsteady(netlink: Netlink, { name, link }: OpenLink): SlbError | undefined {
  const now = readLink(netlink, name)
  if (now !== undefined && isReady(now) && epochOf(now) === epochOf(link)) return undefined
  return unheard(name, 'the link went down meanwhile')
}

function answerTo(
  address: Ip,
  { name, taken, left, errno }: OpenLink,
  silence: SlbError | undefined,
): Answer {
  const holder = taken.get(address)
  if (holder !== undefined) return { result: 'taken', holder }
  if (silence !== undefined) return { result: 'unasked', error: silence }
  if (left.has(address)) return { result: 'free' }
  return { result: 'unasked', error: kernelError(errno, nameOf(name)) }
}

function nameOf(link: string): string {
  return `ask on ${link} whether another host has the address`
}

function unheard(link: string, why: string): SlbError {
  return new SlbError('missing', `${nameOf(link)}: ${why}`, {
    hint: `see ip link show ${link}; until it has a carrier the address waits`,
  })
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
        ask(link, address)
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

function ask(open: OpenLink, address: Ip): void {
  const errno = open.listener.send(open.link.index, arpProbe(open.mac, address))
  if (errno === 0) open.left.add(address)
  else open.errno = errno
}

function hear({ listener, asked, taken }: OpenLink, own: ReadonlySet<Mac>): void {
  listener.receive(frame => {
    const packet = parseArp(frame)
    const claim = packet === undefined ? undefined : claimOf(packet)
    if (claim === undefined || own.has(claim.mac)) return
    if (asked.has(claim.address) && !taken.has(claim.address)) taken.set(claim.address, claim.mac)
  })
}
