/** The fields of a JSON object, and what a reader asks of them. */
import type { Ip } from '../model/ip.ts'
import { exactIp } from './snapshot-words.ts'

/** What is wrong with a JSON value, and where, as a JSON pointer. */
export class FieldFault extends Error {
  readonly pointer: string

  constructor(pointer: string, message: string) {
    super(message)
    this.pointer = pointer
  }
}

/** Reads an object field by field. Every method throws `FieldFault` if the field is not what it asks for. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #pointer: string

  constructor(value: unknown, pointer: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new FieldFault(pointer, 'an object should stand here')
    this.#values = new Map(Object.entries(value))
    this.#pointer = pointer
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  text(name: string): string {
    const value = this.#values.get(name)
    if (typeof value !== 'string') throw this.fault(name, 'a string should stand here')
    return value
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const text = this.text(name)
    const value = words.find(word => word === text)
    if (value === undefined) throw this.fault(name, `one of ${words.join(', ')} should stand here`)
    return value
  }

  /** A whole number from 0 to `max`. */
  whole(name: string, max: number): number {
    const value = this.#values.get(name)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max)
      return value
    throw this.fault(name, `a whole number from 0 to ${max} should stand here`)
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)
    if (typeof value !== 'boolean') throw this.fault(name, 'true or false should stand here')
    return value
  }

  ip(name: string): Ip {
    const value = exactIp(this.text(name))
    if (value === undefined) throw this.fault(name, 'an IP address should stand here')
    return value
  }

  list(name: string): readonly unknown[] {
    const value = this.#values.get(name)
    if (!Array.isArray(value)) throw this.fault(name, 'a list should stand here')
    return value
  }

  object(name: string): Fields {
    return new Fields(this.#values.get(name), this.pointer(name))
  }

  /** The objects of a list. */
  *objects(name: string): Generator<Fields> {
    for (const [index, value] of this.list(name).entries())
      yield new Fields(value, `${this.pointer(name)}/${index}`)
  }

  pointer(name: string): string {
    return `${this.#pointer}/${name}`
  }

  fault(name: string, message: string): FieldFault {
    return new FieldFault(this.pointer(name), message)
  }
}
