/** The machine that this process runs on, in the network namespace that it is in. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { SlbError } from '../model/error.ts'
import {
  attributeType,
  type Frame,
  nextAttribute,
  payloadAt,
  payloadEnd,
  readString,
  readU8,
  readU32,
} from '../netlink/attr.ts'
import { readRoute } from '../netlink/route.ts'
import { type Netlink, openNetlink, protocol } from '../netlink/socket.ts'
import { encodeGetLinks } from '../table/address/wire.ts'
import { readSysctl } from '../table/sysctl.ts'
import type { Machine, MachineLink } from './machine.ts'

/** CAP_NET_ADMIN and CAP_NET_RAW (linux/capability.h). */
const netAdmin = 12n
const netRaw = 13n

/** Opens it for looking; close it afterwards. */
export function openThisMachine(): Machine & { close(): void } {
  const netlink = openNetlink(protocol.route)
  const byIndex = readMachineLinks(netlink)
  return {
    sysctl: name => readSysctl(name),
    module: moduleFinder(),
    mayChange: hasCapability(netAdmin),
    maySend: hasCapability(netRaw),
    links: new Map([...byIndex.values()].map(link => [link.name, link])),
    way(address) {
      try {
        const { link, gateway, local } = readRoute(netlink, address)
        const name = byIndex.get(link)?.name ?? `link ${link}`
        return { link: name, local, ...(gateway === undefined ? {} : { gateway }) }
      } catch (error) {
        if (error instanceof SlbError) return error.errno ?? error.message
        throw error
      }
    },
    program: name =>
      (process.env['PATH'] ?? '').split(delimiter).some(folder => isExecutable(join(folder, name))),
    unwritable,
    close: () => netlink.close(),
  }
}

/** A bit of CapEff (proc_pid_status(5)). */
function hasCapability(number: bigint): boolean {
  const [, digits = '0'] = /^CapEff:\s*([0-9a-f]+)/m.exec(readText('/proc/self/status')) ?? []
  return ((BigInt(`0x${digits}`) >> number) & 1n) === 1n
}

/** Loaded, built in or to be loaded: /proc/modules, modules.builtin and modules.dep (depmod(8)). */
function moduleFinder(): Machine['module'] {
  const folder = `/lib/modules/${release()}`
  const loaded = new Set(readText('/proc/modules').match(/^\S+/gm))
  const builtin = readText(`${folder}/modules.builtin`)
  const loadable = readText(`${folder}/modules.dep`)
  return name => {
    if (loaded.has(name) || existsSync(`/sys/module/${name}`)) return 'there'
    const file = new RegExp(`/${name.replaceAll('_', '[_-]')}\\.ko`)
    if (file.test(builtin)) return 'there'
    if (file.test(loadable)) return 'loadable'
    return loadable === '' ? 'unknown' : 'missing'
  }
}

/** Empty if it cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function unwritable(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    try {
      accessSync(at, constants.W_OK | constants.X_OK)
      return undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error)
      if (code !== 'ENOENT' || at === dirname(at)) return `${at}: ${code}`
    }
  }
}

/** IFF_UP (linux/if.h) and IFLA_* (linux/if_link.h). */
const iffUp = 1
const ifla = { name: 3, mtu: 4, carrier: 33 } as const
const headerLength = 16
const newLink = 16

/** By their numbers. */
function readMachineLinks(netlink: Netlink): ReadonlyMap<number, MachineLink> {
  return new Map(netlink.dump('read links', encodeGetLinks, decodeLink))
}

function decodeLink(
  f: Frame,
  at: number,
  end: number,
  type: number,
): readonly [number, MachineLink] | undefined {
  if (type !== newLink) return undefined
  let name = ''
  let mtu = 0
  let carrier = true
  for (let a = at + headerLength; a + 4 <= end; a = nextAttribute(f, a)) {
    const what = attributeType(f, a)
    if (what === ifla.name) name = readString(f, payloadAt(a), payloadEnd(f, a))
    else if (what === ifla.mtu) mtu = readU32(f, payloadAt(a))
    else if (what === ifla.carrier) carrier = readU8(f, payloadAt(a)) === 1
  }
  const up = (readU32(f, at + 8) & iffUp) !== 0
  return [readU32(f, at + 4), { name, up, carrier, mtu }]
}
