/**
 * Which texts count: those that are there, and for each that is faulty, gone, emptied or unreadable
 * the one that was good last. Everything else goes on.
 */
import type { Diagnostic } from '../model/diagnostic.ts'
import { claimsOf } from './claims.ts'
import type { Loaded, Source } from './load.ts'
import type { Sources } from './read.ts'
import { sameText } from './texts.ts'
import { type Choice, type WhatLoads, whatLoads } from './what-loads.ts'

/** A file whose text of now does not count. */
export interface Held {
  readonly file: string
  readonly why: 'invalid' | 'gone' | 'empty' | 'unreadable'
  /** True if its last good text stands in; false if it has none, and says nothing. */
  readonly standsIn: boolean
  /** What is wrong with it, in words for the operator. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface Standing {
  /** Of the texts that count. Its `desired` is set unless not even the last good texts load. */
  readonly loaded: Loaded
  /** The texts that count. */
  readonly sources: readonly Source[]
  /** In the order of files. */
  readonly held: readonly Held[]
  /** All that is to be said of what is there now: faults of reading, of held files, warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

type Load = (sources: readonly Source[]) => Promise<Loaded>

/**
 * Finds the texts that count.
 *
 * A file is released, so that it may be gone or empty, by leaving it out of `good`. What is accepted
 * as good from now on is `sources`, once it has been applied.
 *
 * @param now what is there, as `readSources` or `followFiles` tell it.
 * @param good the texts that were accepted last, by the same names, in the order of reading.
 * @param load called once if all is well, and again for each group of files that is held.
 */
export async function standIn(
  now: Sources,
  good: ReadonlyMap<string, Uint8Array>,
  load: Load,
): Promise<Standing> {
  const missing = missingFiles(now, good)
  const moved = missing.size === 0 ? none : await movedFiles(now, good, missing)
  if (moved.size > 0) {
    const lacking = new Map([...missing].filter(([file]) => !moved.has(file)))
    const rest = new Map([...good].filter(([file]) => !moved.has(file)))
    const found = await whatLoads(orderedChoices(now, rest, lacking), load)
    // Where they moved to has a fault of its own: then they stay where they were.
    if (found.replaced.size === 0) return standing(now, rest, lacking, found)
  }
  const found = await whatLoads(orderedChoices(now, good, missing), load)
  return standing(now, good, missing, found)
}

const none: ReadonlySet<string> = new Set()

function standing(
  now: Sources,
  good: ReadonlyMap<string, Uint8Array>,
  missing: ReadonlyMap<string, Lack>,
  { last, first, replaced }: WhatLoads,
): Standing {
  const counting = new Set(last.sources.map(({ file }) => file))
  const files = [...now.sources.map(({ file }) => file), ...good.keys(), ...now.unreadable]
  const held = [...new Set(files)].flatMap((file): readonly Held[] => {
    const lack = missing.get(file) ?? unreadWithoutGood(file, now, good)
    const faults = replaced.get(file)
    if (lack === undefined && faults === undefined) return []
    const said = lack === undefined || !good.has(file) ? [] : [lackFault(file, lack)]
    const why = lack === 'unreadable' ? unreadFaults(file, now) : []
    const diagnostics = [...said, ...why, ...(faults ?? [])]
    return [{ file, why: lack ?? 'invalid', standsIn: counting.has(file), diagnostics }]
  })
  const diagnostics = unique([
    ...now.diagnostics,
    ...first.diagnostics,
    ...held.flatMap(one => one.diagnostics),
    ...last.loaded.diagnostics,
  ])
  // An empty configuration is never what a fault leaves: that would take everything away.
  const nothing = counting.size === 0 && diagnostics.some(({ severity }) => severity === 'error')
  const loaded = nothing ? { diagnostics, files: [] } : last.loaded
  return { loaded, sources: last.sources, held, diagnostics }
}

type Lack = Exclude<Held['why'], 'invalid'>

/** Files with a good text and without one now. */
function missingFiles(
  now: Sources,
  good: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Lack> {
  const missing = new Map<string, Lack>()
  const texts = new Map(now.sources.map(({ file, text }) => [file, text]))
  for (const [file, last] of good) {
    const text = texts.get(file)
    if (text === undefined) missing.set(file, isUnreadable(file, now) ? 'unreadable' : 'gone')
    else if (text !== last && saysNothing(text) && !saysNothing(last)) missing.set(file, 'empty')
  }
  return missing
}

/** True if the file, or the directory that it was read from, is there and cannot be read. */
function isUnreadable(file: string, { unreadable }: Sources): boolean {
  return unreadable.some(path => isWithin(file, path))
}

/** Why the file, or the directory that it was read from, cannot be read. */
function unreadFaults(file: string, { unreadable, diagnostics }: Sources): readonly Diagnostic[] {
  const paths = unreadable.filter(path => isWithin(file, path))
  return diagnostics.filter(({ message }) => paths.some(path => message.includes(`${path}: `)))
}

function isWithin(file: string, path: string): boolean {
  return file === path || file.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** A path that cannot be read, and for which no text stands in. */
function unreadWithoutGood(
  path: string,
  { unreadable }: Sources,
  good: ReadonlyMap<string, Uint8Array>,
): Lack | undefined {
  const alone = unreadable.includes(path) && ![...good.keys()].some(file => isWithin(file, path))
  return alone ? 'unreadable' : undefined
}

/**
 * Files that are gone or empty because everything they named is in others now: a file that was
 * renamed, or taken apart. Only files that changed can have taken over.
 */
async function movedFiles(
  now: Sources,
  good: ReadonlyMap<string, Uint8Array>,
  missing: ReadonlyMap<string, Lack>,
): Promise<ReadonlySet<string>> {
  const changed = now.sources.filter(({ file, text }) => !sameText(good.get(file), text))
  if (changed.length === 0) return none
  const claimed = await claimsOf(changed)
  const moved = new Set<string>()
  for (const [file, lack] of missing) {
    const text = good.get(file)
    if (lack === 'unreadable' || text === undefined) continue
    const claims = [...(await claimsOf([{ file, text }]))]
    if (claims.length > 0 && claims.every(claim => claimed.has(claim))) moved.add(file)
  }
  return moved
}

const silent = /^(?:#.*|---|\.\.\.|%.*|null|~|\{\s*\})?(?:\s+#.*)?$/

/**
 * True for a text of blanks and comments, or of a YAML document that is null or an empty table: half
 * of a save looks like this, and so does a file that was emptied on purpose.
 */
export function saysNothing(text: Uint8Array): boolean {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    const stop = end === -1 ? bytes.length : end
    if (!silent.test(bytes.toString('utf8', at, stop).trim())) return false
    at = stop + 1
  }
  return true
}

/** All files in the order of reading, each with the text that should count and the good one. */
function orderedChoices(
  now: Sources,
  good: ReadonlyMap<string, Uint8Array>,
  missing: ReadonlyMap<string, Lack>,
): readonly Choice[] {
  const texts = new Map(now.sources.map(source => [source.file, source]))
  return mergedOrder([...texts.keys()], [...good.keys()]).map(file => {
    const last = good.get(file)
    const stands = last === undefined ? undefined : { file, text: last }
    return { file, now: missing.has(file) ? stands : texts.get(file), good: stands }
  })
}

/** Files of two readings in one order: where only one has a file, by the bytes of the names. */
function mergedOrder(now: readonly string[], good: readonly string[]): readonly string[] {
  const here = new Set(now)
  const before = new Set(good)
  const merged: string[] = []
  let next = 0
  const takeWhile = (more: (file: string) => boolean): void => {
    for (let file = now[next]; file !== undefined && more(file); file = now[++next])
      merged.push(file)
  }
  for (const file of good)
    if (!here.has(file)) {
      takeWhile(one => !before.has(one) && Buffer.compare(Buffer.from(one), Buffer.from(file)) < 0)
      merged.push(file)
    } else if (now.includes(file, next)) {
      takeWhile(one => one !== file)
      takeWhile(one => one === file)
    }
  takeWhile(() => true)
  return merged
}

const lacks: Readonly<Record<Lack, readonly [what: string, suggestion: string]>> = {
  gone: ['is gone', 'put it back, or let go of what it configured: slb apply --yes-remove N'],
  empty: [
    'says nothing any more',
    'save it again, or let go of what it configured: slb apply --yes-remove N',
  ],
  unreadable: ['cannot be read', 'let the user that slb runs as read it'],
}

function lackFault(file: string, lack: Lack): Diagnostic {
  const [what, suggestion] = lacks[lack]
  const message = `${file} ${what}: its last good text stays in force`
  return { severity: 'warning', code: `file-${lack}`, message, suggestion }
}

function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const found = new Map(
    diagnostics.map(one => [JSON.stringify([one.code, one.place, one.message]), one]),
  )
  return [...found.values()]
}
