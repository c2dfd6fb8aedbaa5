/** A status as metrics: what each is called, what it says, and its samples. Pure; the names are a contract. */
import type { StatusDocument } from './document.ts'
import type { ServiceStatus } from './status.ts'

export type Labels = Readonly<Record<string, string>>

/** A gauge. A sample that nobody can give is left out, as the end of what has none. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly samples: readonly (readonly [Labels, number])[]
}

/** All metrics of a status, the same ones whatever it says. */
export function metricsOf(document: StatusDocument, version: string): readonly Metric[] {
  return [
    ...nodeMetrics(document, version),
    ...serviceMetrics(document.services),
    ...backendMetrics(document.services),
    ...overrideMetrics(document),
    ...networkMetrics(document),
  ]
}

function nodeMetrics(document: StatusDocument, version: string): readonly Metric[] {
  const { node, configuration, trial, held, health, others } = document
  const deadline = trial === null ? undefined : seconds(trial.deadline)
  return [
    of(
      'slb_info',
      'What is running where, always 1.',
      ['node', 'version'],
      [[{ node, version }, 1]],
    ),
    one('slb_config_valid', '1 if all files count as they are.', configuration === 'valid'),
    one('slb_in_sync', '1 if nothing is to be done, waits or is refused.', document.in_sync),
    one('slb_held', '1 if the files are not applied, after a rollback or an undo.', held !== null),
    of(
      'slb_trial_deadline_timestamp_seconds',
      'When the apply on trial is undone.',
      [],
      present([[{}, deadline]]),
    ),
    one('slb_checked', '1 if somebody checks: slb run.', health.checked),
    one(
      'slb_checker_suspect',
      '1 if so much fails that verdicts are held.',
      health.suspect !== null,
    ),
    stateOf(
      'slb_other_state',
      'Kernel settings, links and source NAT that are not as wanted, always 1.',
      ['key'],
      others.map(one => [{ key: one.key }, one]),
    ),
    of('slb_foreign_rows', 'Rows that others have made.', [], [[{}, document.foreign.length]]),
  ]
}

const ofListener = ['service', 'virtual_service'] as const

function serviceMetrics(services: readonly ServiceStatus[]): readonly Metric[] {
  const all = services.flatMap(({ name, listeners }) =>
    listeners.map(one => [{ service: name, virtual_service: one.key }, one] as const),
  )
  const each = eachOf(ofListener, all)
  return [
    stateOf('slb_service_state', 'How a virtual service stands, always 1.', ofListener, all),
    each('slb_service_backends_up', 'Backends that are up.', ({ quorum }) => quorum?.up),
    each('slb_service_backends', 'Backends that count for the quorum.', ({ quorum }) => quorum?.of),
    each('slb_service_quorum', 'So many must be up.', ({ quorum }) => quorum?.needed),
    each('slb_service_quorum_met', '1 if enough are up.', ({ quorum }) => quorum && +quorum.met),
  ]
}

const ofBackend = [...ofListener, 'backend'] as const
const verdicts: Readonly<Record<string, number>> = { up: 1, down: 0 }

function backendMetrics(services: readonly ServiceStatus[]): readonly Metric[] {
  const all = services.flatMap(({ name, listeners }) =>
    listeners.flatMap(({ key, backends }) =>
      backends.map(
        one => [{ service: name, virtual_service: key, backend: one.address }, one] as const,
      ),
    ),
  )
  const each = eachOf(ofBackend, all)
  return [
    stateOf('slb_backend_state', 'How a backend stands, always 1.', ofBackend, all),
    each('slb_backend_up', '1 if its checks pass, 0 if not.', one => verdicts[one.health.verdict]),
    each('slb_backend_weight', 'The live weight.', one => one.weight),
    each('slb_backend_wanted_weight', 'The weight that is wanted now.', one => one.wanted_weight),
    each(
      'slb_backend_active_connections',
      'Established connections.',
      one => one.connections?.active,
    ),
    each('slb_backend_inactive_connections', 'All others.', one => one.connections?.inactive),
    each(
      'slb_backend_persistent_clients',
      'Clients bound to it.',
      one => one.connections?.persistent,
    ),
    each('slb_backend_drain_end_timestamp_seconds', 'When its drain ends at the latest.', one =>
      seconds(one.drain_ends),
    ),
    each('slb_backend_ban_end_timestamp_seconds', 'Until then it stays out.', one =>
      seconds(one.health.banned_until),
    ),
  ]
}

function overrideMetrics({ overrides }: StatusDocument): readonly Metric[] {
  const each = eachOf(
    ['target'],
    overrides.map(one => [{ target: one.target }, one]),
  )
  return [
    of(
      'slb_override_info',
      'What an operator has asked for, who, and why, always 1.',
      ['target', 'ask', 'by', 'reason'],
      overrides.map(({ target, ask, by, reason = '' }) => [
        { target, ask: ask === 'drain' ? ask : 'weight', by, reason },
        1,
      ]),
    ),
    each('slb_override_weight', 'The weight that is asked for; 0 = a drain.', ({ ask }) =>
      ask === 'drain' ? 0 : ask,
    ),
    each('slb_override_begin_timestamp_seconds', 'When it was asked for.', one => seconds(one.at)),
    each('slb_override_end_timestamp_seconds', 'When it ends by itself.', one =>
      seconds(one.until),
    ),
  ]
}

function networkMetrics({ vips, peers, announcements }: StatusDocument): readonly Metric[] {
  const ofPeer = eachOf(
    ['peer', 'as', 'speaker'],
    peers.map(one => [{ peer: one.address, as: String(one.as), speaker: one.speaker }, one]),
  )
  return [
    stateOf(
      'slb_vip_state',
      'How an address stands, always 1.',
      ['address', 'link'],
      vips.map(one => [{ address: one.address, link: one.link }, one]),
    ),
    ofPeer('slb_bgp_session_up', '1 if the session to a peer is established.', ({ session }) =>
      session === 'unknown' ? undefined : +(session === 'established'),
    ),
    ofPeer('slb_bgp_prefixes_announced', 'Routes that a peer was told of.', one => one.routes),
    of(
      'slb_announced',
      '1 if the network is told of it.',
      ['key', 'kind'],
      announcements.map(({ key, kind, state }) => [{ key, kind }, +(state === 'ok')]),
    ),
  ]
}

function of(
  name: string,
  help: string,
  labels: readonly string[],
  samples: Metric['samples'],
): Metric {
  return { name, help, labels, samples }
}

/** A thing that metrics are about, with the labels that name it. */
type Named<One> = readonly (readonly [Labels, One])[]

/** Metrics of the same things: what to call each, and what it is of one of them. */
function eachOf<One>(labels: readonly string[], all: Named<One>) {
  return (name: string, help: string, value: (one: One) => number | undefined): Metric =>
    of(name, help, labels, present(all.map(([at, one]) => [at, value(one)])))
}

/** How each of them stands, as a label. */
function stateOf(
  name: string,
  help: string,
  labels: readonly string[],
  all: Named<{ readonly state: string }>,
): Metric {
  return of(
    name,
    help,
    [...labels, 'state'],
    all.map(([at, { state }]) => [{ ...at, state }, 1]),
  )
}

function one(name: string, help: string, is: boolean): Metric {
  return of(name, help, [], [[{}, +is]])
}

function present(samples: readonly (readonly [Labels, number | undefined])[]): Metric['samples'] {
  return samples.filter((one): one is readonly [Labels, number] => one[1] !== undefined)
}

/** A date as seconds since 1970. */
function seconds(date: string | undefined): number | undefined {
  return date === undefined ? undefined : Date.parse(date) / 1000
}
