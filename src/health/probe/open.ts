/** The probe for a check; each kind is loaded at its first use. */
import type { Question } from '../../model/check.ts'
import type { Ip } from '../../model/ip.ts'
import type { Answer, Probe } from '../probe.ts'
import { messageOf, ownFault } from './fault.ts'
import { whyUnanswerable } from './way.ts'

type Kind = Question['type']

const loaders: Readonly<Record<Kind, () => Promise<Probe>>> = {
  tcp: async () => (await import('./tcp.ts')).tcp,
  http: async () => (await import('./http.ts')).http,
  dns: async () => (await import('./dns.ts')).dns,
  udp: async () => (await import('./udp.ts')).udp,
  icmp: async () => (await import('./icmp.ts')).icmp,
  grpc: async () => (await import('./grpc.ts')).grpc,
  exec: async () => (await import('./exec.ts')).exec,
}

const loaded = new Map<Kind, Promise<Probe>>()

/** Loads what asks questions of a kind: some milliseconds the first time, nothing afterwards. */
export function openProbe(kind: Kind): Promise<Probe> {
  let probe = loaded.get(kind)
  if (probe === undefined) {
    probe = loaders[kind]()
    loaded.set(kind, probe)
  }
  return probe
}

/** Asks once, whatever the kind of the check. The time for loading is not part of its timeout. */
export const probe: Probe = (check, signal) => {
  const { type } = check.question
  const { through } = check
  return openProbe(type).then(
    ask =>
      through === undefined
        ? ask(check, signal)
        : ask(check, signal).then(answer => judged(answer, check.address, through)),
    // No file descriptor left to read it with, or no package: Node does not try again.
    error => ownFault(`cannot load what asks ${type} checks: ${messageOf(error)}`),
  )
}

/** No answer is no failure of a backend whose answers this machine would not let in. */
function judged(answer: Answer, vip: Ip, backend: Ip): Answer {
  if (answer.ok || answer.own) return answer
  try {
    const why = whyUnanswerable(vip, backend)
    return why === undefined ? answer : ownFault(why)
  } catch {
    return answer
  }
}
