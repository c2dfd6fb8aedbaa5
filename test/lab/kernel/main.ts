/**
 * Run a command as root on a kernel with IPVS:  npm run lab -- [--lane host|uml|qemu] COMMAND...
 *
 * The file system is this machine's own; standard input is empty; the exit status is the
 * command's (124 = timeout, 125 = no lab or the kernel died). One argument with spaces is a line
 * for bash. LAB_TIMEOUT is in seconds (600), LAB_MEMORY in MiB (2048).
 */
import { kernelNames, labEnvironment, openLab } from './lab.ts'

async function main(args: readonly string[]): Promise<number> {
  const lane = args[0] === '--lane' ? args[1] : undefined
  const command = args[0] === '--lane' ? args.slice(2) : args
  const name = kernelNames.find(known => known === lane)
  const [first] = command
  if (first === undefined || (lane !== undefined && name === undefined)) {
    console.error('usage: npm run lab -- [--lane host|uml|qemu] COMMAND [ARG...]')
    return 64
  }
  const lab = await openLab(line => console.error(`lab: ${line}`), name)
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => abort.abort())
  const ending = await lab.run(
    {
      command: command.length === 1 && first.includes(' ') ? ['bash', '-c', first] : command,
      directory: process.cwd(),
      environment: labEnvironment(),
    },
    {
      timeout: Number(process.env['LAB_TIMEOUT'] ?? 600),
      memory: Number(process.env['LAB_MEMORY'] ?? 2048),
      signal: abort.signal,
    },
    { stdout: chunk => process.stdout.write(chunk), stderr: chunk => process.stderr.write(chunk) },
  )
  if (ending.how === 'exited') return ending.status
  if (ending.how === 'died')
    console.error(`${ending.console}\nlab: the kernel ended before the command`)
  else console.error(`lab: ${ending.how}`)
  return ending.how === 'timeout' ? 124 : ending.how === 'aborted' ? 130 : 125
}

main(process.argv.slice(2)).then(
  status => {
    process.exitCode = status
  },
  (error: unknown) => {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 125
  },
)
