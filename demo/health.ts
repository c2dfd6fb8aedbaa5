/** The third part of the story: backends are asked. One dies, one is drained, and status tells it all. */
import type { Server } from 'node:http'
import type { Network } from '../test/lab/topology.ts'
import { lasts, saved, table, until } from './edits.ts'
import { tell, type } from './stage.ts'

const config = `[service.web]
vip      = "192.0.2.10"
port     = 80
backends = ["10.2.0.11:8080", "10.2.0.12:8080", "10.2.0.13:8080"]

[service.web.check]
type     = "http"
interval = "300ms"
timeout  = "200ms"
fall     = 2
`

/** Shows health beside the daemon that runs. `servers` are the web servers, one on each machine. */
export async function healthStory({ client }: Network, servers: readonly Server[]): Promise<void> {
  tell('Now every backend is asked, again and again: a check, and a third server.')
  await saved(config, /0A02000D:1F90/)

  tell('The second server dies.')
  servers[1]?.close()
  servers[1]?.closeAllConnections()
  const took = await lasts(() => !/0A02000C:1F90/.test(table()))
  tell(`${took} ms later the kernel sends nobody there any more.`)
  for (let time = 0; time < 2; time++)
    await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend[13]/ })

  tell('The first one is to be rebooted: no new connections, the old ones may finish.')
  await type('slb drain web/10.2.0.11 --for 2h --reason update --socket slb.sock', {
    prints: /asked to drain/,
  })
  await until(() => !/0A02000B:1F90/.test(table()))
  await type('slb status --socket slb.sock', {
    prints:
      /drained by \S+, \S+ left: update[\s\S]*down \d+s .*refused[\s\S]*2 of 3 backends are up/,
  })
  await type('curl -s http://192.0.2.10/', { at: client, prints: /hello from backend3/ })
  await type('slb undrain web --socket slb.sock', { prints: /10\.2\.0\.11:8080/ })
}
