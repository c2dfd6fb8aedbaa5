/** What the engine works with: the live system, the files, and who is told. */
import type { Watched } from '../health/panel.ts'
import type { Host } from '../host.ts'
import type { State } from '../model/state.ts'
import type { LastGood } from '../state/last-good.ts'
import type { CommandSide } from './command-side.ts'
import type { CommandLine, Level } from './task.ts'

export interface EngineEnds {
  readonly host: Host
  readonly paths: readonly string[]
  readonly lastGood: LastGood
  readonly hostname: string
  note(level: Level, message: string, fields?: Record<string, unknown>): void
  runCommand(id: number, line: CommandLine, side: CommandSide): Promise<void>
  /** Has a gobgpd of our own at work there. Resolves when it answers, or is known not to. */
  gobgpd(api: string): Promise<void>
  /** Has these checked from now on, and nothing else. */
  watch(list: readonly Watched[]): void
  /** This is to be made true next: who takes a while to begin can do so now. */
  foresee(wanted: State): void
}
