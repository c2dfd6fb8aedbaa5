/** Modules that the kernel lacks: said which, and how to load them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { saved } from './ipvsadm.ts'
import { loaded, modulesAreOurs, without } from './modules.ts'
import { freshRig, type LabRig } from './rig.ts'

const spec = modulesAreOurs ? test : test.skip

const service = (name: string, port: number, more: string): string =>
  `[service.${name}]\nvip = "192.0.2.${port}"\nport = ${port}\n${more}\nbackends = ["10.0.0.1"]\n`

async function apply(rig: LabRig, text: string, status: number): Promise<string> {
  const ran = await rig.here('apply', '-c', rig.file('slb.toml', text))
  assert.is(ran.status, status, ran.out + ran.err)
  return ran.err
}

spec('without ip_vs every command that needs it says so, and changes nothing', async () => {
  const rig = freshRig()
  const schedulers = loaded('ip_vs_')
  assert.ok(schedulers.length > 10)
  await without([...schedulers, 'ip_vs'], async () => {
    const said = await apply(rig, service('web', 80, ''), 1)
    assert.match(said, /has no IPVS: its module ip_vs is not loaded\nhint: .*modprobe ip_vs/)
    for (const command of ['plan', 'get', 'status'])
      assert.match(
        (await rig.here(command, '-c', `${rig.directory}/slb.toml`)).err,
        'modprobe ip_vs',
      )
    assert.is((await rig.here('validate', '-c', `${rig.directory}/slb.toml`)).status, 0)
  })
  await apply(rig, service('web', 80, ''), 0)
  assert.is(saved().length, 2)
})

for (const module of modulesAreOurs ? loaded('ip_vs_') : []) {
  const name = module.replace(/^ip_vs_(pe_)?/, '')
  if (name === 'ftp') continue // a helper of the connections of FTP, not something to be asked for
  spec(`without ${module} that key fails alone`, async () => {
    const rig = freshRig()
    const wish =
      name === 'sip'
        ? 'protocol = "udp"\npersistence = { engine = "sip" }'
        : `scheduler = "${name}"`
    const text =
      service('odd', 80, wish) + service('web', 90, `scheduler = "${name === 'rr' ? 'lc' : 'rr'}"`)
    await without([module], async () => {
      const said = await apply(rig, text, 1)
      assert.match(said, /^error: create service (tcp|udp) 192\.0\.2\.80:80: the kernel has no /)
      assert.match(said, new RegExp(`modprobe .*${module}`))
      assert.is(said.match(/^error:/gm)?.length, 1, said)
      assert.equal(
        saved()
          .filter(line => line.startsWith('-A'))
          .map(line => line.split(' ')[2]),
        ['192.0.2.90:90'],
      )
      const { out } = await rig.here('get')
      assert.match(out, 'address slb0 192.0.2.90/32')
      assert.not.match(out, '192.0.2.80', 'no address without its service')
    })
    await apply(rig, text, 0)
    assert.is(saved().length, 4)
  })
}

test.run()
