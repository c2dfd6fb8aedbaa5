/** `slb import --bgp-lb`, as a user types it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { slb, withFiles } from './slb.ts'

const file = JSON.stringify({
  bgp: { local: { routerID: '10.0.0.2', as: 64512 }, peers: [{ address: '10.0.0.1', as: 64512 }] },
  service: {
    name: 'web',
    ip: '10.88.0.1',
    prefixLength: 32,
    ports: [{ servicePort: 80, targetLocalPort: 80 }],
    protocol: 'tcp',
    httphealthcheck: { port: 80 },
  },
})

const warning =
  'warning: bgp.local.listenPort: bgp-lb listens on port 179; slb never does, it connects: the routers have to wait for it\n'

test('the file is printed, what is otherwise is told, and it is valid', () =>
  withFiles({ 'lb.json': file }, cwd => {
    const { status, out, err } = slb(['import', '--bgp-lb', 'lb.json'], { cwd })
    assert.is(status, 0)
    assert.is(err, warning)
    assert.match(out, '[service.web]\nvip = "10.88.0.1"')
    assert.is(slb(['validate', '-c', '-'], { cwd, input: out }).status, 0)
  }))

test('standard input is read, and other forms are printed', () => {
  for (const form of ['json', 'yaml']) {
    const { status, out } = slb(['import', '--bgp-lb', '-', '-o', form], { input: file })
    assert.is(status, 0)
    assert.is(slb(['validate', '-c', '-'], { input: out }).status, 0, out)
  }
})

test('what is no file of bgp-lb is shown where it is none, with exit status 3', () => {
  const input = '{\n  "bgp": { "local": 7 }\n}\n'
  const { status, out, err } = slb(['import', '--bgp-lb', '-'], { input })
  assert.is(status, 3)
  assert.is(out, '')
  assert.match(
    err,
    'error[wrong-type]: bgp.local is an object for bgp-lb, not 7\n  --> <stdin>:2:21\n',
  )
})

test('a file that is not there is a fault of the outside', () => {
  const { status, err } = slb(['import', '--bgp-lb', '/nowhere.json'])
  assert.is(status, 1)
  assert.match(err, '/nowhere.json')
})

test('without a file it is wrong usage', () => {
  assert.is(slb(['import', '--bgp-lb']).status, 64)
})

test.run()
