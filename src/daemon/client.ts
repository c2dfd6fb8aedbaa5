/** The other end of the daemon's socket: hand it a command line, and pass on what it prints. */
import { type IncomingMessage, request } from 'node:http'
import { SlbError } from '../model/error.ts'
import type { Ask } from './server.ts'
import type { Answer } from './session.ts'

export interface Outlet {
  out(text: string): Promise<void>
  err(text: string): Promise<void>
}

/**
 * Hands a command line to the daemon behind this socket.
 *
 * Returns its exit status, or undefined if no daemon is there, it is one of another network namespace,
 * or it follows other files than the command only looks at.
 *
 * @throws SlbError if it is there, but must not be asked, or went away meanwhile.
 */
export async function askDaemon(
  socket: string,
  ask: Ask,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<number | undefined> {
  const response = await post(socket, JSON.stringify(ask), signal)
  if (response === undefined) return undefined
  if (response.statusCode === 421) {
    response.resume()
    return undefined
  }
  if (response.statusCode === 409)
    throw new SlbError('locked', await complaint(response), {
      hint: 'leave -c and --state-dir away, or stop slb run first',
    })
  if (response.statusCode !== 200) throw new SlbError('io', await complaint(response))
  return relay(response, outlet, signal)
}

function post(
  socketPath: string,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath,
        method: 'POST',
        path: '/v1/command',
        headers: { host: 'slb', 'content-type': 'application/json' },
      },
      resolve,
    )
    sent.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED') resolve(undefined)
      else if (cause.code === 'EACCES' || cause.code === 'EPERM') reject(denied(socketPath, cause))
      else reject(gone(cause))
    })
    const cut = (): void => void sent.destroy()
    signal.addEventListener('abort', cut, { once: true })
    sent.on('close', () => signal.removeEventListener('abort', cut))
    sent.end(body)
  })
}

async function relay(
  response: IncomingMessage,
  outlet: Outlet,
  signal: AbortSignal,
): Promise<number> {
  response.setEncoding('utf8')
  let rest = ''
  try {
    for await (const piece of response) {
      const lines = (rest + piece).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const answer = JSON.parse(line) as Answer
        if ('exit' in answer) return answer.exit
        if ('out' in answer) await outlet.out(answer.out)
        else await outlet.err(answer.err)
      }
    }
  } catch (cause) {
    if (!signal.aborted) throw gone(cause)
  }
  if (signal.aborted)
    throw new SlbError('io', 'interrupted; slb run goes on with what it has begun')
  throw gone()
}

async function complaint(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('utf8')
  for await (const piece of response) text += piece
  try {
    return (JSON.parse(text) as { error: string }).error
  } catch {
    return `the daemon answers with HTTP status ${response.statusCode}`
  }
}

function denied(path: string, cause: Error): SlbError {
  return new SlbError('denied', `slb run is at work, but this user may not use ${path}`, {
    cause,
    hint: 'become root, or a member of the group that owns the socket',
  })
}

function gone(cause?: unknown): SlbError {
  return new SlbError('io', 'slb run went away before it had answered', {
    cause,
    hint: 'say slb status to see what it has done',
  })
}
