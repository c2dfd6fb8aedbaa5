/** A line of a snapshot as words, and what a reader asks of them. */
import { isIPv4, isIPv6 } from 'node:net'
import { type Ip, readIp, writeIp } from '../model/ip.ts'

/** What is wrong with a line, and at which column (from 1). */
export class LineFault extends Error {
  readonly column: number

  constructor(column: number, message: string) {
    super(message)
    this.column = column
  }
}

/**
 * An address in exactly the family that it is written in.
 *
 * Unlike `parseIp`, an IPv4-mapped IPv6 address stays IPv6: a snapshot shows what the kernel holds.
 */
export function exactIp(text: string): Ip | undefined {
  if (isIPv4(text)) return text as Ip
  if (!isIPv6(text) || text.includes('%')) return undefined
  const bytes = new Uint8Array(16)
  writeIp(text as Ip, bytes, 0)
  return readIp(bytes, 0, 'ipv6')
}

/** Splits `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function exactEndpoint(text: string): { address: Ip; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const address = exactIp(match?.[1] ?? match?.[2] ?? '')
  const port = Number(match?.[3])
  if (address === undefined || port > 65_535) return undefined
  if (address.includes(':') !== (match?.[1] !== undefined)) return undefined
  return { address, port }
}

/** A word as it stands; in JSON's quotes if it would not read back as one word otherwise. */
export function word(text: string): string {
  return /^[^\s"\p{Cc}\p{Cs}]+$/u.test(text) ? text : JSON.stringify(text)
}

/** Reads a line from left to right. Every method throws `LineFault` if the next word is not what it asks for. */
export class Words {
  readonly #line: string
  #at = 0

  constructor(line: string) {
    this.#line = line
    this.#skip()
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.#at >= this.#line.length
  }

  /** The next word, unquoted. */
  word(what: string): string {
    const start = this.#at
    if (this.done) throw new LineFault(start + 1, `the line ends where ${what} should stand`)
    const quoted = /^"(?:[^"\\]|\\.)*"(?=\s|$)/.exec(this.#line.slice(start))?.[0]
    const raw = quoted ?? /^\S+/.exec(this.#line.slice(start))?.[0] ?? ''
    const text = raw.startsWith('"') ? unquote(raw) : raw
    if (text === undefined) throw new LineFault(start + 1, `${raw} is not a quoted word`)
    this.#at += raw.length
    this.#skip()
    return text
  }

  /** All that is left, unquoted. */
  rest(): string {
    const raw = this.#line.slice(this.#at).trimEnd()
    const text = raw.startsWith('"') ? unquote(raw) : raw
    if (text === undefined) throw new LineFault(this.#at + 1, `${raw} is not a quoted text`)
    this.#at = this.#line.length
    return text
  }

  /** Takes the next word if it is this one. */
  take(word: string): boolean {
    const end = this.#at + word.length
    if (!this.#line.startsWith(word, this.#at)) return false
    if (end < this.#line.length && !/\s/.test(this.#line.charAt(end))) return false
    this.#at = end
    this.#skip()
    return true
  }

  /** The next word, which must be one of these. */
  oneOf<T extends string>(what: string, words: readonly T[]): T {
    return this.#parsed(
      words.map(word => `"${word}"`).join(' or '),
      text => words.find(word => word === text),
      what,
    )
  }

  /** A whole number from 0 to `max`, with `unit` directly behind it. */
  whole(what: string, max: number, unit = ''): number {
    return this.#parsed(
      `${what}, a whole number from 0 to ${max}${unit && ` with unit ${unit}`}`,
      text => {
        if (!text.endsWith(unit)) return undefined
        const digits = text.slice(0, text.length - unit.length)
        return /^(?:0|[1-9]\d{0,9})$/.test(digits) && Number(digits) <= max
          ? Number(digits)
          : undefined
      },
    )
  }

  /** The number behind a word that may be missing, as in `weight 5`. */
  option(word: string, max: number, unit = ''): number | undefined {
    return this.take(word) ? this.whole(word, max, unit) : undefined
  }

  ip(what: string): Ip {
    return this.#parsed(`${what}, an IP address`, exactIp)
  }

  endpoint(): { address: Ip; port: number } {
    return this.#parsed('an address with port', exactEndpoint)
  }

  prefix(): { address: Ip; prefix: number } {
    return this.#parsed('an address with prefix length', text => {
      const [, left = '', right] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
      const address = exactIp(left)
      const prefix = Number(right)
      if (address === undefined || prefix > (address.includes(':') ? 128 : 32)) return undefined
      return { address, prefix }
    })
  }

  /** Throws unless the line has been read to its end. */
  end(): void {
    if (!this.done) throw new LineFault(this.#at + 1, `"${this.rest()}" has no meaning here`)
  }

  #parsed<T>(what: string, parse: (text: string) => T | undefined, label = what): T {
    const column = this.#at + 1
    const text = this.word(label)
    const value = parse(text)
    if (value === undefined) throw new LineFault(column, `"${text}" is not ${what}`)
    return value
  }

  #skip(): void {
    while (this.#at < this.#line.length && /\s/.test(this.#line.charAt(this.#at))) this.#at++
  }
}

function unquote(raw: string): string | undefined {
  try {
    const value: unknown = JSON.parse(raw)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
