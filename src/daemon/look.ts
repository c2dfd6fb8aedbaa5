/** Looking by HTTP: what the commands that only look print as JSON, under the path of their name. */
import type { ServerResponse } from 'node:http'
import { refuse, send, whenLeft } from './response.ts'
import type { Begin } from './session.ts'

/** The commands that need nothing but their name, and print one JSON document. */
const looks = ['status', 'plan', 'get', 'history'] as const

/** Where they are found. */
export const lookPaths: string = looks.map(name => `/v1/${name}`).join(', ')

/** Neither a terminal nor colours. */
const plain = { tty: false, colour: false } as const

/** The command that a path asks for. */
export function lookOf(path: string | undefined): string | undefined {
  return looks.find(name => path === `/v1/${name}`)
}

/**
 * Answers with the document that the command prints, as it is printed. Where it prints none, the status
 * is 500, and what it said stands in `error`.
 */
export function answerLook(
  name: string,
  user: string,
  response: ServerResponse,
  begin: Begin,
): void {
  let talk = ''
  const session = begin(
    { argv: [name, '--output', 'json'], user, out: plain, err: plain, attached: {} },
    {
      print(answer) {
        if ('err' in answer) talk += answer.err
        if (!('out' in answer)) return
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' })
        send(response, answer.out)
      },
      end() {
        if (response.headersSent) response.end()
        else refuse(response, 500, talk.trim())
      },
    },
  )
  whenLeft(response, session)
}
