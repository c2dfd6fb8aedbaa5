/** Rounds without a daemon: nobody checks, but what operators asked for holds. */
import { noMemory } from '../serve/circumstances.ts'
import { serve } from '../serve/serve.ts'
import type { Overrides } from '../state/overrides.ts'
import type { Live } from './live.ts'
import type { Job } from './reconcile.ts'

/**
 * The job, with what operators asked for.
 *
 * @throws SlbError `io` if nobody knows any more what that was.
 */
export function asAsked(
  job: Job,
  { overrides, clock }: Live & { readonly overrides: Overrides },
): Job {
  const asked = overrides.read()
  if (asked.length === 0) return job
  const now = clock.monotonic()
  const { wanted } = serve(job.wanted, new Map(), { overrides: asked, memory: noMemory, now })
  return { ...job, wanted }
}
