/** Switches of the kernel that somebody turned off although services need them. */
import type { DesiredKernel, DesiredService } from '../model/desired.ts'
import { type Fault, warning } from './fault.ts'
import type { Place } from './merge-settings.ts'

interface Need {
  /** Below `[kernel.vs]`. */
  readonly key: string
  readonly code: string
  /** Whether a service needs it. */
  needs(service: DesiredService): boolean
  /** What comes of it. */
  readonly outcome: (names: string) => string
}

const all: readonly Need[] = [
  {
    key: 'expire_quiescent_template',
    code: 'no-expire-quiescent',
    needs: ({ listeners }) => listeners.some(row => row.persistence > 0),
    outcome: names =>
      `clients that are bound to a backend of ${names} keep coming to it while it drains, or is down and quiet`,
  },
  {
    key: 'expire_nodest_conn',
    code: 'no-expire-nodest',
    needs: ({ listeners }) => listeners.some(row => row.id.protocol === 'udp' && !row.onePacket),
    outcome: names => `flows of ${names} over UDP stay with a backend that is gone`,
  },
]

/** True if a switch is off that some service might need: then it matters what all services are. */
export function turnsOff({ sysctl }: DesiredKernel): boolean {
  return all.some(({ key }) => sysctl.get(nameOf(key)) === '0')
}

/** Adds a warning for each. @param place tells where a key under `[kernel]` stands. */
export function checkKernel(
  services: readonly DesiredService[],
  { sysctl }: DesiredKernel,
  place: Place,
  faults: Fault[],
): void {
  for (const { key, code, needs, outcome } of all) {
    if (sysctl.get(nameOf(key)) !== '0') continue
    const names = services.filter(one => one.enabled && needs(one)).map(({ name }) => name)
    if (names.length === 0) continue
    const shown = names.length > 3 ? `${names.length} services` : names.join(', ')
    faults.push(
      warning(code, place('vs', key), `with ${key} off, ${outcome(shown)}`, {
        suggestion: `take ${key} out, and slb turns it on for services that need it`,
      }),
    )
  }
}

function nameOf(key: string): string {
  return `net.ipv4.vs.${key}`
}
