/** The speaking thread from within: a speaker, its tie to whoever started it, and the ends of others. */
import type { MessagePort } from 'node:worker_threads'
import type { Change } from '../model/change.ts'
import type { SlbError } from '../model/error.ts'
import type { Answer, Order, PlainError, Question, StationOptions, Told } from './orders.ts'
import type { EmbeddedSpeaker, SpeakerOptions } from './speaker.ts'

const usualInterval = 1000
const usualPatience = 10

/**
 * Serves a speaker. Signs of life are counted when they are due, so that no time counts in which the whole
 * process stood still. When too many have not come, nobody can say any more that the services behind the
 * routes work: all routes are taken back, and announced again with the next sign.
 */
export function serveSpeaker(
  main: MessagePort,
  open: (options: SpeakerOptions) => EmbeddedSpeaker,
  { restarting = false, every = usualInterval, patience = usualPatience }: StationOptions = {},
): void {
  const tell = (told: Told): void => main.postMessage(told)
  const speaker = open({ restarting, changed: status => tell({ kind: 'changed', status }) })
  const library: Library = { edition: 0 }
  let missed = 0
  const tie = (count: number): void => {
    const before = missed >= patience
    missed = count
    const is = missed >= patience
    if (is === before) return
    speaker.quiet(is)
    tell({ kind: 'quiet', is })
  }
  main.on('message', (order: Order) => {
    if (order.kind === 'alive') tie(0)
    else if (order.kind === 'complete') speaker.complete()
    else serveEnd(order.port, speaker, library)
  })
  setInterval(() => {
    tell({ kind: 'beat' })
    tie(missed + 1)
  }, every)
}

/** How often what the speaker has was changed. */
interface Library {
  edition: number
}

function serveEnd(port: MessagePort, speaker: EmbeddedSpeaker, library: Library): void {
  port.on('message', async (question: Question) => {
    if (question.method === 'apply') library.edition++
    const answer: Answer = await answerTo(question, speaker, library.edition)
    port.postMessage(answer)
  })
}

async function answerTo(
  question: Question,
  speaker: EmbeddedSpeaker,
  edition: number,
): Promise<Answer> {
  const { id } = question
  switch (question.method) {
    case 'read':
      if (question.known === edition) return { id, method: 'read', edition }
      return { id, method: 'read', edition, standing: await speaker.read() }
    case 'status':
      return { id, method: 'status', all: await speaker.status() }
    case 'close':
      await speaker.close(question.how)
      return { id, method: 'close' }
    case 'apply': {
      const changes: readonly Change[] = question.changes
      const failures = (await speaker.apply(question.changes)).map(({ change, error }) => ({
        at: changes.indexOf(change),
        error: plainError(error),
      }))
      return { id, method: 'apply', failures }
    }
  }
}

function plainError({ code, message, hint, errno }: SlbError): PlainError {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(errno === undefined ? {} : { errno }),
  }
}
