/**
 * Gives back what reading big files leaves behind.
 *
 * Texts lie outside V8's heap, and V8 lets tens of megabytes of garbage pile up there before it looks, in
 * each thread; within the heap it lets a first load grow to twice what is needed. With 10,000 services in
 * one file, a daemon that needs 150 MB came to 280 after a few edits.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What tidying works on; by default the thread that it is called in. Amounts are in bytes. */
export interface Memory {
  /** What is used now, needed or not. */
  used(): number
  collect(): void
}

/** So much more than after the last time is worth the tenth of a second that it may take, in bytes. */
const worthwhile = 32 << 20

/** Returns what is to be called when a big piece of work is through, and nobody waits. */
export function openTidying(memory: () => Memory = thisThread): () => void {
  let opened: Memory | undefined
  let last = 0
  return () => {
    opened ??= memory()
    if (opened.used() < last + worthwhile) return
    opened.collect()
    last = opened.used()
  }
}

function thisThread(): Memory {
  // The documented ways to a collection that is asked for are this flag, or the same at the command line.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return {
    used() {
      const { used_heap_size: heap, external_memory: outside } = getHeapStatistics()
      return heap + outside
    },
    collect,
  }
}
