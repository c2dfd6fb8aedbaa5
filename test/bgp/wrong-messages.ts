/** Messages that a peer must not send, with the NOTIFICATION that each calls for; and any octets at all. */
import fc from 'fast-check'
import { hex, marker } from './rig.ts'

/** How far the session has come when the message arrives. */
export type Stage = 'open-sent' | 'open-confirm' | 'established'

export interface Wrong {
  readonly stage: Stage
  readonly bytes: Buffer
  /** Code and subcode. */
  readonly expected: readonly [code: number, subcode: number]
}

/** A message of this type, with the length that its body asks for. */
export function messageOf(type: number, body: Uint8Array): Buffer {
  const head = hex(`${marker} 0000 00`)
  head.writeUInt16BE(19 + body.length, 16)
  head.writeUInt8(type, 18)
  return Buffer.concat([head, body])
}

const octets = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map(bytes => Buffer.from(bytes))
const stages: fc.Arbitrary<Stage> = fc.constantFrom('open-sent', 'open-confirm', 'established')

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255])
}

/** An OPEN of AS 65000 that is right but for what is given. */
function openBody(more: {
  readonly version?: number
  readonly as?: number
  readonly hold?: number
  readonly id?: number
  readonly parameters?: Buffer
}): Buffer {
  const { version = 4, as = 65000, hold = 9, id = 0xc00002fe, parameters = Buffer.of(0) } = more
  const head = Buffer.alloc(9)
  head.writeUInt8(version, 0)
  head.writeUInt16BE(as, 1)
  head.writeUInt16BE(hold, 3)
  head.writeUInt32BE(id, 5)
  return Buffer.concat([head, parameters])
}

const updateBody = (withdrawn: Buffer, attributes: Buffer, prefixes: Buffer): Buffer =>
  Buffer.concat([u16(withdrawn.length), withdrawn, u16(attributes.length), attributes, prefixes])

const none = Buffer.alloc(0)

/** Prefixes of IPv4, whole. */
const prefixes = fc
  .array(fc.integer({ min: 0, max: 32 }), { maxLength: 20 })
  .map(lengths =>
    Buffer.concat(lengths.map(bits => Buffer.alloc(1 + Math.ceil(bits / 8)).fill(bits, 0, 1))),
  )

/** Whole ones, then one that is too long or is cut off. */
const wrongPrefixes = fc
  .tuple(
    prefixes,
    fc.oneof(
      fc.integer({ min: 33, max: 255 }).map(bits => Buffer.alloc(40).fill(bits, 0, 1)),
      fc.integer({ min: 9, max: 32 }).map(bits => Buffer.of(bits, 10)),
    ),
  )
  .map(parts => Buffer.concat(parts))

/** An attribute that holds prefixes, of which they cannot be told. */
const wrongReach = fc.constantFrom(
  '80 0e 04 0002 01 10',
  '80 0e 05 0002 01 ff 00',
  '80 0e 09 0002 01 04 c0000201 00',
  '80 0f 02 0002',
  '80 0f 04 0002 01 81',
  '90 0f 0005 0002 01 40 20',
)

const established = (
  body: fc.Arbitrary<Buffer>,
  expected: readonly [number, number],
): fc.Arbitrary<Wrong> =>
  body.map(bytes => ({ stage: 'established', bytes: messageOf(2, bytes), expected }))

const opening = (
  body: fc.Arbitrary<Buffer>,
  expected: readonly [number, number],
): fc.Arbitrary<Wrong> =>
  body.map(bytes => ({ stage: 'open-sent', bytes: messageOf(1, bytes), expected }))

/** A header with this length and type, and octets behind it. */
function header(
  length: fc.Arbitrary<number>,
  type: fc.Arbitrary<number>,
  expected: readonly [number, number],
): fc.Arbitrary<Wrong> {
  return fc.tuple(stages, length, type, octets(0, 60)).map(([stage, length, type, rest]) => {
    const bytes = messageOf(type, rest)
    bytes.writeUInt16BE(length, 16)
    return { stage, bytes, expected }
  })
}

const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })

const wrongHeaders: readonly fc.Arbitrary<Wrong>[] = [
  header(number(0, 18), number(0, 255), [1, 2]),
  header(number(4097, 65535), number(0, 255), [1, 2]),
  header(number(19, 28), fc.constant(1), [1, 2]),
  header(number(19, 22), fc.constant(2), [1, 2]),
  header(number(20, 4096), fc.constant(4), [1, 2]),
  header(number(19, 22), fc.constant(5), [1, 2]),
  header(number(19, 4096), fc.oneof(fc.constant(0), number(6, 255)), [1, 3]),
  fc.tuple(stages, number(0, 15), number(0, 254), octets(3, 60)).map(([stage, at, octet, rest]) => {
    const bytes = Buffer.concat([hex(marker), rest])
    bytes.writeUInt8(octet, at)
    return { stage, bytes, expected: [1, 1] }
  }),
]

