/** Of texts that do not load together, the most that do: the faulty ones give way to older ones. */
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Loaded, Source } from './load.ts'
import { sameText } from './texts.ts'

/** A file, and the texts that it can count with. */
export interface Choice {
  readonly file: string
  /** The text that should count. */
  readonly now: Source | undefined
  /** The text to go back to; without one the file is left out. */
  readonly good: Source | undefined
}

type Load = (sources: readonly Source[]) => Promise<Loaded>

/** A load, and what it was of. */
export interface Attempt {
  readonly sources: readonly Source[]
  readonly loaded: Loaded
}

export interface WhatLoads {
  /** The last load; its `desired` is only absent if not even no text at all loads. */
  readonly last: Attempt
  /** The load of everything as it should be. */
  readonly first: Loaded
  /** The files whose text gave way, and the faults that it gave way for. */
  readonly replaced: ReadonlyMap<string, readonly Diagnostic[]>
}

/**
 * Goes back file by file until the rest loads.
 *
 * First the files that the errors name, as far as they differ from their good text. If that is not
 * enough (an error can name a file that only suffers from another), everything goes back, and what
 * can come in again does, group by group.
 */
export async function whatLoads(choices: readonly Choice[], load: Load): Promise<WhatLoads> {
  const tried = await attempt(choices, new Map(), load)
  const first = tried.loaded
  const replaced = new Map<string, readonly Diagnostic[]>()
  let current = tried
  while (current.loaded.desired === undefined) {
    const blamed = blame(choices, replaced, current.loaded)
    if (blamed.size === 0) break
    for (const [file, faults] of blamed) replaced.set(file, faults)
    current = await attempt(choices, replaced, load)
  }
  if (current.loaded.desired !== undefined) return { last: current, first, replaced }
  return { ...(await rebuild(choices, load)), first }
}

/** Loads the choices, those that are out with their good text. */
async function attempt(
  choices: readonly Choice[],
  out: ReadonlyMap<string, unknown>,
  load: Load,
): Promise<Attempt> {
  const sources = choices.flatMap(({ file, now, good }) => (out.has(file) ? good : now) ?? [])
  return { sources, loaded: await load(sources) }
}

/** The files that errors name and that could go back, with these errors. */
function blame(
  choices: readonly Choice[],
  out: ReadonlyMap<string, unknown>,
  { diagnostics }: Loaded,
): ReadonlyMap<string, readonly Diagnostic[]> {
  const faults = new Map<string, Diagnostic[]>()
  for (const one of diagnostics) {
    if (one.severity !== 'error') continue
    for (const file of new Set([one.place?.file, one.related?.file]))
      if (file !== undefined) faults.set(file, [...(faults.get(file) ?? []), one])
  }
  const blamed = choices.filter(choice => differs(choice) && !out.has(choice.file))
  return new Map(
    blamed.flatMap(({ file }) => {
      const found = faults.get(file)
      return found ? [[file, found] as const] : []
    }),
  )
}

function differs({ now, good }: Choice): boolean {
  if (now === good || now === undefined) return false
  return !sameText(good?.text, now.text)
}

/** From the good texts, or from nothing if these do not load either: as much as can come in. */
async function rebuild(
  choices: readonly Choice[],
  load: Load,
): Promise<Pick<WhatLoads, 'last' | 'replaced'>> {
  const changed = choices.filter(differs)
  const base = choices.flatMap(one => (differs(one) ? one.good : one.now) ?? [])
  const faults = new Map<string, readonly Diagnostic[]>()
  const order = choices.map(({ file }) => file)
  let last: Attempt = { sources: [], loaded: await load([]) }
  const add = async (group: readonly Source[]): Promise<void> => {
    if (group.length === 0) return
    const texts = new Map([...last.sources, ...group].map(source => [source.file, source]))
    const sources = order.flatMap(file => texts.get(file) ?? [])
    const loaded = await load(sources)
    if (loaded.desired !== undefined) {
      last = { sources, loaded }
      for (const { file } of group) faults.delete(file)
    } else if (group.length === 1 && group[0] !== undefined)
      faults.set(
        group[0].file,
        loaded.diagnostics.filter(({ severity }) => severity === 'error'),
      )
    else {
      const half = group.length >> 1
      await add(group.slice(0, half))
      await add(group.slice(half))
    }
  }
  await add(base)
  await add(changed.flatMap(({ now }) => now ?? []))
  return { last, replaced: faults }
}
