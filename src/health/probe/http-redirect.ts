/** Where a redirect leads, seen from a server that must not be left (RFC 9110, 15.4). */
import type { IncomingMessage } from 'node:http'
import { oneLine } from './fault.ts'

/** What is asked for. */
export interface Place {
  readonly method: string
  readonly path: string
}

/** A redirect: to a place on the same server, or why not. */
export type Redirect =
  | { readonly inside: Place }
  | { readonly inside?: undefined; readonly why: string }

/**
 * The redirect that an answer is; undefined if it is none. `origins` are the names of the server that
 * is checked, the first of which is what relative locations rest on.
 */
export function redirect(
  answer: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  from: Place,
  origins: readonly string[],
): Redirect | undefined {
  const location = answer.headers.location
  const kept = methodAfter(answer.statusCode ?? 0, from.method)
  if (location === undefined || kept === undefined) return undefined
  const base = `${origins[0]}${from.path}`
  const to = URL.canParse(location, base) ? new URL(location, base) : undefined
  if (to === undefined) return { why: `redirects to ${oneLine(location)}, which is no address` }
  if (origins.some(origin => originOf(origin) === to.origin))
    return { inside: { method: kept, path: `${to.pathname}${to.search}` } }
  return { why: `redirects elsewhere, to ${oneLine(to.origin)}, which is never followed` }
}

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined
}

/** 307 and 308 keep the method; the others turn all but HEAD into GET, as browsers do. */
function methodAfter(status: number, method: string): string | undefined {
  if (status === 307 || status === 308) return method
  if (status === 301 || status === 302 || status === 303) return method === 'HEAD' ? method : 'GET'
  return undefined
}
