/** The demo's story. It runs in a lab, in a fresh network namespace, as the load balancer's host. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Network, withNetwork } from '../test/lab/topology.ts'
import { daemonStory } from './daemon.ts'
import { begin, save, serveWeb, tell, type } from './stage.ts'

const config = (backends: readonly string[]): string => `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = [${backends.map(backend => `"${backend}:8080"`).join(', ')}]
`

async function story(network: Network): Promise<void> {
  const { client } = network
  const began = Date.now()
  const servers = await beginning(network)

  tell('A configuration of four lines. What would change?')
  save('web.toml', config(['10.2.0.11', '10.2.0.12']))
  await type('slb plan -c web.toml', { prints: /left alone\n +tcp 203\.0\.113\.7:443/ })

  tell('Do it. The client then reaches both web servers through the VIP.')
  await type('slb apply -c web.toml', { prints: /Applied/ })
  await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend/ })
  await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend/ })

  tell('Doing it again changes nothing.')
  await type('slb apply -c web.toml', { prints: /No changes/ })

  tell('A file with mistakes is refused, all of them at once; what is live stays as it is.')
  save(
    'web.toml',
    config(['10.2.0.11', '10.2.0.300']).replace('80\n', '80800\nscheduler = "rrr"\n'),
  )
  await type('slb apply -c web.toml', { status: 3, prints: /web\.toml:3:/ })
  await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend/ })

  await drain(network)
  await removal(network)
  await daemonStory(network, servers)
  tell(`That was all, in ${Math.round((Date.now() - began) / 1000)} seconds.`)
}

async function beginning(network: Network): Promise<readonly Server[]> {
  tell(`A small network, each machine in a namespace of its own:
client 10.1.0.2 -- this host -- web servers 10.2.0.11, 10.2.0.12, 10.2.0.13 (port 8080)`)
  const servers = await serveWeb(network, 8080)
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '0')
  tell('Somebody else has a service in this kernel already. It must survive all this.')
  await type('ipvsadm -A -t 203.0.113.7:443 -s rr')
  await type('ipvsadm -a -t 203.0.113.7:443 -r 10.9.9.9 -m')
  return servers
}

async function drain({ client }: Network): Promise<void> {
  tell(`Replace the first server by a third one, while a client downloads from both old ones.
New connections go to the others at once; what is open may finish (a drain, 60s at most).`)
  save('web.toml', config(['10.2.0.12', '10.2.0.13']))
  const slow = { at: client, prints: /complete/ }
  const downloads = [1, 2].map(() => begin('curl -s http://192.0.2.10/slow', slow))
  await setTimeout(500) // both are connected
  await type('slb apply -c web.toml', { prints: /> 10\.2\.0\.11:8080 .*1 active/ })
  tell('Both downloads came to their end:')
  for (const download of downloads) await download()
  await type('ipvsadm -Ln', { prints: /10\.2\.0\.13:8080/ })
}

async function removal({ client }: Network): Promise<void> {
  tell('Taking everything away is refused, unless one agrees to it.')
  save('web.toml', '# nothing\n')
  await type('slb apply -c web.toml', { status: 4 })
  await type('slb apply -c web.toml --yes-remove 1', { prints: /Applied/ })
  await type('curl -s -m 2 http://192.0.2.10/', { at: client, status: 7 })

  tell('Somebody else’s service is still there, untouched.')
  await type('ipvsadm -Ln', { prints: /203\.0\.113\.7:443 rr\s+-> 10\.9\.9\.9:443 +Masq +1/ })
}

process.chdir(mkdtempSync(join(tmpdir(), 'slb-demo-')))
process.env['SLB_STATE_DIR'] = join(process.cwd(), 'state')
try {
  await withNetwork(3, network => story(network))
} catch (error) {
  console.log(`\nThe demo failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