const wrongOpens: readonly fc.Arbitrary<Wrong>[] = [
  opening(
    number(0, 255)
      .filter(version => version !== 4)
      .map(version => openBody({ version })),
    [2, 1],
  ),
  opening(
    number(0, 65535)
      .filter(as => as !== 65000)
      .map(as => openBody({ as })),
    [2, 2],
  ),
  opening(fc.constant(openBody({ id: 0 })), [2, 3]),
  opening(
    // 255 says that lengths have two octets (RFC 9072).
    number(0, 254)
      .filter(type => type !== 2)
      .map(type => openBody({ parameters: Buffer.of(4, type, 2, 0, 0) })),
    [2, 4],
  ),
  opening(
    number(1, 2).map(hold => openBody({ hold })),
    [2, 6],
  ),
  opening(
    octets(1, 20).map(rest => openBody({ parameters: Buffer.concat([Buffer.of(0), rest]) })),
    [2, 0],
  ),
  opening(
    number(5, 254).map(length => openBody({ parameters: Buffer.of(length, 2, 2, 2, 0) })),
    [2, 0],
  ),
  opening(
    number(1, 255).map(length => openBody({ parameters: Buffer.of(4, 2, 2, 2, length) })),
    [2, 0],
  ),
  fc
    .tuple(fc.constantFrom(2, 4, 5), fc.constantFrom<Stage>('open-sent'))
    .map(([type, stage]) => ({ stage, bytes: usual(type), expected: [5, 1] })),
  fc
    .constantFrom(1, 2, 5)
    .map(type => ({ stage: 'open-confirm', bytes: usual(type), expected: [5, 2] })),
  fc.constant({ stage: 'established', bytes: messageOf(1, openBody({})), expected: [5, 3] }),
]

/** A message of that type that has nothing wrong in it. */
function usual(type: number): Buffer {
  if (type === 1) return messageOf(1, openBody({}))
  if (type === 2) return messageOf(2, Buffer.alloc(4))
  return messageOf(type, type === 5 ? hex('0001 00 01') : none)
}

const wrongUpdates: readonly fc.Arbitrary<Wrong>[] = [
  established(
    fc
      .tuple(octets(2, 200), number(1, 60_000))
      .map(([rest, more]) => Buffer.concat([u16(rest.length - 2 + more), rest])),
    [3, 1],
  ),
  established(
    fc.tuple(prefixes, octets(0, 100), number(1, 60000)).map(([withdrawn, rest, more]) => {
      const over = u16(rest.length + more)
      return Buffer.concat([u16(withdrawn.length), withdrawn, over, rest])
    }),
    [3, 1],
  ),
  established(
    wrongPrefixes.map(wrong => updateBody(wrong, none, none)),
    [3, 10],
  ),
  established(
    fc.tuple(prefixes, wrongPrefixes).map(([right, wrong]) => updateBody(right, none, wrong)),
    [3, 10],
  ),
  established(
    fc.tuple(prefixes, wrongReach).map(([right, wrong]) => updateBody(right, hex(wrong), right)),
    [3, 9],
  ),
  established(
    fc
      .constantFrom('80 0f 03 0002 01', '80 0e 05 0019 41 00 00')
      .map(twice => updateBody(none, hex(twice + twice), none)),
    [3, 1],
  ),
]

/** One thing wrong, and what we are to say to it. */
export const wrong: fc.Arbitrary<Wrong> = fc.oneof(...wrongHeaders, ...wrongOpens, ...wrongUpdates)

/** Messages of every type with any body: some are right. */
const anyBody = fc
  .tuple(fc.constantFrom(1, 2, 2, 2, 3, 4, 5), octets(0, 300))
  .map(([type, body]) => messageOf(type, body))

/** Messages that are right in themselves, before something happens to them. */
const sound: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constant(
    messageOf(1, openBody({ parameters: hex('0e 02 0c 01 04 0001 00 01 41 04 0000fde8') })),
  ),
  fc.tuple(prefixes, octets(0, 60), prefixes).map(parts => messageOf(2, updateBody(...parts))),
  fc.constant(
    messageOf(
      2,
      updateBody(none, hex('80 0e 0e 0002 01 10 fd00000000000000 00 00 00 00 00'), none),
    ),
  ),
  fc.constantFrom(messageOf(4, none), messageOf(5, hex('0002 00 01'))),
  octets(0, 40).map(data => messageOf(3, data)),
)

/** One that has been cut off, lengthened, or had octets changed. */
const damaged = fc
  .tuple(
    sound,
    fc.array(fc.tuple(fc.nat(4096), number(0, 255)), { maxLength: 4 }),
    fc.option(fc.nat(4096), { nil: undefined }),
    octets(0, 10),
  )
  .map(([bytes, changes, cut, rest]) => {
    const copy = Buffer.concat([bytes, rest])
    for (const [at, octet] of changes) copy.writeUInt8(octet, at % copy.length)
    return cut === undefined ? copy : copy.subarray(0, cut % (copy.length + 1))
  })

/** A giant: the longest UPDATEs there are, one after another. */
const giant = fc
  .tuple(number(1, 8), octets(4077, 4077))
  .map(([times, body]) => Buffer.concat(Array(times).fill(messageOf(2, body))))

/** What a peer may send that is out of its mind. */
export const anything: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: octets(0, 100) },
  { weight: 8, arbitrary: anyBody },
  { weight: 12, arbitrary: damaged },
  {
    weight: 8,
    arbitrary: fc.array(fc.oneof(sound, damaged), { maxLength: 5 }).map(all => Buffer.concat(all)),
  },
  { weight: 1, arbitrary: giant },
)
