/** gRPC to a gobgpd: messages there, messages back; what goes wrong is an SlbError. */
import type { Client, ServiceError } from '@grpc/grpc-js'
import { SlbError, type SlbErrorCode } from '../model/error.ts'

export interface Channel {
  /** Calls a method with one message or more; the messages of the answer. Throws an SlbError. */
  call(method: string, messages: readonly Uint8Array[]): Promise<readonly Buffer[]>
  close(): void
}

/** UNIMPLEMENTED: the server has no such service or method. */
export class Unimplemented extends SlbError {}

/** How long a call may take, in milliseconds. */
const patience = 30_000

/** Of grpc/grpc doc/statuscodes.md, those that are told apart. */
const status = { unimplemented: 12, deadlineExceeded: 4, unavailable: 14 } as const

const codes: Readonly<Record<number, SlbErrorCode>> = {
  3: 'invalid',
  5: 'stale',
  6: 'stale',
  7: 'denied',
  16: 'denied',
}

/**
 * No proxy of the environment and no lookup of TXT records stands between this host and its daemon;
 * a channel that was given up leaves no memory of it, so that the next one calls at once.
 */
const options = {
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': -1,
}

/** A channel to `unix:/PATH` or `HOST:PORT`; it connects when it is needed, and again after a fault. */
export function openChannel(address: string): Channel {
  let client: Client | undefined
  return {
    async call(method, messages) {
      // Most commands have no gobgpd: those are not to pay for loading it.
      const grpc = await import('@grpc/grpc-js')
      client ??= new grpc.Client(address, grpc.credentials.createInsecure(), options)
      const used = client
      try {
        return await exchange(used, method, messages)
      } catch (error) {
        const fault = error as ServiceError
        // Left to itself it would wait before it calls again, longer each time.
        if (fault.code === status.unavailable && client === used) {
          client = undefined
          used.close()
        }
        throw asSlbError(fault, address, method)
      }
    },
    close: () => client?.close(),
  }
}

/** A stream both ways is on the wire what any kind of call is. Throws a ServiceError. */
function exchange(
  client: Client,
  method: string,
  messages: readonly Uint8Array[],
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = []
    const call = client.makeBidiStreamRequest(
      method,
      (message: Uint8Array) => Buffer.from(message),
      (message: Buffer) => message,
      { deadline: Date.now() + patience },
    )
    call.on('data', (message: Buffer) => answer.push(message))
    call.on('error', reject)
    call.on('end', () => resolve(answer))
    for (const message of messages) call.write(message)
    call.end()
  })
}

/** What grpc-js has the system's own words in. */
const lastError = /Last error: (?:Error: )?(.*)\. Resolution note:/

function asSlbError(fault: ServiceError, address: string, method: string): SlbError {
  const { code, details } = fault
  const name = method.slice(method.lastIndexOf('/') + 1)
  if (code === status.unavailable)
    // Nobody listens there, as opposed to one who does and cannot be reached, or does not answer.
    return new SlbError(
      /ECONNREFUSED|ENOENT/.test(details) ? 'missing' : 'io',
      `there is no gobgpd at ${address}: ${lastError.exec(details)?.[1] ?? details}`,
      { cause: fault, hint: 'start it, or say where it is with [bgp] gobgp.address' },
    )
  if (code === status.deadlineExceeded)
    return new SlbError(
      'timeout',
      `gobgpd at ${address} has not answered ${name} within ${patience / 1000} s`,
      { cause: fault },
    )
  const what = `gobgpd at ${address} refuses ${name}: ${details || `status ${code}`}`
  return code === status.unimplemented
    ? new Unimplemented('missing', what, { cause: fault })
    : new SlbError(codes[code] ?? 'io', what, { cause: fault })
}
