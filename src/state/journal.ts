/** The journal: what slb made in this boot and network namespace, on disk before the kernel knows. */
import { join } from 'node:path'
import type { Peer, Route } from '../model/announcement.ts'
import { SlbError } from '../model/error.ts'
import { layersOf } from '../model/overlay.ts'
import { openMemory } from '../model/remember.ts'
import type { Ledger, LedgerService, Withdrawal } from '../plan/types.ts'
import { readFileIfThere, replaceFile } from './durable.ts'

/** In which kernel, and which of its network namespaces, what the journal says is true. */
export interface Scene {
  /** /proc/sys/kernel/random/boot_id */
  readonly boot: string
  /** Tells the network namespace from all others of this boot, also from those that are gone. */
  readonly namespace: string
}

export interface Journal {
  /** Where it stands, for messages. */
  readonly path: string
  /** What is recorded; nothing if it was recorded in another boot or namespace. */
  read(): Ledger
  /** Replaces it durably, unless it already says just this. Returns whether it wrote. */
  write(ledger: Ledger): boolean
}

export const emptyLedger: Ledger = {
  service: new Map(),
  address: new Set(),
  link: new Set(),
  snat: new Set(),
  settings: new Map(),
  begun: new Set(),
  draining: new Map(),
  gobgpds: new Set(),
  strict: new Set(),
}

/** The directory below the state directory that belongs to one network namespace. */
export function sceneDirectory(stateDirectory: string, scene: Scene): string {
  return join(stateDirectory, `namespace-${scene.namespace}`)
}

/** Opens the journal of a scene. Nothing is read or made yet. */
export function openJournal(stateDirectory: string, scene: Scene): Journal {
  const path = join(sceneDirectory(stateDirectory, scene), 'journal.json')
  let known: string | undefined
  /** What `known` says. */
  let last: Ledger | undefined
  return {
    path,
    read() {
      known = readFileIfThere(path)
      const ledger = known === undefined ? emptyLedger : decode(known, scene, path)
      last = ledger === emptyLedger ? undefined : ledger
      return ledger
    },
    write(ledger) {
      // Most applies make nothing ours that is not ours already: then it is the same ledger still.
      if (ledger === last) return false
      const text = encode(ledger, scene)
      const news = text !== known && (known !== undefined || !isEmpty(ledger))
      if (news) replaceFile(path, text)
      known = text
      last = ledger
      return news
    },
  }
}

function isEmpty(ledger: Ledger): boolean {
  const { withdrawal, ...parts } = ledger
  return withdrawal === undefined && Object.values(parts).every(part => part.size === 0)
}

type ServiceLine = readonly [key: string, name: string, drain: number, hash: number]

interface JournalFile {
  readonly version: 1
  readonly boot: string
  readonly namespace: string
  readonly services: readonly ServiceLine[]
  readonly addresses: readonly string[]
  readonly links: readonly string[]
  readonly snat: readonly string[]
  readonly settings: Readonly<Record<string, string>>
  readonly begun: readonly string[]
  readonly draining: Readonly<Record<string, number>>
  /** Absent in what earlier versions wrote. */
  readonly gobgpds?: readonly string[]
  /** Absent in what earlier versions wrote. */
  readonly strict?: readonly string[]
  readonly withdrawal?: Withdrawal
}

/** The same ledger always gives the same text, whatever order its maps grew in. */
function encode(ledger: Ledger, scene: Scene): string {
  const head = JSON.stringify({ version: 1, ...scene })
  const rest = JSON.stringify({
    addresses: [...ledger.address].sort(),
    links: [...ledger.link].sort(),
    snat: [...ledger.snat].sort(),
    settings: Object.fromEntries([...ledger.settings].sort()),
    begun: [...ledger.begun].sort(),
    draining: Object.fromEntries([...ledger.draining].sort()),
    gobgpds: [...ledger.gobgpds].sort(),
    strict: [...ledger.strict].sort(),
    ...(ledger.withdrawal && { withdrawal: ledger.withdrawal }),
  } satisfies Omit<JournalFile, 'version' | 'boot' | 'namespace' | 'services'>)
  const services = linesOf(ledger.service).join()
  return `${head.slice(0, -1)},"services":[${services}],${rest.slice(1)}\n`
}

/** What is said of each service, by key. An apply says something else of a few: the others' texts are kept. */
function linesOf(services: Ledger['service']): readonly string[] {
  const { below, over } = layersOf(services)
  const { places, lines } = memory([below], () => {
    const keys = [...below.keys()].sort()
    return {
      places: new Map(keys.map((key, place) => [key, place])),
      lines: keys.flatMap(key => {
        const one = below.get(key)
        return one === undefined ? [] : lineOf(key, one)
      }),
    }
  })
  if (over.size === 0) return lines
  const now = lines.slice()
  for (const [key, one] of over) {
    const place = places.get(key)
    if (place !== undefined) now[place] = lineOf(key, one)
  }
  return now
}

const memory = openMemory<{
  readonly places: ReadonlyMap<string, number>
  readonly lines: readonly string[]
}>()

function lineOf(key: string, { name, drain, hash }: LedgerService): string {
  return JSON.stringify([key, name, drain, hash] satisfies ServiceLine)
}

function decode(text: string, scene: Scene, path: string): Ledger {
  const file = parse(text, path)
  if (file.boot !== scene.boot || file.namespace !== scene.namespace) return emptyLedger
  return {
    service: new Map(
      file.services.map(([key, name, drain, hash]): [string, LedgerService] => [
        key,
        { name, drain, hash },
      ]),
    ),
    address: new Set(file.addresses),
    link: new Set(file.links),
    snat: new Set(file.snat),
    settings: new Map(Object.entries(file.settings)),
    begun: new Set(file.begun),
    draining: new Map(Object.entries(file.draining)),
    gobgpds: new Set(file.gobgpds ?? gobgpdsIn(file.settings)),
    strict: new Set(file.strict),
    ...(file.withdrawal && { withdrawal: file.withdrawal }),
  }
}

/** Where the rows say that they are announced. */
function gobgpdsIn(settings: JournalFile['settings']): readonly string[] {
  return Object.entries(settings).flatMap(([key, text]) => {
    if (!/^(peer|route) /.test(key)) return []
    const { api } = JSON.parse(text) as Pick<Peer | Route, 'api'>
    return api ?? []
  })
}

function parse(text: string, path: string): JournalFile {
  const damaged = (cause?: unknown): SlbError =>
    new SlbError('io', `the journal ${path} is damaged`, {
      cause,
      hint: 'move it away: what carries the mark of slb in the kernel stays known as ours without it',
    })
  let file: JournalFile
  try {
    file = JSON.parse(text) as JournalFile
  } catch (cause) {
    throw damaged(cause)
  }
  if (file === null || typeof file !== 'object' || file.version !== 1) throw damaged()
  return file
}

/** A journal that only this process writes: what it says is read once. */
export function remembering(journal: Journal): Journal {
  let known: Ledger | undefined
  return {
    path: journal.path,
    read() {
      known ??= journal.read()
      return known
    },
    write(ledger) {
      const wrote = journal.write(ledger)
      known = ledger
      return wrote
    },
  }
}
