/** Users by name, as the system knows them. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { OwnFault } from './fault.ts'

/** Whom a command runs as. It has no other groups. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const run = promisify(execFile)
const known = new Map<string, Promise<Account>>()

/**
 * The user and the main group of a name. By id(1), which asks all that the system asks (nsswitch.conf(5)),
 * and once: what a name stands for does not change.
 *
 * @throws OwnFault if there is no such user; it is asked again the next time.
 */
export function accountOf(user: string): Promise<Account> {
  const before = known.get(user)
  if (before !== undefined) return before
  const found = look(user)
  known.set(user, found)
  found.catch(() => known.delete(user))
  return found
}

async function look(user: string): Promise<Account> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(what => run('id', [what, '--', user])))
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
  } catch {
    throw new OwnFault(`there is no user ${user} here`)
  }
}
