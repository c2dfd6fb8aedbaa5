import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { showConfig } from '../../src/config/origin.ts'

const shown = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const { origins } = await showConfig(
    Object.entries(files).map(([file, text]) => ({ file, text: Buffer.from(text) })),
  )
  return origins.map(({ key, value, place: p }) => `${key} = ${value} # ${p.file}:${p.line}`)
}

test('each key with the file and line that it comes from, defaults included', async () => {
  assert.equal(
    await shown({
      'a.toml':
        '[defaults]\nscheduler = "lc"\n\n[service.web]\nport = 80\nbackends = ["10.0.0.1", { address = "10.0.0.2", weight = 2 }]\n',
      'b.yaml': 'service:\n  db:\n    scheduler: sh\n    vip: front\nguard:\n  max_remove: 10%\n',
      'slb.toml':
        '[defaults]\nscheduler = "nq"\ndrain = "5s"\n[vip.front]\naddress = "192.0.2.1"\n[kernel.vs]\nsloppy_tcp = true\n',
    }),
    [
      'guard.max_remove = "10%" # b.yaml:6',
      'kernel.vs.sloppy_tcp = true # slb.toml:7',
      'service.db.drain = "5s" # slb.toml:3',
      'service.db.scheduler = "sh" # b.yaml:3',
      'service.db.vip = "front" # b.yaml:4',
      'service.web.backends = ["10.0.0.1", { address = "10.0.0.2", weight = 2 }] # a.toml:6',
      'service.web.drain = "5s" # slb.toml:3',
      'service.web.port = 80 # a.toml:5',
      'service.web.scheduler = "lc" # a.toml:2',
      'vip.front.address = "192.0.2.1" # slb.toml:5',
    ],
  )
})

test('what is wrong is shown too, as far as the file can be parsed', async () => {
  const files = { 'a.toml': '[service.web]\nprot = "x"\n', 'b.toml': '[service' }
  assert.equal(await shown(files), ['service.web.prot = "x" # a.toml:2'])
})

test('a password that stands there is not shown, and where it is to be found is', async () => {
  const said = (password: string): Promise<readonly string[]> =>
    shown({ 'a.toml': `[bgp.peer.a]\npassword = ${password}\n` })
  assert.equal(await said('"hunter2"'), ['bgp.peer.a.password = "(not shown)" # a.toml:2'])
  assert.equal(await said('{ text = "hunter2" }'), [
    'bgp.peer.a.password.text = "(not shown)" # a.toml:2',
  ])
  assert.equal(await said('{ file = "/x" }'), ['bgp.peer.a.password.file = "/x" # a.toml:2'])
})

test.run()
