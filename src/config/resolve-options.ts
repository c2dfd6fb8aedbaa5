/** What a service says about all of its virtual services alike: scheduler, persistence and so on. */
import type { Forward } from '../model/rows.ts'
import { schedulerFlag } from '../model/scheduler.ts'
import type { Listener } from './check-backend.ts'
import { milliseconds, wholeSeconds } from './duration.ts'
import { type Fault, fault, warning } from './fault.ts'
import { type Layers, spotOf } from './layers.ts'
import { schedulers } from './names.ts'
import { didYouMean, nearest, quote } from './text.ts'

/** What the virtual services of one service have in common. */
export interface Options {
  readonly scheduler: string
  readonly schedulerFlags: number
  readonly persistence: number
  /** Absent = each client by itself. */
  readonly netmask: number | undefined
  readonly engine: string
  readonly onePacket: boolean
  readonly forward: Forward
  readonly snat: boolean
  /** Milliseconds. */
  readonly drain: number
}

/** Scheduler, flags, persistence and the rest; what is wrong goes to the list. */
export function resolveOptions(
  layers: Layers,
  listeners: readonly Listener[],
  faults: Fault[],
): Options {
  const scheduler = resolveScheduler(layers, faults)
  const persistence = resolvePersistence(layers, listeners, faults)
  const forward = layers.config.forward ?? 'nat'
  const stream = streamOf(listeners)
  checkProtocols(layers, listeners, stream, persistence.engine, faults)
  const snat = resolveSnat(layers, forward, faults)
  return {
    scheduler,
    schedulerFlags: resolveFlags(layers, scheduler, faults),
    persistence: persistence.timeout,
    netmask: persistence.netmask,
    engine: persistence.engine,
    onePacket: (layers.config.one_packet ?? false) && stream === undefined,
    forward,
    snat,
    drain: milliseconds(layers.config.drain ?? '60s'),
  }
}

/** Defaults that do not fit are silent. */
function resolveSnat(layers: Layers, forward: Forward, faults: Fault[]): boolean {
  if (layers.config.snat !== true) return false
  // A packet that was balanced by its mark keeps no trace that nftables could tell it by from one
  // that carries the mark and is merely forwarded, which must keep its source.
  const marked = layers.config.fwmark !== undefined
  if (!marked && forward === 'nat') return true
  if (layers.own.snat)
    faults.push(
      marked
        ? fault(
            'fwmark-snat',
            spotOf(layers, 'snat'),
            'snat cannot stand beside fwmark: packets with the mark that are only forwarded would lose their source, too',
            {
              suggestion:
                'write vip and port instead of fwmark, or an nftables rule of your own for the backends’ addresses',
            },
          )
        : fault(
            'unused-snat',
            spotOf(layers, 'snat'),
            `snat works with forward = "nat"; with "${forward}" the backends answer the clients themselves`,
          ),
    )
  return false
}

/** Near misses of a known scheduler are faults; anything else is left to the kernel's modules. */
function resolveScheduler(layers: Layers, faults: Fault[]): string {
  const name = layers.config.scheduler ?? 'wrr'
  if (schedulers.includes(name)) return name
  const parts = { suggestion: didYouMean(name, schedulers) }
  const report = nearest(name, schedulers) === undefined ? warning : fault
  faults.push(
    report(
      'unknown-scheduler',
      spotOf(layers, 'scheduler'),
      `Linux has no scheduler ${quote(name)} of its own`,
      parts,
    ),
  )
  return name
}

/** The flags as bits; those of sh and mh fall back unless something else is said. */
function resolveFlags(layers: Layers, scheduler: string, faults: Fault[]): number {
  const given = layers.config.scheduler_flags
  const usual = schedulerFlag(scheduler, `${scheduler}-fallback`) ?? 0
  if (!given) return usual
  let bits = 0
  for (const [index, name] of given.entries()) {
    const bit = schedulerFlag(scheduler, name)
    if (bit !== undefined) bits |= bit
    else if (layers.own.scheduler_flags) faults.push(foreignFlag(layers, scheduler, index, name))
  }
  // Defaults that speak of another scheduler say nothing about this one.
  return bits === 0 && given.length > 0 && !layers.own.scheduler_flags ? usual : bits
}

