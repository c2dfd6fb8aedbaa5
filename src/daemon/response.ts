/** Answers by HTTP, piece by piece. */
import type { ServerResponse } from 'node:http'
import type { Begin } from './session.ts'

/** So much output may wait for a client that does not read it, in bytes; then it is cut off. */
const longestBacklog = 128 << 20

/** Sends a piece to whoever is still there. */
export function send(response: ServerResponse, text: string): void {
  if (response.writableEnded || response.destroyed) return
  response.write(text)
  if (response.writableLength > longestBacklog) response.destroy()
}

/** Says why there is nothing else to say. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(`${JSON.stringify({ error: message })}\n`)
}

/** Tells the command when whoever asked has left before its end. */
export function whenLeft(response: ServerResponse, { gone }: ReturnType<Begin>): void {
  response.on('close', () => {
    if (!response.writableFinished) gone()
  })
}
