/** A datagram socket that prints what it gets as JSON lines: `receiver NAME`, @ for an abstract one. */
import { libc } from '../../src/netlink/libc.ts'

const name = process.argv[2] ?? ''
const c = libc()
const fd = c.socket(1, 2, 0)
const path = name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`
const address = Buffer.concat([new Uint8Array(new Uint16Array([1]).buffer), Buffer.from(path)])
if (c.bind(fd, address, address.length) !== 0) throw new Error(`bind ${name}: errno ${c.errno()}`)
process.stdout.write('"listening"\n')
const box = new Uint8Array(4096)
const boxes = c.boxes([box])
while (c.recvmmsg(fd, boxes, 0) === 1)
  process.stdout.write(
    `${JSON.stringify(Buffer.from(box.subarray(0, boxes.lengthOf(0))).toString())}\n`,
  )
