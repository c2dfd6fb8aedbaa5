/** All of slb's work on a configuration but the kernel's: files to the bytes of netlink messages. */
import { load } from '../src/config/load.ts'
import { readSources } from '../src/config/read.ts'
import { stateOf } from '../src/model/state.ts'
import { frame } from '../src/netlink/attr.ts'
import { openBatch } from '../src/netlink/batch.ts'
import type { Channel } from '../src/netlink/channel.ts'
import type { Netlink } from '../src/netlink/socket.ts'
import { plan } from '../src/plan/plan.ts'
import { want } from '../src/plan/want.ts'
import { emptyLedger } from '../src/state/journal.ts'
import { applyChanges } from '../src/table/ipvs/apply.ts'

/** Read, parse, validate, plan against an empty system, encode. `take` is given each send. */
export async function encodeDirectory(
  directory: string,
  family: number,
  take: (bytes: Uint8Array, length: number) => void,
): Promise<void> {
  const { desired, diagnostics } = await load(readSources([directory]).sources)
  if (desired === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)))
  const { changes } = plan({
    wanted: want(desired),
    seen: stateOf(),
    ledger: emptyLedger,
    conflict: 'refuse',
  })
  const failures = await applyChanges(agreeable(take), family, changes)
  if (failures.length > 0) throw new Error('a batch was not acknowledged')
}

/** A socket that takes everything and acknowledges it. */
function agreeable(take: (bytes: Uint8Array, length: number) => void): Netlink {
  let sequence = 0
  const acknowledgement = { frame: frame(64), length: 36 }
  const words = new Uint32Array(acknowledgement.frame.bytes.buffer, 0, 9)
  words[0] = 36 // struct nlmsghdr with a struct nlmsgerr: type NLMSG_ERROR, error 0
  words[1] = 2
  const channel: Channel = {
    inbox: [acknowledgement],
    send(bytes, length) {
      take(bytes, length)
      return 0
    },
    receive() {
      words[2] = sequence
      return 1
    },
    renew() {},
    close() {},
  }
  const absent = (): never => {
    throw new Error('only batches are expected here')
  }
  return {
    batch: () => openBatch(channel, () => ++sequence),
    request: absent,
    dump: absent,
    scan: absent,
    close() {},
  }
}
