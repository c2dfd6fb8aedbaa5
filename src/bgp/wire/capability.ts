/** What the two sides of a session can do (RFC 5492), as far as it concerns a speaker that only announces. */
import type { Family } from '../../model/ip.ts'
import { afiOf, familyOfAfi, unicast } from './family.ts'
import { type Fault, fault } from './fault.ts'
import type { Writer } from './writer.ts'

/** The IANA registry of capability codes. */
const code = {
  multiprotocol: 1,
  routeRefresh: 2,
  extendedNextHop: 5,
  gracefulRestart: 64,
  fourOctetAs: 65,
} as const

export interface GracefulRestart {
  /** R: the speaker has just started again (RFC 4724, 3). */
  readonly restarting: boolean
  /** In seconds; at most 4095. */
  readonly time: number
  /** Those whose routes are kept over a restart. */
  readonly families: readonly Family[]
  /** F: packets were forwarded all the while. */
  readonly preserved: boolean
}

export interface Capabilities {
  /** Absent: the peer knows no other than IPv4 (RFC 4760, 8). Others than ours are left out. */
  readonly families?: readonly Family[]
  /** The number of its AS (RFC 6793). */
  readonly as4?: number
  readonly routeRefresh: boolean
  /** It takes IPv4 routes with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean
  readonly gracefulRestart?: GracefulRestart
}

/** The value of the optional parameter 2. */
export function writeCapabilities(writer: Writer, capabilities: Capabilities): void {
  const { families = [], as4, routeRefresh, extendedNextHop, gracefulRestart } = capabilities
  for (const family of families)
    writer.u8(code.multiprotocol).u8(4).u16(afiOf(family)).u8(0).u8(unicast)
  if (routeRefresh) writer.u8(code.routeRefresh).u8(0)
  if (extendedNextHop)
    writer.u8(code.extendedNextHop).u8(6).u16(afiOf('ipv4')).u16(unicast).u16(afiOf('ipv6'))
  if (gracefulRestart !== undefined) {
    const { restarting, time, preserved } = gracefulRestart
    writer.u8(code.gracefulRestart).u8(2 + 4 * gracefulRestart.families.length)
    writer.u16((restarting ? 0x8000 : 0) | Math.min(time, 0xfff))
    for (const family of gracefulRestart.families)
      writer
        .u16(afiOf(family))
        .u8(unicast)
        .u8(preserved ? 0x80 : 0)
  }
  if (as4 !== undefined) writer.u8(code.fourOctetAs).u8(4).u32(as4)
}

/** Reads the values of all parameters 2. Unknown capabilities are left out (RFC 5492, 3). */
export function readCapabilities(parameters: readonly Buffer[]): Capabilities | Fault {
  const families = new Set<Family>()
  let multiprotocol = false
  let as4: number | undefined
  let routeRefresh = false
  let extendedNextHop = false
  let gracefulRestart: GracefulRestart | undefined
  for (const bytes of parameters)
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at + 1]
      if (length === undefined || at + 2 + length > bytes.length)
        return fault('badOpen', [], 'a capability is longer than what holds it')
      const value = bytes.subarray(at + 2, at + 2 + length)
      switch (bytes[at]) {
        case code.multiprotocol: {
          if (length !== 4) return fault('badOpen', [], 'a family does not have 4 octets')
          multiprotocol = true
          const family = familyOfAfi(value.readUInt16BE(0), value.readUInt8(3))
          if (family !== undefined) families.add(family)
          break
        }
        case code.fourOctetAs:
          if (length !== 4) return fault('badOpen', [], 'the number of its AS has not 4 octets')
          as4 = value.readUInt32BE()
          break
        case code.routeRefresh:
          routeRefresh = true
          break
        case code.extendedNextHop:
          extendedNextHop ||= takesIpv6NextHop(value)
          break
        case code.gracefulRestart:
          gracefulRestart = readGracefulRestart(value) ?? gracefulRestart
          break
      }
      at += 2 + length
    }
  return {
    ...(multiprotocol ? { families: [...families] } : {}),
    ...(as4 === undefined ? {} : { as4 }),
    routeRefresh,
    extendedNextHop,
    ...(gracefulRestart === undefined ? {} : { gracefulRestart }),
  }
}

/** RFC 8950, 4: any number of (AFI, SAFI, AFI of the next hop). */
function takesIpv6NextHop(value: Buffer): boolean {
  for (let at = 0; at + 6 <= value.length; at += 6)
    if (
      familyOfAfi(value.readUInt16BE(at), value.readUInt16BE(at + 2)) === 'ipv4' &&
      value.readUInt16BE(at + 4) === afiOf('ipv6')
    )
      return true
  return false
}

/** RFC 4724, 3. One that is cut off is as good as none. */
function readGracefulRestart(value: Buffer): GracefulRestart | undefined {
  if (value.length < 2 || value.length % 4 !== 2) return undefined
  const head = value.readUInt16BE()
  const families: Family[] = []
  let preserved = false
  for (let at = 2; at < value.length; at += 4) {
    const family = familyOfAfi(value.readUInt16BE(at), value.readUInt8(at + 2))
    if (family === undefined) continue
    families.push(family)
    preserved ||= (value.readUInt8(at + 3) & 0x80) !== 0
  }
  return { restarting: (head & 0x8000) !== 0, time: head & 0xfff, families, preserved }
}
