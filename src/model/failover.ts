/** Services whose connections another machine can go on with. */
import type { DesiredService, DesiredVip } from './desired.ts'
import type { Service } from './rows.ts'

/**
 * Tells the services whose flows keep their backend when their VIP moves to another machine with the
 * same configuration: `mh` chooses the same one there, and with direct and tunnel forwarding the answers
 * do not pass the director, so that it has to remember nothing. It must take packets from the middle of
 * a connection for a beginning, though (sloppy_tcp; ip_vs_proto_tcp.c, tcp_conn_schedule).
 */
export function survivors(vips: readonly DesiredVip[]): (service: DesiredService) => boolean {
  const announced = new Set<string>()
  for (const { announcing, services } of vips)
    if (announcing?.bgp !== undefined) for (const name of services) announced.add(name)
  return ({ name, listeners }) => announced.has(name) && listeners.some(isMovable)
}

/** The same of one virtual service that is announced. */
export function isMovable({ id, scheduler, destinations }: Service): boolean {
  return (
    id.protocol === 'tcp' &&
    scheduler === 'mh' &&
    destinations.length > 0 &&
    destinations.every(({ forward }) => forward === 'direct' || forward === 'tunnel')
  )
}
