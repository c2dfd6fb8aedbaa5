/** Asks each kind of check in a process that has no file descriptor left, and prints the answers. */
import { closeSync, openSync } from 'node:fs'
import { openProbe } from '../../../src/health/probe/open.ts'
import type { Question } from '../../../src/model/check.ts'
import { libc } from '../../../src/netlink/libc.ts'
import { ask, checkOf } from './rig.ts'

const bytes = Buffer.from('x')
const web = {
  type: 'http',
  method: 'GET',
  path: '/',
  headers: {},
  expect: [],
  redirects: 0,
} as const
const tls = { verify: true, expiryWarning: 0 }
const questions: readonly Question[] = [
  { type: 'tcp' },
  web,
  { ...web, tls },
  { type: 'dns', name: 'example.org', record: 'A', rcode: 'NOERROR' },
  { type: 'udp', payload: bytes },
  { type: 'icmp' },
  { type: 'grpc', service: '' },
  { type: 'grpc', service: '', tls },
  { type: 'exec', command: ['/bin/true'], weight: false },
]

libc()
const probes = await Promise.all(questions.map(({ type }) => openProbe(type)))
const taken: number[] = []
try {
  for (;;) taken.push(openSync('/dev/null', 'r'))
} catch {
  // Now there is none.
}
const answers = []
for (const [n, probe] of probes.entries()) {
  const question = questions[n]
  if (question !== undefined) answers.push(await ask(probe, checkOf(question, 9, { timeout: 500 })))
}
for (const fd of taken) closeSync(fd)
console.log(JSON.stringify(answers))
