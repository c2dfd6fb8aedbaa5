/** What the documentation of slb speaks of, but this version can't do: refused by name. */
import type { Path } from './fault.ts'

const tables: Readonly<Record<string, string>> = {
  api: 'HTTP API',
  pool: 'address pools',
}

const vipKeys: Readonly<Record<string, string>> = {
  pool: 'address pools',
}

/** What an unknown key will be for in a later version, if anything. */
export function laterKey(table: Path, key: string): string | undefined {
  const [first] = table
  const found = table.length === 0 ? tables : first === 'vip' && table.length === 2 ? vipKeys : {}
  return Object.hasOwn(found, key) ? found[key] : undefined
}
