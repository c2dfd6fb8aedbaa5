/** Health checks: what is asked of a destination, how often, and how many answers make a verdict. */
import type { Ip } from './ip.ts'

/** How a check treats TLS. */
export interface Tls {
  /** The name that is asked for (SNI) and that the certificate must carry. Absent = none is sent. */
  readonly serverName?: string
  /** A file of certificate authorities in PEM, instead of those of the system. */
  readonly caFile?: string
  /** False = any certificate will do. */
  readonly verify: boolean
  /** Warn when the certificate ends within so many milliseconds; 0 = never. */
  readonly expiryWarning: number
}

/** An inclusive range of HTTP status codes. */
export type StatusRange = readonly [first: number, last: number]

/** What is asked, and which answer is right. */
export type Question =
  | { readonly type: 'tcp' }
  | {
      readonly type: 'http'
      readonly method: string
      readonly path: string
      /** The Host header; absent = address and port. */
      readonly host?: string
      readonly headers: Readonly<Record<string, string>>
      readonly expect: readonly StatusRange[]
      /** Text that must stand in the first 64 KiB of the body. */
      readonly contains?: string
      /** How many redirects are followed; 0 = a redirect is an answer like any other. */
      readonly redirects: number
      /** Present = https. */
      readonly tls?: Tls
      /** A header of the answer that says the weight. */
      readonly weightHeader?: string
    }
  | {
      readonly type: 'dns'
      readonly name: string
      readonly record: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT'
      /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, ... (RFC 1035, 4.1.1). */
      readonly rcode: string
      /** Text that one of the answers must be; absent = any answer. */
      readonly answer?: string
    }
  | {
      readonly type: 'udp'
      readonly payload: Uint8Array
      /** What the answer must begin with. Absent = no answer is needed: only an unreachable port is down. */
      readonly expect?: Uint8Array
    }
  | { readonly type: 'icmp' }
  | {
      readonly type: 'grpc'
      /** The service asked for (grpc.health.v1); empty = the server as a whole. */
      readonly service: string
      readonly tls?: Tls
    }
  | {
      readonly type: 'exec'
      /** An absolute path and its arguments; `{address}` and `{port}` stand for the target's. */
      readonly command: readonly string[]
      /** Absent = the user that slb runs as. */
      readonly user?: string
      /** True = the first line of its output says the weight. */
      readonly weight: boolean
    }

/** How answers become verdicts. Times are in milliseconds. */
export interface Rules {
  readonly interval: number
  /** Covers everything from the first packet to the last byte. */
  readonly timeout: number
  /** So many good answers in a row bring a destination up. */
  readonly rise: number
  /** So many bad ones take it down. */
  readonly fall: number
  /** The interval while a verdict is changing; the same as `interval` if nobody asked for another. */
  readonly fastInterval: number
  /** Absent = a destination may come and go as often as it likes. */
  readonly ban?: Ban
}

/** Keeping a destination out that goes down again and again. */
export interface Ban {
  /** So many times down ... */
  readonly after: number
  /** ... within so many milliseconds; 0 = since it was last banned or checked for the first time. */
  readonly window: number
  /** How long it stays out, in milliseconds. */
  readonly time: number
}

/** One check of one destination, or of all that need the same answer. */
export interface Check {
  /** Canonical text of everything below: equal checks have equal keys. */
  readonly key: string
  readonly question: Question
  readonly rules: Rules
  readonly address: Ip
  readonly port: number
  /** The local address that is asked from. */
  readonly source?: Ip
  /** Ask through IPVS: packets carry this mark, and go to `address`, the VIP. */
  readonly mark?: number
  /** The backend that the mark leads to. Without a source, it is asked from the address that this host has on the way there. */
  readonly through?: Ip
}
