/** What both parsers give, made plain: whole numbers, no dates, no hostile keys, bounded size. */
import { type Fault, fault, type Path } from './fault.ts'
import { maxDepth, maxNodes } from './limits.ts'
import { quote } from './text.ts'

/** Keys that mean something else to JavaScript objects. */
const hostile = new Set(['__proto__', 'constructor', 'prototype'])

interface Walk {
  readonly file: string
  readonly faults: Fault[]
  nodes: number
}

type Container = Record<string, unknown> | unknown[]

/**
 * Turns a parsed tree into one of plain numbers, in place.
 *
 * The parsers give whole numbers as bigint, so that `80.0` and `9007199254740993` can be told from
 * what JavaScript would round them to; anything left as a number has a fraction or exponent.
 */
export function makePlain(file: string, tree: unknown): readonly Fault[] {
  const walk: Walk = { file, faults: [], nodes: 0 }
  if (typeof tree === 'object' && tree !== null) visit(walk, tree as Container, [], 1)
  return walk.faults
}

function visit(walk: Walk, container: Container, path: Path, depth: number): void {
  if (depth > maxDepth) {
    report(walk, 'too-deep', path, `nested deeper than ${maxDepth} levels`)
    return
  }
  if (Array.isArray(container)) {
    walk.nodes += container.length
    for (let i = 0; i < container.length; i++) {
      const value = container[i]
      if (typeof value === 'string') continue
      container[i] = plain(walk, value, path, i, depth)
    }
    return
  }
  for (const key in container) {
    walk.nodes++
    if (hostile.has(key)) {
      const at = { file: walk.file, path: [...path, key], key: true }
      walk.faults.push(fault('hostile-key', at, `the name ${quote(key)} cannot be used`))
      delete container[key]
      continue
    }
    const value = container[key]
    if (typeof value === 'string' || value === true || value === false) continue
    container[key] = plain(walk, value, path, key, depth)
  }
}

function plain(
  walk: Walk,
  value: unknown,
  path: Path,
  key: string | number,
  depth: number,
): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (!Number.isSafeInteger(number))
      report(walk, 'bad-number', [...path, key], `${value} is too large a number`)
    return number
  }
  if (typeof value === 'number') {
    report(walk, 'bad-number', [...path, key], `${value} here is a decimal number`, {
      suggestion: Number.isInteger(value)
        ? `write ${value}`
        : 'write a whole number, or text in quotes',
    })
    return Math.trunc(value)
  }
  if (value instanceof Date) {
    report(walk, 'bad-type', [...path, key], 'no key takes a date or time: write text in quotes')
    return ''
  }
  if (typeof value === 'object' && value !== null) {
    if (walk.nodes > maxNodes) {
      if (walk.nodes !== Number.POSITIVE_INFINITY)
        report(walk, 'too-big', path, `the file has more than ${maxNodes} keys and values`)
      walk.nodes = Number.POSITIVE_INFINITY
    } else visit(walk, value as Container, [...path, key], depth + 1)
  }
  return value
}

function report(
  walk: Walk,
  code: string,
  path: Path,
  message: string,
  parts: { suggestion?: string } = {},
): void {
  walk.faults.push(fault(code, { file: walk.file, path }, message, parts))
}
