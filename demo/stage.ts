/** What the demo is told with: plain sentences, commands as they are typed, files as they are saved. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { inside, type Namespace } from '../test/lab/namespace.ts'
import type { Machine, Network } from '../test/lab/topology.ts'
import { projectFolder } from '../test/project.ts'

const program = join(projectFolder, 'dist/src/cli/main.js')

/** A sentence of the story. */
export function tell(text: string): void {
  console.log(`\n# ${text.replaceAll('\n', '\n# ')}`)
}

/** Save a file and show it. */
export function save(name: string, text: string): void {
  writeFileSync(name, text)
  console.log(`\n$ cat ${name}\n${text.trimEnd()}`)
}

/** What a command must do, or the demo ends as a failure. */
export interface Expected {
  /** 0 if absent. */
  readonly status?: number
  /** What it must print, on either stream. */
  readonly prints?: RegExp
  /** Where to run it; here (the director) if absent. */
  readonly at?: Machine
}

/** Type a command: show it, what it prints, and how it ends if not well. */
export async function type(line: string, expected: Expected = {}): Promise<void> {
  await begin(line, expected)()
}

/** Type a command that goes on in the background; the answer waits for its end and shows it. */
export function begin(line: string, expected: Expected = {}): () => Promise<void> {
  const result = execute(line, expected.at?.namespace)
  return async () => {
    const prompt = expected.at === undefined ? '$' : `${expected.at.name} $`
    const { status, output } = await result
    console.log(`\n${prompt} ${line}`)
    if (output !== '') console.log(output.trimEnd())
    if (status !== 0) console.log(`(exit status ${status})`)
    const { status: wanted = 0, prints = /^/ } = expected
    if (status === wanted && prints.test(output)) return
    throw new Error(`\`${line}\` should have ended with ${wanted} and printed ${prints}`)
  }
}

async function execute(
  line: string,
  namespace: Namespace | undefined,
): Promise<{ status: number; output: string }> {
  const [word = '', ...rest] = line.split(' ')
  const [command, args] = word === 'slb' ? [process.execPath, [program, ...rest]] : [word, rest]
  const start = () => spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const child = namespace === undefined ? start() : inside(namespace, start)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += String(chunk)
    })
  }
  const [status] = await once(child, 'close')
  return { status: Number(status), output }
}

/** A web server on each machine: it says who it is. `/slow` is a download of a few seconds. */
export async function serveWeb(
  { open, backends }: Network,
  port: number,
): Promise<readonly Server[]> {
  const servers: Server[] = []
  for (const machine of backends) {
    const server = createServer((request, response) => {
      if (request.url !== '/slow') {
        response.end(`hello from ${machine.name} (${machine.ipv4})\n`)
        return
      }
      response.write(`a long download from ${machine.name} begins ...`)
      setTimeout(() => response.end(' and is complete\n'), 6000)
    })
    open.push(server)
    servers.push(server)
    inside(machine.namespace, () => server.listen(port))
    if (!server.listening) await once(server, 'listening')
  }
  return servers
}
