/** Values of options, from text. Each throws what commander prints with the option's name. */
import { InvalidArgumentError } from 'commander'

/** `--adopt a --adopt b`: all that were given. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** The same of files and directories. */
export function collectPaths(text: string, before?: readonly string[]): readonly string[] {
  if (text === '') throw new InvalidArgumentError('It is empty: name a file or a directory.')
  return collect(text, before)
}

/** A whole number from 0. */
export function count(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('A whole number is meant, as in 3.')
  return number
}

/** A whole number from 1. */
export function position(text: string): number {
  const number = count(text)
  if (number === 0) throw new InvalidArgumentError('It counts from 1.')
  return number
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A duration in milliseconds: `300ms`, `60s`, `5m`, `1h`. */
export function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? []
  const factor = units[unit ?? '']
  if (number === undefined || factor === undefined)
    throw new InvalidArgumentError('A duration with its unit is meant, as in 90s or 5m.')
  return Number(number) * factor
}

/** A duration in milliseconds that is not nothing. */
export function someTime(text: string): number {
  const time = milliseconds(text)
  if (time === 0) throw new InvalidArgumentError('It must last some time, as in 60s.')
  return time
}
