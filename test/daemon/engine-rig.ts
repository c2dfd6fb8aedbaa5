/** The engine of the daemon on a kernel in memory, with its files and records in a directory of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSources } from '../../src/config/read.ts'
import { Engine } from '../../src/daemon/engine.ts'
import type { Report } from '../../src/daemon/task.ts'
import { observe } from '../../src/engine/live.ts'
import type { Host } from '../../src/host.ts'
import { openHistory } from '../../src/state/history.ts'
import { openHolds } from '../../src/state/hold.ts'
import { openJournal, type Scene } from '../../src/state/journal.ts'
import { openLastGood } from '../../src/state/last-good.ts'
import { openOverrides } from '../../src/state/overrides.ts'
import { openPastChecks } from '../../src/state/past-checks.ts'
import { openTrials } from '../../src/state/trial.ts'
import { type MemoryOptions, memoryTable } from '../../src/table/memory.ts'
import { toText } from '../../src/table/snapshot.ts'
import { state, stillClock } from '../engine/rig.ts'

const scene = { boot: 'b0', namespace: '1' }
export interface EngineRig {
  engine: Engine
  folder: string
  notes: string[]
  ran: number[]
  trial: string
  /** Saves a file and gives it to the engine. */
  save(text: string): Promise<Report>
  /** The same files, kernel and records under another engine. */
  restart(): Engine
  /** The same files and records in another boot, whose kernel is empty. */
  reboot(): { engine: Engine; host: Host }
  host: Host
  /** As if just these texts had been accepted last. */
  accepted(text: string): void
}

/** An engine that has read nothing yet. */
export async function withEngine(
  work: (rig: EngineRig) => Promise<void>,
  options: MemoryOptions = {},
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'slb-engine-'))
  const folder = join(directory, 'etc')
  const store = join(directory, 'state')
  const notes: string[] = []
  const ran: number[] = []
  const hostIn = (scene: Scene): Host => ({
    scene,
    tables: [memoryTable(state(''), options)],
    clock: stillClock(),
    journal: openJournal(store, scene),
    history: openHistory(store),
    trials: openTrials(store, scene),
    holds: openHolds(store, scene),
    overrides: openOverrides(store, scene, stillClock()),
    pastChecks: openPastChecks(store, scene),
    announcements: { status: async () => [] },
    close() {},
  })
  const host = hostIn(scene)
  const start = (on = host): Engine =>
    new Engine({
      host: on,
      paths: [folder],
      lastGood: openLastGood(store, [folder]),
      hostname: 'lb1',
      note: (level, message, fields) => notes.push(`${level} ${message} ${JSON.stringify(fields)}`),
      gobgpd: async () => {},
      watch() {},
      foresee: ({ peer }) => {
        if (peer.size > 0) notes.push(`peers to come: ${[...peer.keys()]}`)
      },
      runCommand: async id => {
        ran.push(id)
      },
    })
  const reboot = (): { engine: Engine; host: Host } => {
    const other = hostIn({ ...scene, boot: 'b1' })
    return { engine: start(other), host: other }
  }
  const engine = start()
  const save = (text: string): Promise<Report> => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'slb.toml'), text)
    return engine.work({ kind: 'files', now: readSources([folder]) })
  }
  try {
    await work({
      engine,
      folder,
      notes,
      ran,
      trial: host.trials.path,
      save,
      restart: start,
      reboot,
      host,
      accepted: text =>
        openLastGood(store, [folder]).accept([
          { file: join(folder, 'slb.toml'), text: Buffer.from(text) },
        ]),
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export const textOf = async (host: Host): Promise<string> => toText(await observe(host))
