/** Programs and privileges that slb itself needs. */
import type { Case } from './case.ts'
import { type Finding, named, wrong } from './finding.ts'

export function examineTools(
  { desired, machine }: Case,
  stateDirectory: string,
): readonly Finding[] {
  const findings: Finding[] = []
  if (!machine.mayChange)
    findings.push(
      wrong(
        'privileges',
        'this process lacks CAP_NET_ADMIN',
        'run slb as root, or with that capability',
      ),
    )
  const users = desired.services.filter(({ snat, enabled }) => snat && enabled)
  if (users.length > 0 && !machine.program('nft'))
    findings.push(
      wrong(
        'nft',
        `the program is not there, and the source NAT of ${named(users.map(({ name }) => name))} needs it`,
        'install the package nftables',
      ),
    )
  const why = machine.unwritable(stateDirectory)
  if (why !== undefined)
    findings.push(
      wrong(
        stateDirectory,
        `the state directory cannot be written to (${why})`,
        'run slb as its owner, or name another one with --state-dir',
      ),
    )
  return findings
}
