/** Source NAT of virtual services, as rules in an nftables table of our own. */
import type { Change, Failure } from '../../model/change.ts'
import { SlbError } from '../../model/error.ts'
import type { ServiceId, Snat } from '../../model/rows.ts'
import type { Table } from '../table.ts'
import { type Nft, nftProgram } from './nft.ts'
import { type Probe, tableProbe } from './probe.ts'
import {
  emptyRuleset,
  type Ruleset,
  readRuleset,
  type SnatChange,
  table,
  transaction,
} from './ruleset.ts'
import { ipvsListing, standing } from './standing.ts'

/**
 * The table of kind `snat`.
 *
 * `apply` makes all its changes in one transaction of nftables, so that they happen together or not
 * at all, but for changes of rules that are not as the plan saw them: those are left out as `stale`.
 * Where the kernel or the program nft is missing, every change fails with `missing`; what is read is
 * then nothing. Rules need `net.ipv4.vs.conntrack = 1` to have an effect.
 *
 * What stays for the flows of a deleted rule reads as nothing while its service stands, and as a row
 * to be deleted afterwards.
 *
 * @param listing the text of /proc/net/ip_vs
 */
export function snatTable(
  nft: Nft = nftProgram(),
  probe: Probe = tableProbe(),
  listing: () => string = ipvsListing,
): Table {
  const look = (): Promise<Ruleset> => ruleset(nft, probe)
  return {
    kinds: ['snat'],
    async read() {
      const { rules, keepers } = await look()
      const snat = new Map<string, Snat>()
      for (const [key, { row }] of rules) snat.set(key, row)
      const stands = lazily(listing)
      for (const [key, { row }] of keepers) if (!stands(row.service)) snat.set(key, row)
      return { snat }
    },
    async apply(changes) {
      const wanted = changes.map(snatChange)
      if (wanted.length === 0) return []
      try {
        return await applyAll(nft, look, wanted, lazily(listing))
      } catch (error) {
        if (!(error instanceof SlbError)) throw error
        return wanted.map(change => ({ change, error }))
      }
    },
    close: () => probe.close(),
  }
}

async function applyAll(
  nft: Nft,
  look: () => Promise<Ruleset>,
  changes: readonly SnatChange[],
  stands: (service: ServiceId) => boolean,
): Promise<readonly Failure[]> {
  const before = await look()
  const { commands, failures } = transaction(before, changes, stands)
  if (commands === undefined) return failures
  try {
    await nft.run(commands)
    return failures
  } catch (cause) {
    if (!(cause instanceof SlbError)) throw cause
    const error = await explain(cause, before, look)
    const named = new Set<Change>(failures.map(({ change }) => change))
    const rest = changes.filter(change => !named.has(change))
    return [...failures, ...rest.map(change => ({ change, error }))]
  }
}

/** Reads what stands at most once, and only if it is asked. */
function lazily(listing: () => string): (service: ServiceId) => boolean {
  let stands: ((service: ServiceId) => boolean) | undefined
  return service => {
    stands ??= standing(listing())
    return stands(service)
  }
}

/**
 * The kernel says ENOENT for a rule that is gone and also for a chain type that it lacks. It is the
 * second where the rules stand as they did.
 */
async function explain(
  error: SlbError,
  before: Ruleset,
  look: () => Promise<Ruleset>,
): Promise<SlbError> {
  if (error.errno !== 'ENOENT' || handles(await look()) !== handles(before)) return error
  return new SlbError('missing', 'this kernel has no NAT in nftables for the family inet', {
    errno: 'ENOENT',
    hint: 'load the kernel modules: modprobe -a nft_chain_nat nft_masq nft_ct',
    cause: error,
  })
}

function handles({ rules, keepers, strange }: Ruleset): string {
  const kept = [...rules.values(), ...keepers.values()].map(({ handle }) => handle)
  return [...kept, ...strange].sort().join()
}

async function ruleset(nft: Nft, probe: Probe): Promise<Ruleset> {
  if (!probe.exists(table.name)) return emptyRuleset
  const listing = await nft.list(table.family, table.name)
  return listing === undefined ? emptyRuleset : readRuleset(listing)
}

function snatChange(change: Change): SnatChange {
  if (change.kind !== 'snat' || change.op === 'drain')
    throw new Error(`a source NAT table cannot ${change.op} a ${change.kind}`)
  return change
}
