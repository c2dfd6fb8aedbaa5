/** This machine: the only file that names the real tables, the real clock and the real state directory. */
import { readFileSync } from 'node:fs'
import { release, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPassword } from './bgp/password.ts'
import type { Live } from './engine/live.ts'
import { gobgpSpeaker } from './gobgp/speaker.ts'
import { announceFromHere } from './l2/this-host.ts'
import type { SpeakerName } from './model/announcement.ts'
import type { Clock } from './model/clock.ts'
import type { SlbError } from './model/error.ts'
import type { Ip } from './model/ip.ts'
import { enterNamespace, namespaceId } from './netlink/namespace.ts'
import { openNetlink, protocol } from './netlink/socket.ts'
import { type History, openHistory } from './state/history.ts'
import { type Holds, openHolds } from './state/hold.ts'
import { type Journal, openJournal, type Scene, sceneDirectory } from './state/journal.ts'
import { type Overrides, openOverrides } from './state/overrides.ts'
import { openPastChecks, type PastChecks } from './state/past-checks.ts'
import { openTrials, type Trials } from './state/trial.ts'
import { canMark } from './table/address/mark.ts'
import { readAddresses } from './table/address/read.ts'
import { forwardingHazards } from './table/address/routers.ts'
import { addressTable } from './table/address/table.ts'
import { arpTable } from './table/announce/arp-table.ts'
import { kernelTableSpeaker } from './table/announce/kernel-table.ts'
import type { Speaker } from './table/announce/speaker.ts'
import { type AnnounceTable, announceTable } from './table/announce/table.ts'
import { ipvsTable } from './table/ipvs/table.ts'
import { snatTable } from './table/snat/table.ts'
import { sysctlTable } from './table/sysctl.ts'

export interface HostOptions {
  readonly stateDirectory: string
  /** A name below /run/netns, or a path: the network namespace to work in instead of the caller's. */
  readonly netns?: string
  /** The speaker of the daemon, where this is one: it stays, and repeats what it says. */
  readonly speaker?: Speaker
  /** Told of what stops announcements on a link. */
  readonly onTrouble?: (error: SlbError) => void
}

/** A live system with what slb remembers of it. */
export interface Host extends Live {
  readonly scene: Scene
  readonly journal: Journal
  readonly history: History
  readonly trials: Trials
  readonly holds: Holds
  readonly overrides: Overrides
  readonly pastChecks: PastChecks
  readonly announcements: Pick<AnnounceTable, 'status'>
  close(): void
}

/**
 * Opens this machine, or one network namespace of it. Sockets open when they are first needed, and
 * nothing is written.
 *
 * @throws SlbError if the namespace cannot be entered.
 */
export function openHost(options: HostOptions): Host {
  if (options.netns !== undefined) enterNamespace(options.netns)
  const scene: Scene = {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    namespace: namespaceId(),
  }
  const route = openNetlink(protocol.route)
  const { speaker } = options
  const addresses = async (): Promise<Iterable<Ip>> =>
    readAddresses(route).flatMap(({ address, dadFailed }) => (dadFailed ? [] : [address]))
  const announcements = announceTable(
    [...(speaker === undefined ? [] : [speaker]), kernelTableSpeaker()],
    address => gobgpSpeaker({ address, password: source => readPassword(source) }),
  )
  const tables = [
    sysctlTable(),
    ipvsTable(() => openNetlink(protocol.generic)),
    addressTable(route),
    snatTable(),
    arpTable(announceFromHere(options.onTrouble), { addresses, repeats: speaker !== undefined }),
    announcements,
  ]
  const trials = openTrials(options.stateDirectory, scene)
  const directory = sceneDirectory(options.stateDirectory, scene)
  return {
    scene,
    tables,
    clock: systemClock,
    hazards: wanted => forwardingHazards(wanted, route),
    ...(speaker === undefined && { silent: new Set<SpeakerName>(['embedded']) }),
    announcements,
    unanswered: () => announcements.unanswered(),
    canMark: row => canMark(row, release()),
    journal: openJournal(options.stateDirectory, scene),
    history: openHistory(directory, () => trials.read()?.after ?? Number.POSITIVE_INFINITY),
    trials,
    holds: openHolds(options.stateDirectory, scene),
    overrides: openOverrides(options.stateDirectory, scene, systemClock),
    pastChecks: openPastChecks(options.stateDirectory, scene),
    close() {
      for (const table of tables) table.close()
    },
  }
}

/** CLOCK_MONOTONIC in milliseconds (what `process.hrtime` reads on Linux), and the time of day. */
export const systemClock: Clock = {
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
  wall: () => new Date(),
  async sleep(milliseconds, signal) {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => {})
  },
}

/** Who gave the command: the user behind sudo, where there is one. */
export function operator(): string {
  return process.env['SUDO_USER'] ?? userInfo().username
}
