/** OPEN (RFC 4271, 4.2): who we are and what we can do. */
import { type Ip, readIp } from '../../model/ip.ts'
import { type Capabilities, readCapabilities, writeCapabilities } from './capability.ts'
import { type Fault, fault } from './fault.ts'
import { message, messageType } from './message.ts'
import { Writer } from './writer.ts'

export interface Open {
  readonly kind: 'open'
  readonly as: number
  /** In seconds; 0 = the session never expires. */
  readonly hold: number
  readonly routerId: Ip
  readonly capabilities: Capabilities
}

/** Stands for the number of an AS where it has more than two octets (RFC 6793, 9). */
export const asTrans = 23456

const version = 4
const capabilitiesParameter = 2
/** Says that lengths have two octets from here on (RFC 9072). */
const extended = 255
const fixedLength = 10

export function encodeOpen({ as, hold, routerId, capabilities }: Open): Buffer {
  const value = new Writer()
  writeCapabilities(value, capabilities)
  return message(messageType.open, writer =>
    writer
      .u8(version)
      .u16(as > 0xffff ? asTrans : as)
      .u16(hold)
      .ip(routerId)
      .u8(value.length + 2)
      .u8(capabilitiesParameter)
      .u8(value.length)
      .raw(value.bytes()),
  )
}

/** RFC 4271, 6.2. Whether it is the peer that we mean, only the configuration knows. */
export function decodeOpen(body: Buffer): Open | Fault {
  if (body.readUInt8(0) !== version) return fault('unsupportedVersion', [0, version])
  const parameters = readParameters(body.subarray(fixedLength - 1))
  if ('kind' in parameters) return parameters
  const capabilities = readCapabilities(parameters)
  if ('kind' in capabilities) return capabilities
  const as = capabilities.as4 ?? body.readUInt16BE(1)
  const hold = body.readUInt16BE(3)
  const routerId = readIp(body, 5, 'ipv4')
  // RFC 7607, 2.
  if (as === 0) return fault('badPeerAs', [], 'the peer says its AS is 0')
  if (hold === 1 || hold === 2)
    return fault('unacceptableHold', [], `the peer asks for a hold time of ${hold} s`)
  // RFC 6286, 2.2.
  if (routerId === '0.0.0.0') return fault('badIdentifier', [], 'the peer has the identifier 0')
  return { kind: 'open', as, hold, routerId, capabilities }
}

/** The values of those that hold capabilities; no other is known (RFC 4271, 6.2). */
function readParameters(bytes: Buffer): readonly Buffer[] | Fault {
  const wide = bytes.length >= 4 && bytes[0] !== 0 && bytes[1] === extended
  const start = wide ? 4 : 1
  const lengthOctets = wide ? 2 : 1
  const length = wide ? bytes.readUInt16BE(2) : bytes.readUInt8(0)
  const overlong = fault('badOpen', [], 'its optional parameters have not the length they say')
  if (start + length !== bytes.length) return overlong
  const values: Buffer[] = []
  for (let at = start; at < bytes.length; ) {
    const from = at + 1 + lengthOctets
    if (from > bytes.length) return overlong
    const to = from + bytes.readUIntBE(at + 1, lengthOctets)
    if (to > bytes.length) return overlong
    if (bytes[at] !== capabilitiesParameter) return fault('unsupportedParameter')
    values.push(bytes.subarray(from, to))
    at = to
  }
  return values
}
