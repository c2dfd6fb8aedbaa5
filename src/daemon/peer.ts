/** Who is at the other end of a unix socket, by the kernel's word (SO_PEERCRED, unix(7)). */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { endianness } from 'node:os'
import { libc } from '../netlink/libc.ts'

const solSocket = 1
const soPeercred = 17

export interface Peer {
  /** The user's name, or its number where it has none. */
  readonly name: string
  readonly root: boolean
}

/** The user of the process that connected; `unknown` if the kernel does not say. */
export function peerOf(socket: Socket): Peer {
  const { fd } = (socket as Socket & { _handle?: { fd?: number } })._handle ?? {}
  // struct ucred: pid, uid, gid.
  const credentials = Buffer.alloc(12)
  if (fd === undefined || libc().getsockopt(fd, solSocket, soPeercred, credentials) < 0)
    return { name: 'unknown', root: false }
  const uid = endianness() === 'LE' ? credentials.readUInt32LE(4) : credentials.readUInt32BE(4)
  return { name: nameOf(uid), root: uid === 0 }
}

/** passwd(5). A user of a directory service is a number here. */
function nameOf(uid: number): string {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find(one => one.split(':')[2] === String(uid))
    return line?.split(':')[0] ?? String(uid)
  } catch {
    return String(uid)
  }
}
