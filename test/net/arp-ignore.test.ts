/** What arp_ignore hides: the rule of the doctor, held against what a kernel answers. */
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isHidden } from '../../src/doctor/arp-ignore.ts'
import { type ArpPacket, encodeArp, etherTypeArp, parseArp } from '../../src/l2/arp.ts'
import { zeroMac } from '../../src/l2/mac.ts'
import { type FrameListener, openFrameListener } from '../../src/l2/packet-socket.ts'
import type { Ip } from '../../src/model/ip.ts'
import { libc } from '../../src/netlink/libc.ts'
import { inside, ip } from '../lab/namespace.ts'
import { type Cable, enterCable, linkOf } from './link.ts'
import { until } from './until.ts'

const cases = [
  { address: '10.77.0.50', onLink: false, inNetwork: true },
  { address: '192.0.2.50', onLink: false, inNetwork: false },
  { address: '10.77.0.51', onLink: true, inNetwork: true },
  { address: '192.0.2.51', onLink: true, inNetwork: false },
] as const

test('a kernel is silent exactly where the rule says so', async () => {
  const cable = await enterCable()
  ip(cable.here, 'link add slb0 type bridge', 'link set slb0 up')
  for (const { address, onLink } of cases)
    ip(cable.here, `address add ${address}/32 dev ${onLink ? 'eth0' : 'slb0'}`)
  const index = linkOf(cable.there, 'eth0').ifindex
  const socket = inside(cable.there, () => openFrameListener(libc(), index, etherTypeArp))
  for (const link of ['all', 'eth0', 'slb0'])
    for (const value of [0, 1, 2, 3, 4, 8]) {
      setOnly(link, value)
      const hidden = cases.filter(asked => isHidden(link === 'slb0' ? 0 : value, asked))
      const answered = await askFor(socket, index, cable, cases.length - hidden.length)
      for (const one of cases)
        assert.is(
          !answered.has(one.address),
          hidden.includes(one),
          `${one.address} with ${link} = ${value}`,
        )
    }
  socket.close()
})

function setOnly(link: string, value: number): void {
  for (const name of ['all', 'eth0', 'slb0'])
    writeFileSync(`/proc/sys/net/ipv4/conf/${name}/arp_ignore`, String(name === link ? value : 0))
}

/**
 * Which of them are answered for. On a veth pair an answer is there when the send returns, if the kernel
 * does not put it off: so many are waited for, and wrong ones have 50 ms to come.
 */
async function askFor(
  socket: FrameListener,
  index: number,
  { farMac }: Cable,
  expected: number,
): Promise<ReadonlySet<string>> {
  const answered = new Set<string>()
  const hear = (): void =>
    socket.receive(frame => {
      const packet = parseArp(frame)
      if (packet?.operation === 'reply') answered.add(packet.sender)
    })
  hear()
  answered.clear()
  for (const { address } of cases) {
    const request: ArpPacket = {
      operation: 'request',
      senderMac: farMac,
      sender: '10.77.0.2' as Ip,
      targetMac: zeroMac,
      target: address as Ip,
    }
    socket.send(index, encodeArp(request))
  }
  await sleep(50)
  const look = (): number => {
    hear()
    return answered.size
  }
  await until(`${expected} answers`, look, count => count >= expected)
  return answered
}

test.run()
