/** A daemon with two services in files of their own: their texts, their rows, and what must be true of both. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type DaemonRig, type LogLine, until } from './daemon-rig.ts'
import { saved } from './ipvsadm.ts'

/** The text of a file with one service, whose VIP ends in 20 and as many more as its name is long. */
export const service = (
  name: string,
  weight = 1,
  more = 'drain = "0s"',
): string => `[service.${name}]
vip = "192.0.2.${20 + name.length}"
port = 80
${more}
backends = [{ address = "10.0.0.11", weight = ${weight} }]
`
/** What `ipvsadm -Sn` shows of it. */
export const lines = (name: string, weight = 1, scheduler = 'wrr'): string[] => [
  `-A -t 192.0.2.${20 + name.length}:80 -s ${scheduler}`,
  `-a -t 192.0.2.${20 + name.length}:80 -r 10.0.0.11:80 -m -w ${weight}`,
]
export const web = (weight?: number): string => service('web', weight)
export const mail = (weight?: number): string => service('mail', weight)
export const webLines = (weight?: number): string[] => lines('web', weight)
export const mailLines = (weight?: number): string[] => lines('mail', weight)

/** Longer than the time in which three repairs of a key are a fight, if a round repairs it once. In milliseconds. */
export const peace = 4000

/** It never calls what happened to it a fault in slb itself. */
export function noFaultOfItsOwn(daemon: DaemonRig): void {
  const bugs = daemon.log().filter(({ message }) => /fault in slb/.test(message))
  assert.equal(bugs, [])
}

/** Every service and every address that the kernel has of ours stands in the journal. */
export function journalKnowsAll(daemon: DaemonRig): void {
  const journal = JSON.parse(readFileSync(join(sceneOf(daemon), 'journal.json'), 'utf8'))
  const known = journal.services.map(([key]: [string]) => key)
  for (const line of saved()) {
    const [, at] = /^-A -t (\S+)/.exec(line) ?? []
    if (at !== undefined) assert.ok(known.includes(`tcp ${at}`), `the journal knows ${at}`)
  }
}

/** Where a daemon keeps what it knows of this boot and this namespace. */
export function sceneOf({ rig }: DaemonRig): string {
  const [scene = ''] = readdirSync(rig.stateDir).filter(name => name.startsWith('namesp'))
  return join(rig.stateDir, scene)
}

/** Waits for a line of the log that was not there when there were so many. */
export async function loggedAfter(
  daemon: DaemonRig,
  count: number,
  what: RegExp,
): Promise<readonly LogLine[]> {
  let found: readonly LogLine[] = []
  await until(`${what} in the log`, () => {
    found = daemon
      .log()
      .slice(count)
      .filter(line => what.test(JSON.stringify(line)))
    return found.length > 0
  }).catch(error => {
    throw new Error(`${(error as Error).message}\nThe log:\n${daemon.text()}`)
  })
  return found
}
