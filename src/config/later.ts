/** What the documentation of slb speaks of, but this version can't do: refused by name. */
import type { Path } from './fault.ts'

const tables: Readonly<Record<string, string>> = {
  bgp: 'announcements by BGP',
  api: 'HTTP API',
  pool: 'address pools',
}

const serviceKeys: Readonly<Record<string, string>> = {
  uplink: 'announcements of VIPs',
}

const vipKeys: Readonly<Record<string, string>> = {
  pool: 'address pools',
  uplink: 'announcements of VIPs',
  communities: 'announcements by BGP',
  med: 'announcements by BGP',
  prepend: 'announcements by BGP',
  prefix: 'announcements by BGP',
  announce_when: 'announcements of VIPs',
  owner: 'announcements of VIPs',
}

/** What an unknown key will be for in a later version, if anything. */
export function laterKey(table: Path, key: string): string | undefined {
  const [first] = table
  const found =
    table.length === 0
      ? tables
      : first === 'vip' && table.length === 2
        ? vipKeys
        : first === 'defaults' || first === 'service'
          ? serviceKeys
          : {}
  return Object.hasOwn(found, key) ? found[key] : undefined
}

/** What a value that is not allowed will be for in a later version, if anything. */
export function laterValue(path: Path, value: unknown): string | undefined {
  if (path.at(-1) !== 'announce') return undefined
  const values = Array.isArray(value) ? value : [value]
  return values.every(each => each === 'arp' || each === 'bgp' || each === 'none')
    ? 'announcements of VIPs'
    : undefined
}
