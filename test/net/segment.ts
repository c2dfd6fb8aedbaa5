/**
 * The network of a test of announcements: machines at one switch, each in a network namespace of
 * its own that goes with what runs in it.
 *
 *     10.77.0.N/24, fd77::N/64        eth0 of machine N
 */
import { writeFileSync } from 'node:fs'
import { type Ip, parseIp } from '../../src/model/ip.ts'
import { type Printed, tryCommand } from '../lab/kernel/run-command.ts'
import { freshNamespace, inside, ip, type Namespace } from '../lab/namespace.ts'

/** A machine of the network. */
export interface Machine {
  readonly name: string
  readonly namespace: Namespace
  readonly ipv4: Ip
  readonly ipv6: Ip
}

export interface Segment {
  /** A new machine. `forwards` makes a router of it, which passes packets on. */
  machine(name: string, number: number, forwards?: boolean): Machine
  /** Gives the namespaces back; ends nothing. */
  close(): void
}

/** A switch that nothing is plugged into yet. */
export function buildSegment(): Segment {
  const fabric = freshNamespace()
  ip(fabric, 'link add switch type bridge', 'link set switch up')
  const machines: Machine[] = []
  return {
    machine(name, number, forwards = false) {
      const machine = {
        name,
        namespace: freshNamespace(),
        ipv4: address(`10.77.0.${number}`),
        ipv6: address(`fd77::${number}`),
      }
      machines.push(machine)
      plug(fabric, machine, number)
      if (forwards) forward(machine)
      return machine
    },
    close() {
      for (const { namespace } of machines) namespace.close()
      fabric.close()
    },
  }
}

/** An address that is known to be one. */
export function address(text: string): Ip {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`no address: ${text}`)
  return parsed
}

/** Runs a program on a machine to its end. Any exit status is an answer. */
export function runOn(machine: Machine, command: string, ...args: string[]): Promise<Printed> {
  return inside(machine.namespace, () => tryCommand(command, args))
}

function plug(fabric: Namespace, { namespace, ipv4, ipv6 }: Machine, number: number): void {
  ip(
    fabric,
    `link add port${number} type veth peer name eth0 netns ${namespace.path}`,
    `link set port${number} master switch up`,
  )
  ip(
    namespace,
    'link set eth0 up',
    `address add ${ipv4}/24 dev eth0`,
    `address add ${ipv6}/64 dev eth0 nodad`,
  )
}

function forward({ namespace }: Machine): void {
  inside(namespace, () => {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1')
  })
}
