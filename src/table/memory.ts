/**
 * A whole system in memory, as strict as a kernel: it answers errno by errno as the real tables do.
 *
 * Tests run on it, and so does everything that must not touch the machine. It can be told to fail,
 * to misreport, and to be written to by somebody else at any point; it keeps a trace of every write.
 */
import type { Change, ChangeOf, Failure } from '../model/change.ts'
import { changeKey, describeChange } from '../model/change.ts'
import type { SlbError } from '../model/error.ts'
import { type Kind, keyOf, kinds, type ServiceId } from '../model/rows.ts'
import { type State, stateOf } from '../model/state.ts'
import { arpRules, peerRules, routeRules } from './memory-announcements.ts'
import { hindrance } from './memory-care.ts'
import * as host from './memory-host.ts'
import * as ipvs from './memory-ipvs.ts'
import {
  type KernelOptions,
  kernelOf,
  type MemoryKernel,
  serviceOf,
  stateIn,
} from './memory-kernel.ts'
import { type Refusal, refusalError } from './memory-refusal.ts'
import { lineOf } from './snapshot-print.ts'
import type { Connections, Scope, Table } from './table.ts'

export interface MemoryOptions extends KernelOptions {
  /** Asked at every change that writes, before it is done: an error makes it fail, with nothing changed. */
  readonly fail?: (change: Change) => SlbError | undefined
  /** Called before and after every change that writes: the place for other writers (`alter`) and for a crash (throw). */
  readonly before?: (change: Change) => void
  readonly after?: (change: Change) => void
  /** Called before every read. */
  readonly beforeRead?: () => void
  /** What a read returns instead of the truth: a dump under change lacks rows. */
  readonly misread?: (state: State) => State
  /** Connections through a destination, by its key; none unless told. */
  readonly connections?: (destination: string) => Connections | undefined
}

export interface MemoryTable extends Table {
  /** Every write that was tried, in order: `new link slb0 dummy up ours`, `delete link slb0: ENODEV`. */
  readonly trace: readonly string[]
  /** The rows as they truly stand. */
  state(): State
  /** Changes made by somebody else: no fault, no hook, no trace. */
  alter(changes: readonly Change[]): readonly Failure[]
}

/** A system in memory that holds `initial`, and IPVS's usual switches and timeouts where `initial` is silent. */
export function memoryTable(initial: State = stateOf(), options: MemoryOptions = {}): MemoryTable {
  const kernel = kernelOf(initial, options)
  const trace: string[] = []
  return {
    kinds,
    trace,
    state: () => stateIn(kernel),
    async read(scope) {
      options.beforeRead?.()
      const state = scoped(kernel, scope)
      return options.misread ? options.misread(state) : state
    },
    async apply(changes) {
      const failures: Failure[] = []
      for (const change of changes) {
        if (writesOf(change).length === 0) continue
        options.before?.(change)
        const hindered = hindrance(kernel, change)
        const error = hindered
          ? refusalError(describeChange(change), hindered)
          : options.fail?.(change)
        if (hindered && error) failures.push({ change, error })
        else if (error === undefined) failures.push(...perform(kernel, change, trace))
        else {
          trace.push(`${change.op} ${changeKey(change)}: ${error.errno ?? error.code}`)
          failures.push({ change, error })
        }
        options.after?.(change)
      }
      return failures
    },
    alter: changes => changes.flatMap(change => perform(kernel, change, [])),
    async connections(services) {
      return options.connections
        ? connectionsOf(kernel, services, options.connections)
        : new Map<string, Connections>()
    },
    close() {},
  }
}

function scoped(kernel: MemoryKernel, scope: Scope | undefined): State {
  if (scope?.services === undefined) return stateIn(kernel)
  const service = new Map(
    scope.services.flatMap(({ key }) => {
      const slot = kernel.service.get(key)
      return slot === undefined ? [] : [[key, serviceOf(slot)] as const]
    }),
  )
  return { ...stateIn({ ...kernel, service: new Map() }), service }
}

function connectionsOf(
  kernel: MemoryKernel,
  services: readonly ServiceId[],
  count: (destination: string) => Connections | undefined,
): Map<string, Connections> {
  const found = new Map<string, Connections>()
  for (const { key } of services)
    for (const row of kernel.service.get(key)?.destinations.values() ?? []) {
      const destination = keyOf.destination(row)
      const connections = count(destination)
      if (connections !== undefined) found.set(destination, connections)
    }
  return found
}

/** Does one change, as the writes that a real table would send for it. */
function perform(kernel: MemoryKernel, change: Change, trace: string[]): Failure[] {
  for (const { verb, row, rule } of writesOf(change)) {
    const refusal = rule(kernel, row)
    const line = `${verb} ${verb === 'delete' ? changeKey(change) : lineFor(change.kind, row)}`
    trace.push(refusal ? `${line}: ${refusal.errno}` : line)
    // The first half of a replacement may fail, as when there is nothing left to delete.
    if (refusal && !(change.op === 'replace' && verb === 'delete')) {
      const error = refusalError(describeChange(change), refusal)
      return [{ change, error }]
    }
  }
  return []
}

/** The line of a row as in a snapshot, but a destination's with its service. */
function lineFor(kind: Kind, row: Row): string {
  const line = (lineOf[kind] as (row: Row) => string)(row)
  return 'service' in row && 'weight' in row ? `${row.service.key}${line.slice(1)}` : line
}

type Row = Change['row']
type Rule = (kernel: MemoryKernel, row: Row) => Refusal | undefined
type Verb = 'new' | 'set' | 'delete'

interface Write {
  readonly verb: Verb
  readonly row: Row
  readonly rule: Rule
}

/** What the kernel is asked for; a drain is weight 0 where it is not 0 yet, and a service as a whole has none. */
function writesOf(change: Change): Write[] {
  const write = (verb: Verb, row: Row = change.row): Write => {
    const rule = rulesOf[change.kind][verb] as Rule | undefined
    if (rule === undefined) throw new Error(`nothing can ${change.op} a ${change.kind}`)
    return { verb, row, rule }
  }
  switch (change.op) {
    case 'create':
      return [write('new')]
    case 'update':
    case 'adopt':
      return change.kind === 'sync' ? [] : [write('set')]
    case 'delete':
      return [write('delete')]
    case 'replace':
      return [write('delete', change.from), write('new')]
    case 'drain':
      if (change.kind !== 'destination' || change.row.weight === 0) return []
      return [write('set', { ...change.row, weight: 0 })]
  }
}

type Rules<K extends Kind> = {
  readonly [V in Verb]?: (kernel: MemoryKernel, row: ChangeOf<K>['row']) => Refusal | undefined
}

const rulesOf: { readonly [K in Kind]: Rules<K> } = {
  sysctl: { new: host.setSysctl, set: host.setSysctl },
  timeouts: { new: ipvs.setTimeouts, set: ipvs.setTimeouts },
  sync: { new: ipvs.newSync, delete: ipvs.deleteSync },
  link: { new: host.newLink, set: host.setLink, delete: host.deleteLink },
  service: { new: ipvs.newService, set: ipvs.setService, delete: ipvs.deleteService },
  destination: {
    new: ipvs.newDestination,
    set: ipvs.setDestination,
    delete: ipvs.deleteDestination,
  },
  address: { new: host.newAddress, set: host.setAddress, delete: host.deleteAddress },
  snat: { new: host.newSnat, delete: host.deleteSnat },
  arp: arpRules,
  peer: peerRules,
  route: routeRules,
}
