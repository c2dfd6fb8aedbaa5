/** Which switches keep the answers to checks through VIPs out. */

/** The value of a kernel switch by its dotted name; undefined = the kernel lacks it. */
type Read = (name: string) => string | undefined

/** A switch that stands in the way. */
export interface Blocking {
  readonly name: string
  readonly is: string
  /** What it has to be. */
  readonly be: string
}

/**
 * What keeps the answers out that come in by a link, over IPv4.
 *
 * They come with the VIP as their source, which is an address of this machine as well. Measured on
 * Linux 7.2 for every combination: they get in if `accept_local` is 1 on the link or on `all`, and the
 * greater `rp_filter` of the two is not 1 (strict); 2 (loose) does no harm. A direct backend and one
 * behind a tunnel answer alike. IPv6 has no such filter.
 */
export function answersBlocked(link: string, read: Read): Blocking | undefined {
  const one = `net.ipv4.conf.${link.replaceAll('.', '/')}`
  const all = 'net.ipv4.conf.all'
  const of = (conf: string, name: string): number => Number(read(`${conf}.${name}`) ?? 0)
  if (of(all, 'accept_local') === 0 && of(one, 'accept_local') === 0)
    return { name: `${one}.accept_local`, is: '0', be: '1' }
  if (Math.max(of(all, 'rp_filter'), of(one, 'rp_filter')) !== 1) return undefined
  const strict = of(one, 'rp_filter') === 1 ? one : all
  return { name: `${strict}.rp_filter`, is: '1', be: '2' }
}
