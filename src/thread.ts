/** A thread of slb that is not expected to end: how it is started, watched and ended. */
import { Worker, type WorkerOptions } from 'node:worker_threads'

export interface Thread {
  readonly worker: Worker
  /** Ends it at once, and says nothing of that. */
  close(): Promise<void>
}

/**
 * Starts a thread.
 *
 * @param name what it is called when it has ended without a word.
 * @param died told once if it ends by itself, which is a fault in slb: start another one.
 */
export function startThread(
  entry: URL,
  name: string,
  died: (error: Error) => void,
  options: WorkerOptions = {},
): Thread {
  const worker = new Worker(entry, options)
  let over = false
  const end = (error: Error): void => {
    if (over) return
    over = true
    died(error)
  }
  worker.on('error', error => end(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => end(new Error(`${name} has ended`)))
  return {
    worker,
    async close() {
      over = true
      await worker.terminate()
    },
  }
}
