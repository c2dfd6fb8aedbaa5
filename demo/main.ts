/** `npm run demo`: tell the story of `story.ts` on a kernel with IPVS, whichever this machine has. */
import { fileURLToPath } from 'node:url'
import { labEnvironment, openLab } from '../test/lab/kernel/lab.ts'
import { projectFolder } from '../test/project.ts'

async function main(): Promise<number> {
  const lab = await openLab(line => console.log(`(${line} ...)`))
  console.log(`Kernel: ${lab.label}\n`)
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => abort.abort())
  }
  const ending = await lab.run(
    {
      command: [process.execPath, fileURLToPath(new URL('./story.js', import.meta.url))],
      directory: projectFolder,
      environment: labEnvironment(),
    },
    { timeout: 300, memory: 2048, signal: abort.signal },
    { stdout: chunk => process.stdout.write(chunk), stderr: chunk => process.stderr.write(chunk) },
  )
  if (ending.how === 'exited') return ending.status
  console.error(`${ending.console}\nThe demo did not finish: ${ending.how}`)
  return 1
}

main().then(
  status => {
    process.exitCode = status
  },
  (error: unknown) => {
    console.error(`No kernel to show it on: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  },
)
