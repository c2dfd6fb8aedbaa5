/** The probe for a check; each kind is loaded at its first use. */
import type { Check, Question } from '../../model/check.ts'
import type { Probe } from '../probe.ts'
import { ownFault } from './fault.ts'

type Kind = Question['type']

const loaders: Readonly<Partial<Record<Kind, () => Promise<Probe>>>> = {
  tcp: async () => (await import('./tcp.ts')).tcp,
  http: async () => (await import('./http.ts')).http,
}

const loaded = new Map<Kind, Promise<Probe>>()

/** Loads what asks questions of a kind: a tenth of a second the first time, nothing afterwards. */
export function openProbe(kind: Kind): Promise<Probe> {
  const known = loaded.get(kind)
  if (known !== undefined) return known
  const loading =
    loaders[kind]?.() ?? Promise.resolve<Probe>(() => Promise.resolve(ownFault('not yet')))
  loaded.set(kind, loading)
  return loading
}

/** Asks once, whatever the kind of the check. The time for loading is not part of its timeout. */
export const probe: Probe = async (check: Check, signal) => {
  const ask = await openProbe(check.question.type)
  return ask(check, signal)
}
