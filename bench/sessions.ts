/** What the log of a BIRD tells of sessions: which of them ended, and how long nothing was read in them. */

/** What happened to all sessions within some time. */
export interface SessionsSeen {
  /** Sessions that ended. */
  readonly flaps: number
  /** Messages about routes. */
  readonly updates: number
  /** The longest time in which a session brought no message, in seconds. */
  readonly silence: number
  /** The longest time in which BIRD logged nothing at all, in seconds: it had no processor itself. */
  readonly still: number
}

/** The times are those of Date.now; the log has `timeformat log iso long ms` and `debug { states, packets }`. */
export function readSessions(log: string, from: number, to: number): SessionsSeen {
  const heard = new Map<string, number>()
  let flaps = 0
  let updates = 0
  let silence = 0
  let still = 0
  let before = from
  for (const line of log.split('\n')) {
    const [, time = '', session, what = ''] = /^(\S+ \S+) <\w+> (p\d+): (.*)$/.exec(line) ?? []
    const at = Date.parse(time)
    if (session === undefined || at > to) continue
    if (at >= from) {
      still = Math.max(still, at - before)
      before = at
    }
    if (at < from) heard.set(session, from)
    else if (/^(?:BGP session closed|State changed to (?:stop|down|flush))/.test(what)) flaps++
    else if (/^Got (?:KEEPALIVE|UPDATE)/.test(what)) {
      silence = Math.max(silence, at - (heard.get(session) ?? from))
      heard.set(session, at)
      if (what.startsWith('Got UPDATE')) updates++
    }
  }
  for (const last of heard.values()) silence = Math.max(silence, to - last)
  return { flaps, updates, silence: silence / 1000, still: still / 1000 }
}
