/** Start a program of the machine and wait for its end; what it printed is kept. */
import { execFile } from 'node:child_process'

export interface Printed {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Any exit status is an answer; -1 = it could not be started, or a signal ended it. */
export function tryCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Printed> {
  return new Promise(resolve => {
    execFile(command, args, { ...options, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ status, stdout, stderr: stderr === '' && status === -1 ? String(error) : stderr })
    })
  })
}

/** Only status 0 is an answer; anything else throws, with what was printed. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const printed = await tryCommand(command, args, options)
  if (printed.status === 0) return printed.stdout
  const said = `${printed.stdout}${printed.stderr}`.trim().split('\n').slice(-15).join('\n')
  throw new Error(`${[command, ...args].join(' ')}: exit status ${printed.status}\n${said}`)
}
