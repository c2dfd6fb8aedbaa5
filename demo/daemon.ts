/** The second part of the story: the daemon. Edit and save; break a file; take a service away; kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Network } from '../test/lab/topology.ts'
import { projectFolder } from '../test/project.ts'
import { put, saved, table, until } from './edits.ts'
import { healthStory } from './health.ts'
import { begin, tell, type } from './stage.ts'

const config = (weight: number, key = 'weight'): string => `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = ["10.2.0.11:8080", { address = "10.2.0.12:8080", ${key} = ${weight} }]
`

/** Shows the daemon on the network of the first part, with its web servers. */
export async function daemonStory(network: Network, servers: readonly Server[]): Promise<void> {
  const { client } = network
  tell('Now the daemon: it follows a directory, and the kernel.')
  mkdirSync('etc')
  put(config(1))
  let daemon = await startDaemon()
  try {
    await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend/ })

    tell('Edit and save: weight 5 for the second server.')
    const took = await saved(config(5), /0A02000C:1F90\s+Masq\s+5/)
    tell(`It was in the kernel ${took} ms after the file was saved.`)

    tell('Save a file with a mistake. Nothing changes, and status says why.')
    put(config(7, 'wieght'))
    await logged(/web\.toml is invalid/)
    await type('slb status --socket slb.sock', { status: 3, prints: /did you mean/i })
    await type('ipvsadm -Ln -t 192.0.2.10:80', { prints: /10\.2\.0\.12:8080\s+Masq\s+5/ })
    put(config(5))

    tell('Somebody deletes the service with ipvsadm. A moment later it is back.')
    await type('ipvsadm -D -t 192.0.2.10:80')
    await until(() => /C000020A:0050/.test(table()))
    await type('ipvsadm -Ln -t 192.0.2.10:80', { prints: /10\.2\.0\.12:8080\s+Masq\s+5/ })

    tell('The daemon is killed while a client downloads, and started again: nobody notices.')
    const slow = { at: client, prints: /complete/ }
    const download = begin('curl -s http://192.0.2.10/slow', slow)
    await sleep(500)
    daemon.kill('SIGKILL')
    await once(daemon, 'exit')
    console.log('\n$ kill -9 (slb run)')
    daemon = await startDaemon()
    await download()
    await type('slb plan --socket slb.sock', { prints: /No changes/ })
    await healthStory(network, servers)
  } finally {
    daemon.kill('SIGTERM')
    if (daemon.exitCode === null) await once(daemon, 'exit')
  }
}

let log = ''

async function startDaemon(): Promise<ChildProcess> {
  console.log('\n$ slb run -c etc --socket slb.sock &')
  const program = join(projectFolder, 'dist/src/cli/main.js')
  const args = [program, 'run', '-c', 'etc', '--socket', 'slb.sock']
  const daemon = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  log = ''
  daemon.stderr.on('data', chunk => {
    log += String(chunk)
  })
  await logged(/"message":"ready/)
  return daemon
}

function logged(line: RegExp): Promise<void> {
  return until(
    () => line.test(log),
    () => log,
  )
}
