/** Generic netlink: families by name, and the header of their messages (linux/genetlink.h). */
import { SlbError } from '../model/error.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  putString,
  readU16,
  type Writer,
} from './attr.ts'
import { startMessage } from './message.ts'
import type { Netlink } from './socket.ts'

/** Length of struct genlmsghdr, which stands between the netlink header and the attributes. */
export const genlHeaderLength = 4

const control = { family: 16, version: 2, getFamily: 3, familyId: 1, familyName: 2 } as const

/** Writes the netlink and the generic netlink header of a message to a family. */
export function startGenl(
  w: Writer,
  family: number,
  command: number,
  version: number,
  flags = 0,
): void {
  startMessage(w, family, flags)
  w.u32[w.at >> 2] = 0
  w.bytes[w.at] = command
  w.bytes[w.at + 1] = version
  w.at += genlHeaderLength
}

/**
 * The number by which a family is addressed, until the next boot or reload of its module.
 *
 * The kernel tries to load the module by itself when it is asked, if the family says so. `missing`
 * explains what to do when that did not help.
 */
export function familyId(
  netlink: Netlink,
  name: string,
  missing: { readonly message: string; readonly hint: string },
): number {
  try {
    const id = netlink.request(
      `look up the netlink family ${name}`,
      w => {
        startGenl(w, control.family, control.getFamily, control.version)
        putString(w, control.familyName, name)
      },
      readFamilyId,
    )
    if (id !== undefined) return id
  } catch (error) {
    if (!(error instanceof SlbError) || error.errno !== 'ENOENT') throw error
  }
  throw new SlbError('missing', missing.message, { hint: missing.hint, errno: 'ENOENT' })
}

function readFamilyId(f: Frame, at: number, end: number): number | undefined {
  for (let a = at + genlHeaderLength; a + 4 <= end; a = nextAttribute(f, a))
    if (attributeType(f, a) === control.familyId) return readU16(f, payloadAt(a))
  return undefined
}
