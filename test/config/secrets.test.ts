/** However a password is put where it should not stand: no message shows it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { load } from '../../src/config/load.ts'

const toml = '[bgp]\nas = 65000\n[bgp.peer.a]\naddress = "10.0.0.1"\nas = 65001\n'
const yaml = `bgp:
  as: 65000
  peer:
    a:
      address: 10.0.0.1
      as: 65001
      password:`

const wrong: Readonly<Record<string, readonly string[]>> = {
  'a.toml': [
    `${toml}password = "hunter2"`,
    `${toml}password = "file-hunter2"`,
    `${toml}password = """\nhunter2"""`,
    `${toml}password = ["hunter2"]`,
    `${toml}password = [\n"hunter2"\n]`,
    `${toml}password = "env hunter2`,
    `${toml}password = { file = "/x", text = "hunter2" }`,
    `${toml}[bgp.peer.a.password]\ntext = hunter2`,
    ...['pass', 'passphrase', 'auth_key', 'key', 'tcp_md5', 'secret', 'token'].map(
      key => `${toml}${key} = "hunter2"`,
    ),
    `[bgp]
as = 65000
peer = { a = { as = "x", password = { file = "/x" } }, b = { as = 5, password = "hunter2" } }`,
  ],
  'a.yaml': [' hunter2', '\n        hunter2', ' |\n        hunter2', '\n        &x hunter2'].map(
    value => `${yaml}${value}\n`,
  ),
}

for (const [file, texts] of Object.entries(wrong))
  test(`nothing of a password that stands in ${file} itself is shown`, async () => {
    for (const text of texts) {
      const { diagnostics } = await load([{ file, text: Buffer.from(text) }])
      assert.ok(diagnostics.length > 0, text)
      assert.not.match(JSON.stringify(diagnostics), /hunter2/, text)
    }
  })

test('a line that says where a password is, or that is about something else, is', async () => {
  const text = `${toml}ttl_security = "x" # password = { file = "/etc/slb/a" }\n`
  const { diagnostics } = await load([{ file: 'a.toml', text: Buffer.from(text) }])
  assert.match(diagnostics[0]?.line ?? '', '/etc/slb/a')
})

test.run()
