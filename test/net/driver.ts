/**
 * A speaker as a process of its own, so that it can be killed and stopped:
 * `node driver.js SPEAKER [restarting]`, then a line of JSON on standard input for each thing to do,
 * and a line of JSON on standard output when it is done. It lives as long as its standard input.
 */
import { createInterface } from 'node:readline'
import { readPassword } from '../../src/bgp/password.ts'
import { type EmbeddedSpeaker, openSpeaker } from '../../src/bgp/speaker.ts'
import { gobgpSpeaker } from '../../src/gobgp/speaker.ts'
import type { PeerStatus, SpeakerName } from '../../src/model/announcement.ts'
import { changeKey } from '../../src/model/change.ts'
import { kernelTableSpeaker } from '../../src/table/announce/kernel-table.ts'
import type { Speaker, SpeakerChange, Standing } from '../../src/table/announce/speaker.ts'

/** What the driver is asked to do. */
export type Order =
  | { readonly do: 'apply'; readonly changes: readonly SpeakerChange[] }
  | { readonly do: 'read' }
  | { readonly do: 'status' }
  /** All routes are known, after a restart. */
  | { readonly do: 'complete' }
  | { readonly do: 'close'; readonly how: 'withdraw' | 'keep' }

/** A change that failed. */
export interface Failed {
  readonly key: string
  readonly code: string
  readonly message: string
}

/** What the driver answers; `error` = it threw. Milliseconds are those of the call alone. */
export interface Answer {
  readonly milliseconds: number
  readonly failures?: readonly Failed[]
  readonly standing?: Standing
  readonly status?: readonly PeerStatus[]
  readonly error?: string
}

type Driven = Speaker & Partial<Pick<EmbeddedSpeaker, 'complete'>>

function open(name: string, restarting: boolean): Driven {
  const speakers: Partial<Record<SpeakerName, () => Driven>> = {
    embedded: () => openSpeaker({ restarting }),
    table: () => kernelTableSpeaker(),
    gobgp: () =>
      gobgpSpeaker({
        address: process.env['GOBGP'] ?? '',
        password: source => readPassword(source),
      }),
  }
  const found = speakers[name as SpeakerName]
  if (found === undefined) throw new Error(`no speaker ${name}`)
  return found()
}

async function obey(speaker: Driven, order: Order): Promise<Omit<Answer, 'milliseconds'>> {
  switch (order.do) {
    case 'apply': {
      const failures = await speaker.apply(order.changes)
      return {
        failures: failures.map(({ change, error }) => ({
          key: changeKey(change),
          code: error.code,
          message: error.message,
        })),
      }
    }
    case 'read':
      return { standing: await speaker.read() }
    case 'status':
      return { status: await speaker.status() }
    case 'complete':
      speaker.complete?.()
      return {}
    case 'close':
      await speaker.close(order.how)
      return {}
  }
}

async function main(): Promise<void> {
  const speaker = open(process.argv[2] ?? '', process.argv[3] === 'restarting')
  const say = (answer: Answer): void => {
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
  say({ milliseconds: 0 })
  for await (const line of createInterface(process.stdin)) {
    const order = JSON.parse(line) as Order
    const began = performance.now()
    const answer = await obey(speaker, order).catch((error: unknown) => ({
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
    say({ milliseconds: performance.now() - began, ...answer })
    if (order.do === 'close') break
  }
  // Whatever keeps the process from now on is the speaker's.
  process.stdin.destroy()
}

await main()
