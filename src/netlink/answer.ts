/** What the kernel says at the end of a request: NLMSG_ERROR and NLMSG_DONE (linux/netlink.h). */
import {
  align,
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  readString,
} from './attr.ts'
import { answerFlag, flagsOf, headerLength, lengthOf, messageType, typeOf } from './message.ts'

/** NLMSGERR_ATTR_MSG. */
const messageAttribute = 1

/** The error number in an NLMSG_ERROR or NLMSG_DONE that starts at `at`; 0 = all is well. */
export function errnoOf(f: Frame, at: number): number {
  if (lengthOf(f, at) < headerLength + 4) return 0
  return -((f.u32[(at + headerLength) >> 2] ?? 0) | 0)
}

/** The kernel's own words in such a message (NETLINK_EXT_ACK), if it has any. */
export function textOf(f: Frame, at: number): string | undefined {
  const flags = flagsOf(f, at)
  if ((flags & answerFlag.attributes) === 0) return undefined
  const end = at + lengthOf(f, at)
  for (let a = attributesAt(f, at, flags); a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === messageAttribute)
      return readString(f, payloadAt(a), payloadEnd(f, a))
  return undefined
}

/** An error repeats the request, or with NLM_F_CAPPED its header only; then come the attributes. */
function attributesAt(f: Frame, at: number, flags: number): number {
  const payload = at + headerLength + 4
  if (typeOf(f, at) !== messageType.error) return payload
  const repeated = (flags & answerFlag.capped) === 0 ? lengthOf(f, payload) : headerLength
  return payload + align(repeated)
}
