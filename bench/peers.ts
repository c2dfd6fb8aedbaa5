/** The same table for the programs that slb is compared with, made from what `ipvsadm -Sn` printed. */

/** A service as `ipvsadm -Sn` prints it. */
export interface SavedService {
  readonly address: string
  readonly port: string
  readonly scheduler: string
  /** `sh-fallback`, `mh-port`, ... */
  readonly flags: readonly string[]
  readonly backends: readonly { address: string; port: string; weight: string }[]
}

/** Parse the lines that the benchmark's configuration leads to: TCP over IPv4 with NAT. */
export function parseRules(text: string): readonly SavedService[] {
  const services: (SavedService & { backends: SavedService['backends'][number][] })[] = []
  for (const line of text.split('\n')) {
    const service = /^-A -t ([\d.]+):(\d+) -s (\w+)(?: -b (\S+))?$/.exec(line)
    const backend = /^-a -t \S+ -r ([\d.]+):(\d+) -m -w (\d+)$/.exec(line)
    if (service !== null) {
      const [, address = '', port = '', scheduler = '', flags] = service
      services.push({ address, port, scheduler, flags: flags?.split(',') ?? [], backends: [] })
    } else if (backend !== null) {
      const [, address = '', port = '', weight = ''] = backend
      services.at(-1)?.backends.push({ address, port, weight })
    } else if (line !== '') throw new Error(`not expected from ipvsadm: ${line}`)
  }
  return services
}

/** keepalived.conf(5) for the same services, without health checks. */
export function keepalivedConfig(services: readonly SavedService[]): string {
  return services
    .map(({ address, port, scheduler, flags, backends }) => {
      const options = [`lvs_sched ${scheduler}`, ...flags, 'lvs_method NAT', 'protocol TCP']
      const servers = backends.map(
        backend => `real_server ${backend.address} ${backend.port} { weight ${backend.weight} }`,
      )
      return `virtual_server ${address} ${port} {\n  ${[...options, ...servers].join('\n  ')}\n}\n`
    })
    .join('')
}
