/**
 * Loaded before the program (`node --import`): loads what an apply will load, then waits until
 * whoever watches it has opened and closed the pipe named in `SLB_WARM`. A tracer attached meanwhile sees
 * the work of the program alone, which makes tracing several times cheaper.
 */
import { readFileSync } from 'node:fs'

await import('../../src/cli/program.ts')
await import('../../src/cli/command/apply.ts')
await import('../../src/host.ts')
await import('../../src/state/lock.ts')
const { libc } = await import('../../src/netlink/libc.ts')
libc()
readFileSync(process.env['SLB_WARM'] ?? '')