function foreignFlag(layers: Layers, scheduler: string, index: number, name: string): Fault {
  const [owner = '', what = ''] = name.split('-')
  const same = `${scheduler}-${what}`
  return fault(
    'foreign-flag',
    spotOf(layers, 'scheduler_flags', index),
    `${quote(name)} is a flag of scheduler ${quote(owner)}, but the scheduler is ${quote(scheduler)}`,
    { suggestion: schedulerFlag(scheduler, same) === undefined ? undefined : `write "${same}"` },
  )
}

interface Persistence {
  readonly timeout: number
  readonly netmask: number | undefined
  readonly engine: string
}

function resolvePersistence(
  layers: Layers,
  listeners: readonly Listener[],
  faults: Fault[],
): Persistence {
  const given = layers.config.persistence
  if (given === undefined) return { timeout: 0, netmask: undefined, engine: '' }
  const text = typeof given === 'string' ? given : (given.timeout ?? '300s')
  const timeout = wholeSeconds(text)
  if (timeout === undefined)
    faults.push(
      fault(
        'bad-duration',
        typeof given === 'string' || given.timeout === undefined
          ? spotOf(layers, 'persistence')
          : spotOf(layers, 'persistence', 'timeout'),
        `persistence counts whole seconds, from "1s" to "31d", not ${quote(text)}`,
      ),
    )
  if (typeof given === 'string') return { timeout: timeout ?? 0, netmask: undefined, engine: '' }
  const families = new Set(listeners.map(({ id }) => id.family))
  if (given.netmask !== undefined && families.size === 2)
    faults.push(
      fault(
        'netmask-family',
        spotOf(layers, 'persistence', 'netmask'),
        'one netmask cannot be right for IPv4 and IPv6: write a service for each family',
      ),
    )
  else if (given.netmask !== undefined && given.netmask > 32 && families.has('ipv4'))
    faults.push(
      fault(
        'netmask-family',
        spotOf(layers, 'persistence', 'netmask'),
        `a netmask for IPv4 clients is at most 32, not ${given.netmask}`,
      ),
    )
  return { timeout: timeout ?? 0, netmask: given.netmask, engine: given.engine ?? '' }
}

/** The connection-oriented protocol of a service, if it has one. */
function streamOf(listeners: readonly Listener[]): string | undefined {
  return listeners.find(({ id }) => id.protocol !== 'udp' && id.protocol !== 'fwmark')?.id.protocol
}

/** What works for some transport protocols alone. */
function checkProtocols(
  layers: Layers,
  listeners: readonly Listener[],
  stream: string | undefined,
  engine: string,
  faults: Fault[],
): void {
  if (stream && layers.own.one_packet)
    faults.push(
      fault(
        'protocol-mismatch',
        spotOf(layers, 'one_packet'),
        `one_packet is for udp: every packet of a ${stream} connection belongs to one backend`,
      ),
    )
  if (stream && engine === 'sip')
    faults.push(
      fault(
        'protocol-mismatch',
        spotOf(layers, 'persistence', 'engine'),
        `the sip engine reads udp packets alone, but this service is ${stream}`,
      ),
    )
  if (layers.config.persistence !== undefined) return
  if (listeners.some(({ id }) => id.port === 0 && id.protocol !== 'fwmark'))
    faults.push(
      fault(
        'port-zero',
        spotOf(layers, 'port'),
        'port 0 means all ports, which the kernel can do only with persistence',
        { suggestion: 'write persistence = "5m" too, or a port' },
      ),
    )
}
