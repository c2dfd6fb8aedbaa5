/** Configurations of any size, the same on every run: what benchmarks and load tests read. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How big a configuration is to be. */
export interface Size {
  readonly services: number
  /** Of each service. */
  readonly backends: number
  /** How many files the services are spread over; 1 gives one `slb.toml`. */
  readonly files: number
  /** True = somebody else puts the VIPs on their links: then only IPVS's table is made. */
  readonly external?: boolean
}

/**
 * Writes a drop-in directory of services as an operator would: one VIP and port each, distinct
 * backends, a scheduler here and there, a weight now and then. Returns the paths of the files.
 */
export function writeConfig(dir: string, size: Size): readonly string[] {
  const { services, backends, files } = size
  const defaults = size.external ? '[defaults]\nlink = "external"\n\n' : ''
  mkdirSync(dir, { recursive: true })
  const texts: string[][] = Array.from({ length: files }, () => [])
  for (let i = 0; i < services; i++)
    texts[Math.floor((i * files) / services)]?.push(serviceText(i, backends))
  return texts.map((chunks, i) => {
    const path = join(dir, files === 1 ? 'slb.toml' : `${`${i}`.padStart(4, '0')}-team.toml`)
    writeFileSync(path, `# Services of team ${i}\n\n${defaults}${chunks.join('\n')}`)
    return path
  })
}

/** One service: VIPs from 100.64.0.0/10, four ports on each; backends from 10.0.0.0/8. */
export function serviceText(index: number, backends: number): string {
  const vip = Math.floor(index / 4)
  const lines = [
    `[service.app-${index}]`,
    `vip       = "100.${64 + (vip >> 16)}.${(vip >> 8) & 255}.${vip & 255}"`,
    `port      = ${[80, 443, 5432, 6379][index % 4]}`,
  ]
  if (index % 3 === 0) lines.push(`scheduler = "${['wlc', 'sh', 'mh', 'rr'][(index / 3) % 4]}"`)
  if (index % 5 === 0) lines.push('drain     = "30s"')
  lines.push('backends  = [')
  for (let j = 0; j < backends; j++) {
    const host = index * backends + j + 256
    const address = `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}:8080`
    lines.push(
      j === 0 && index % 10 === 0 ? `  { address = "${address}", weight = 5 },` : `  "${address}",`,
    )
  }
  lines.push(']', '')
  return lines.join('\n')
}
