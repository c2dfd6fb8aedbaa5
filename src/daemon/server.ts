/**
 * The daemon's socket: command lines come in, what they print goes out as it is printed.
 *
 * HTTP/1.1 on a unix socket by Node's own `http`. `POST /v1/command` takes a JSON object and answers
 * with lines of JSON: `{"out": TEXT}`, `{"err": TEXT}`, and at last `{"exit": STATUS}`. `GET /v1/status`
 * and the like answer with what the command of that name prints as JSON.
 */
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { SlbError } from '../model/error.ts'
import { ioError } from '../state/durable.ts'
import { answerLook, lookOf, lookPaths } from './look.ts'
import { refuse, send, whenLeft } from './response.ts'
import type { Answer, Begin } from './session.ts'
import type { CommandLine } from './task.ts'

/** What a client says of itself, so that it does not talk to the daemon of another namespace. */
export interface Ask {
  readonly argv: readonly string[]
  /** True if the command changes something. */
  readonly changes: boolean
  /** `net:[4026531840]`: the network namespace that the client is in (namespaces(7)). */
  readonly namespace: string
  /** Absolute paths of `-c`, where it was given. */
  readonly config?: readonly string[]
  /** The absolute path of the state directory, where it is not the usual one. */
  readonly stateDir?: string
  /** The user behind sudo; believed of root alone. */
  readonly onBehalfOf?: string
  readonly out: CommandLine['out']
  readonly err: CommandLine['err']
  readonly attached: CommandLine['attached']
}

export interface Stranger {
  readonly why: string
  /** True if the command must not be carried out without this daemon either. */
  readonly forbids: boolean
}

export interface ServerEnds {
  /** Why this daemon is not the one that is meant; undefined = it is. */
  stranger(ask: Ask): Stranger | undefined
  /** Who is at the other end, by the kernel's word. */
  userOf(request: IncomingMessage): { readonly name: string; readonly root: boolean }
  begin: Begin
}

/** A saved plan of the biggest configuration fits in. Bytes. */
const longestBody = 64 << 20

/** More clients than this at once are somebody's mistake. */
const mostClients = 256

/**
 * Listens on the socket, with mode 0660, in the place of one whose owner is dead.
 *
 * @throws SlbError `locked` if somebody listens there already (a daemon of another network namespace:
 * the writer's lock is of this one), `io` if it cannot listen.
 */
export async function listen(path: string, ends: ServerEnds): Promise<Server> {
  const server = createServer((request, response) => {
    serve(request, response, ends).catch(() => response.destroy())
  })
  server.maxConnections = mostClients
  usable(path)
  if (await isAnswered(path))
    throw new SlbError('locked', `another slb run, or another program, listens on ${path}`, {
      hint: 'give this one a socket of its own with --socket',
    })
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    if (isSocket(path)) rmSync(path, { force: true })
    const listening = new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.once('listening', resolve)
    })
    // The socket is made at once. Longer than that the mask may not stand: it is that of all threads.
    const mask = process.umask(0o117)
    try {
      server.listen(path)
    } finally {
      process.umask(mask)
    }
    await listening
    chmodSync(path, 0o660)
  } catch (cause) {
    server.close()
    throw new SlbError('io', ioError('listen on', path, cause).message, { cause, hint: elsewhere })
  }
  return server
}

const elsewhere = 'become root, or name another socket with --socket'
/** sizeof(sun_path) without its end, unix(7). Of a longer one libuv takes the beginning. */
const longestPath = 107

/** What the kernel would say of such a path is not what is wrong with it. */
function usable(path: string): void {
  const length = Buffer.byteLength(path)
  const hint = 'name another socket with --socket'
  if (length > longestPath) {
    const what = `cannot listen on ${path}: the path is ${length} bytes long`
    throw new SlbError('io', `${what}, and a socket's at most ${longestPath}`, { hint })
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === false)
    throw new SlbError('io', `cannot listen on ${path}: what stands there is no socket`, { hint })
}

/** What else stands at the path, by a slip of the pen, is not ours to remove. */
function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true
}

/** True if somebody takes connections there (unix(7): ECONNREFUSED from one whose owner is dead). */
function isAnswered(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect(path)
    const settle = (answered: boolean): void => {
      probe.destroy()
      resolve(answered)
    }
    probe.on('connect', () => settle(true))
    probe.on('error', (cause: NodeJS.ErrnoException) => settle(cause.code === 'EAGAIN'))
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  ends: ServerEnds,
): Promise<void> {
  const look = request.method === 'GET' ? lookOf(request.url) : undefined
  if (look !== undefined) return answerLook(look, ends.userOf(request).name, response, ends.begin)
  if (request.method !== 'POST' || request.url !== '/v1/command')
    return refuse(response, 404, `this socket takes POST /v1/command, GET ${lookPaths}`)
  const body = await bodyOf(request)
  if (body === undefined) return refuse(response, 413, 'the request is too long')
  const ask = parse(body)
  if (ask === undefined)
    return refuse(response, 400, 'slb run is of another version than this command: restart it')
  const stranger = ends.stranger(ask)
  if (stranger !== undefined) return refuse(response, stranger.forbids ? 409 : 421, stranger.why)
  const user = ends.userOf(request)
  const { argv, out, err, attached, onBehalfOf } = ask
  const name = user.root && onBehalfOf !== undefined ? onBehalfOf : user.name
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const write = (answer: Answer): void => send(response, `${JSON.stringify(answer)}\n`)
  const session = ends.begin(
    { argv, user: name, out, err, attached },
    {
      print: write,
      end(status) {
        write({ exit: status })
        response.end()
      },
    },
  )
  whenLeft(response, session)
}

/** The text of a request; undefined if it is longer than anything that can be meant. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of request) {
      size += (piece as Buffer).length
      if (size > longestBody) return undefined
      pieces.push(piece as Buffer)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parse(body: string): Ask | undefined {
  try {
    const ask = JSON.parse(body) as Ask
    return isAsk(ask) ? ask : undefined
  } catch {
    return undefined
  }
}

function isAsk(ask: Ask): boolean {
  const { argv, namespace, config, stateDir, out, err, attached } = ask
  return (
    areTexts(argv) &&
    typeof namespace === 'string' &&
    (config === undefined || areTexts(config)) &&
    (stateDir === undefined || typeof stateDir === 'string') &&
    [out, err].every(isTerminal) &&
    typeof attached === 'object' &&
    attached !== null &&
    Object.values(attached).every(text => typeof text === 'string')
  )
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(one => typeof one === 'string')
}

function isTerminal(end: Ask['out'] | undefined): boolean {
  const { tty, colour, columns } = end ?? {}
  return (
    typeof tty === 'boolean' &&
    typeof colour === 'boolean' &&
    (columns === undefined || Number.isSafeInteger(columns))
  )
}
