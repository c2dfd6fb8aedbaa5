/** JSON text (RFC 8259) with the places of its values: for files of other programs, of which faults are told. */

/** A value and where it stands: offsets into the text. */
export interface JsonNode {
  readonly value: string | number | boolean | null | readonly JsonNode[] | JsonObject
  readonly at: number
  readonly end: number
}

/** An object, its members in the order of the text; a name may be there twice. */
export class JsonObject {
  readonly members: readonly JsonMember[]

  constructor(members: readonly JsonMember[]) {
    this.members = members
  }
}

export interface JsonMember {
  readonly name: string
  /** Where the name stands. */
  readonly at: number
  readonly end: number
  readonly node: JsonNode
}

/** What is no JSON, and where. */
export class JsonFault {
  readonly message: string
  readonly at: number

  constructor(message: string, at: number) {
    this.message = message
    this.at = at
  }
}

/** No program writes such a file, and reading it must not end us. */
const maxDepth = 100

const space = /[ \t\r\n]*/y
const word = /true|false|null/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: strings of JSON have none
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/** Reads a text that is one JSON value. */
export function readJson(text: string): JsonNode | JsonFault {
  const reader = new Reader(text)
  try {
    const node = reader.value(1)
    reader.end()
    return node
  } catch (fault) {
    if (fault instanceof JsonFault) return fault
    throw fault
  }
}

class Reader {
  readonly #text: string
  // A byte order mark is none of JSON's, and editors write it.
  #at = 0

  constructor(text: string) {
    this.#text = text
    if (text.startsWith('\ufeff')) this.#at = 1
  }

  value(depth: number): JsonNode {
    this.#take(space)
    const at = this.#at
    if (depth > maxDepth) throw new JsonFault(`nested deeper than ${maxDepth} levels`, at)
    const value = this.#value(depth)
    return { value, at, end: this.#at }
  }

  /** Nothing but space may follow. */
  end(): void {
    this.#take(space)
    if (this.#at < this.#text.length) this.#fail('the end of the file')
  }

  #value(depth: number): JsonNode['value'] {
    if (this.#mark('{')) return this.#object(depth)
    if (this.#mark('[')) return this.#list('"]"', ']', () => this.value(depth + 1))
    const name = this.#take(word)
    if (name !== undefined) return name === 'null' ? null : name === 'true'
    const digits = this.#take(number)
    if (digits !== undefined) return Number(digits)
    return this.#string('a value')
  }

  #object(depth: number): JsonObject {
    const members = this.#list('"}"', '}', (): JsonMember => {
      this.#take(space)
      const at = this.#at
      const name = this.#string('a name in double quotes')
      const { length } = this.#text.slice(at, this.#at)
      this.#take(space)
      if (!this.#mark(':')) this.#fail('":"')
      return { name, at, end: at + length, node: this.value(depth + 1) }
    })
    return new JsonObject(members)
  }

  #list<T>(closing: string, mark: string, read: () => T): readonly T[] {
    const items: T[] = []
    this.#take(space)
    if (this.#mark(mark)) return items
    for (;;) {
      items.push(read())
      this.#take(space)
      if (this.#mark(mark)) return items
      if (!this.#mark(',')) this.#fail(`"," or ${closing}`)
    }
  }

  #string(expected: string): string {
    const taken = this.#take(string)
    if (taken === undefined) return this.#fail(expected)
    return JSON.parse(taken) as string
  }

  #mark(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #fail(expected: string): never {
    const over = this.#at >= this.#text.length
    const message = over ? `the file ends where ${expected} is expected` : `${expected} is expected`
    throw new JsonFault(message, this.#at)
  }
}
