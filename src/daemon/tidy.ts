/**
 * Collects garbage when nobody waits: what reading big files leaves behind, and what is young.
 *
 * Texts lie outside V8's heap, and V8 lets tens of megabytes of garbage pile up there before it looks, in
 * each thread; within the heap it lets a first load grow to twice what is needed. With 10,000 services in
 * one file, a daemon that needs 150 MB came to 280 after a few edits.
 *
 * What is young is collected whenever 4 MB of it have piled up, be it half-way from a verdict to the kernel:
 * by several threads at once, which on a busy machine have to wait for a processor. One of nine routes to
 * dead backends was taken back 20 ms later for that.
 */
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What tidying works on; by default the thread that it is called in. Amounts are in bytes. */
export interface Memory {
  /** What is used now, needed or not. */
  used(): number
  /** The part of it that is young. */
  young(): number
  collect(what: 'all' | 'young'): void
}

/** So much more than after the last time is worth the tenth of a second that it may take, in bytes. */
const worthwhile = 32 << 20

/** So much that is young is worth the millisecond or two that it takes, in bytes. */
const worthwhileYoung = 1 << 20

/** Returns what is to be called when a piece of work is through, and nobody waits: a `big` one, or any. */
export function openTidying(memory: () => Memory = thisThread): (big: boolean) => void {
  let opened: Memory | undefined
  let last = 0
  return big => {
    opened ??= memory()
    if (big && opened.used() >= last + worthwhile) {
      opened.collect('all')
      last = opened.used()
    } else if (opened.young() >= worthwhileYoung) opened.collect('young')
  }
}

function thisThread(): Memory {
  // The documented ways to a collection that is asked for are this flag, or the same at the command line.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void
  return {
    used() {
      const { used_heap_size: heap, external_memory: outside } = getHeapStatistics()
      return heap + outside
    },
    young: () =>
      getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_used_size ??
      0,
    collect: what => (what === 'all' ? collect() : collect({ type: 'minor' })),
  }
}
