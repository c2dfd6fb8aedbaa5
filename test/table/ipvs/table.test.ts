/** What the IPVS table makes of a kernel that misbehaves; what it makes of a good one is tried in the lab. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../../src/model/change.ts'
import { SlbError } from '../../../src/model/error.ts'
import { putString, putU16 } from '../../../src/netlink/attr.ts'
import { openNetlink, protocol } from '../../../src/netlink/socket.ts'
import { ipvsTable } from '../../../src/table/ipvs/table.ts'
import { backend, building, service, web } from '../../lab/ipvs-rows.ts'
import {
  done,
  error,
  type Happening,
  message,
  type Script,
  type Sent,
  script,
} from '../../netlink/scripted.ts'
import { services } from './captured.ts'

const control = 16
const ipvs = 30
const command = { getService: 4, getDest: 8, getDaemon: 11, getConfig: 13 }

/** Answers to what tables ask beside the point: the family, the timeouts, the daemons. */
function usual({ type, sequence, body }: Sent): Happening[] | undefined {
  if (type === control) {
    const family = message(sequence, control, 0, w => {
      w.at += 4
      putU16(w, 1, ipvs)
      putString(w, 2, 'IPVS')
    })
    return [family, error(sequence)]
  }
  if (body[0] === command.getConfig) return [error(sequence)]
  return body[0] === command.getDaemon ? [done(sequence)] : undefined
}

function open(answer: (sent: readonly Sent[], command: number) => readonly Happening[]) {
  const play: Script = script(sent => {
    const [only] = sent
    return (only && usual(only)) ?? answer(sent, only?.body[0] ?? 0)
  })
  return { ...play, table: ipvsTable(() => openNetlink(protocol.generic, { libc: play.libc })) }
}

/** A captured answer to GET_SERVICE: that of 192.0.2.10:80, which ipvsadm made. */
function captured(sequence: number): Buffer {
  const text = services.find(one => one.line.includes(web.key))?.hex ?? ''
  return message(sequence, ipvs, 2, w => {
    w.at += 4
    w.at += Buffer.from(text, 'hex').copy(w.bytes, w.at)
  })
}

test('without the module everything says how to load it', async () => {
  const { libc } = script(([only]) => [error(only?.sequence ?? 0, 'ENOENT')])
  const table = ipvsTable(() => openNetlink(protocol.generic, { libc }))
  for (const work of [() => table.read(), () => table.apply([])]) {
    let thrown: unknown
    await work().catch(error => {
      thrown = error
    })
    assert.instance(thrown, SlbError)
    const { code, message: words, hint } = thrown as SlbError
    assert.is(code, 'missing')
    assert.match(words, 'ip_vs is not loaded')
    assert.match(hint ?? '', 'modprobe ip_vs')
  }
})

test('a service that a dump repeats is one', async () => {
  const { table } = open(([only], asked) => {
    const n = only?.sequence ?? 0
    if (asked !== command.getService) return [done(n)]
    const single = (only?.flags ?? 0) & 0x300 ? [captured(n), done(n)] : [error(n)]
    return [captured(n), ...single]
  })
  assert.equal([...((await table.read()).service?.keys() ?? [])], [web.key])
})

test('a service that goes between two dumps is not one without destinations', async () => {
  const { table } = open(([only], asked) => {
    const n = only?.sequence ?? 0
    if (asked === command.getDest) return [done(n)]
    return (only?.flags ?? 0) & 0x300 ? [captured(n), done(n)] : [error(n, 'ESRCH')]
  })
  assert.is((await table.read()).service?.size, 0)
})

const changes: readonly Change[] = building(
  service(web, { destinations: [backend(web, '10.0.0.1'), backend(web, '10.0.0.2')] }),
)

test('changes whose answers were lost are failures: they may have happened', async () => {
  const { table } = open(sent => ['ENOBUFS', error(sent[1]?.sequence ?? 0, 'EEXIST')])
  const failures = await table.apply(changes)
  const said = failures.map(({ change, error }) => [changes.indexOf(change), error.errno])
  assert.equal(said.sort(), [
    [0, 'ENOBUFS'],
    [1, 'EEXIST'],
    [2, 'ENOBUFS'],
  ])
  const [lost] = failures.filter(one => one.error.errno === 'ENOBUFS')
  assert.is(lost?.error.code, 'busy')
  assert.match(lost?.error.message ?? '', /answer of the kernel was lost/)
})

test('calls are done one after another, and one that fails does not stop the next', async () => {
  let broken = true
  const { table, sends } = open((sent, asked) => {
    const n = sent.at(-1)?.sequence ?? 0
    if (asked === command.getService && broken) {
      broken = false
      return [error(n, 'ENOMEM')]
    }
    return asked === command.getService ? [done(n)] : [error(n)]
  })
  const first = table.read().catch((error: SlbError) => error.errno)
  const second = table.read()
  const third = table.apply([{ op: 'delete', kind: 'service', row: service(web) }])
  assert.is(await first, 'ENOMEM')
  assert.is((await second).service?.size, 0)
  assert.equal(await third, [])
  const order = sends.map(([only]) => (only?.type === control ? 0 : (only?.body[0] ?? 0)))
  assert.equal(order, [0, 13, 11, 4, 0, 13, 11, 4, 0, 3])
})

test.run()
