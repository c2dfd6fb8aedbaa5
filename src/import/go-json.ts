/**
 * JSON as Go's encoding/json puts it into a struct: names match in any case, the last of several counts,
 * null is as good as nothing, numbers have the range of their type, and what the struct has no field for is
 * passed over. Here that is told.
 */
import { didYouMean, listed, quote } from '../config/text.ts'
import { type JsonNode, JsonObject } from './json-text.ts'

/** A fault at a value of the text. */
export interface GoFault {
  readonly code: string
  readonly message: string
  readonly at: number
  readonly end: number
}

/** A remark with the path of the value that it is about, as `bgp.peers[0].as`. */
export interface GoNote {
  readonly path: string
  readonly text: string
}

/** What comes to light while values are read. */
export interface GoFindings {
  readonly faults: GoFault[]
  readonly notes: GoNote[]
}

/** A value that may be absent, with the path that leads to it. */
export class GoValue {
  readonly path: string
  readonly node: JsonNode | undefined
  /** The nearest value that is there: itself, or what it should be in. */
  readonly holder: JsonNode
  readonly #found: GoFindings

  constructor(path: string, node: JsonNode | undefined, holder: JsonNode, found: GoFindings) {
    this.path = path
    // Go leaves a field as it is when null is given.
    this.node = node?.value === null ? undefined : node
    this.holder = node ?? holder
    this.#found = found
  }

  /** The fields of an object; others are told. */
  fields<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, GoValue>> {
    const members = new Map<string, JsonNode>()
    const object = this.node?.value instanceof JsonObject ? this.node.value : undefined
    for (const { name, node } of object?.members ?? []) {
      const known = names.find(one => one.toLowerCase() === name.toLowerCase())
      if (known === undefined) this.#unknown(name, names)
      else {
        if (members.has(known)) this.note('it is there twice; the last one counts', known)
        members.set(known, node)
      }
    }
    if (object === undefined) this.#wrong('an object')
    // What is missing in something else need not be told.
    const found = object || !this.node ? this.#found : { faults: [], notes: [] }
    return Object.fromEntries(
      names.map(name => [
        name,
        new GoValue(this.#below(name), members.get(name), this.holder, found),
      ]),
    ) as Record<Name, GoValue>
  }

  /** The items of a list; none if it is absent. */
  items(): readonly GoValue[] {
    const value = this.node?.value
    if (isList(value))
      return value.map(
        (node, index) => new GoValue(`${this.path}[${index}]`, node, node, this.#found),
      )
    this.#wrong('a list')
    return []
  }

  text(): string {
    const value = this.node?.value
    if (typeof value === 'string') return value
    this.#wrong('a text')
    return ''
  }

  flag(): boolean {
    const value = this.node?.value
    if (typeof value === 'boolean') return value
    this.#wrong('true or false')
    return false
  }

  /** A whole number of this range; 0 if it is absent. */
  whole(least: number, most: number): number {
    const value = this.node?.value
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
      return value
    this.#wrong(`a whole number from ${least} to ${most}`)
    return 0
  }

  /** Something is told about it, or about a field below it. */
  note(text: string, field?: string): void {
    this.#found.notes.push({ path: field === undefined ? this.path : this.#below(field), text })
  }

  /** It cannot be. */
  fault(code: string, message: string): void {
    const { at, end } = this.holder
    // Of an object that lacks something, or of a list, the beginning is shown.
    const whole = typeof this.holder.value !== 'object' || this.holder.value === null
    this.#found.faults.push({
      code,
      message: `${this.path} ${message}`,
      at,
      end: whole ? end : at + 1,
    })
  }

  #unknown(name: string, names: readonly string[]): void {
    const meant = didYouMean(name, names) ?? `it knows ${listed(names)}`
    this.note(`bgp-lb passes over what it does not know; ${meant}`, name)
  }

  #wrong(expected: string): void {
    if (this.node !== undefined)
      this.fault('wrong-type', `is ${expected} for bgp-lb, not ${shown(this.node)}`)
  }

  #below(name: string): string {
    const plain = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : quote(name)
    return this.path === '' ? plain : `${this.path}.${plain}`
  }
}

function isList(value: JsonNode['value'] | undefined): value is readonly JsonNode[] {
  return Array.isArray(value)
}

function shown({ value }: JsonNode): string {
  if (value instanceof JsonObject) return 'an object'
  if (isList(value)) return 'a list'
  return typeof value === 'string' ? quote(value) : String(value)
}
