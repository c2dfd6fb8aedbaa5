/**
 * Fifty changes of every sort that slb makes in a kernel that is not its own alone: what the crash
 * specs apply and interrupt.
 */
import { execFileSync } from 'node:child_process'
import { ip, run } from './namespace.ts'

const keep = (index: number, more: string, first = '', second = ''): string => `
[service.keep${index}]
vip = "main"
port = ${8000 + index}
${more}
backends = [
  { address = "10.0.${index}.1"${first} },
  { address = "10.0.${index}.2"${second} },
]
`

const both = (name: string, vip: string, port: number, more = ''): string => `
[service.${name}]
vip = "${vip}"
port = ${port}
${more}
backends = ["10.1.0.1", "10.1.0.2"]
`

/** What stands when the apply begins. */
export const before: string = `
[defaults]
drain = "0s"
[vip.main]
address = "192.0.2.10"
[vip.moving]
address = ["192.0.2.20", "2001:db8::20"]
[vip.leaving]
address = "192.0.2.30"
link = "@service"
${Array.from({ length: 10 }, (_, index) => keep(index, '')).join('')}
${both('move', 'moving', 80).replace('["10.1.0.1"', '["2001:db8:1::1", "10.1.0.1"')}
${both('old0', 'main', 9000)}
${both('old1', 'main', 9001, 'drain = "30s"')}
${both('old2', 'leaving', 9002)}
`

/** What the apply is to make of it. */
export const after: string = `
[defaults]
drain = "0s"
[kernel]
vs = { sloppy_tcp = 1, expire_nodest_conn = 1 }
timeouts = { udp = "200s" }
[vip.main]
address = "192.0.2.10"
[vip.moving]
address = ["192.0.2.20", "2001:db8::20"]
link = "eth7"
[vip.coming]
address = ["192.0.2.40", "2001:db8::40"]
link = "@service"
${keep(0, 'scheduler = "wlc"')}
${keep(1, 'persistence = "60s"')}
${keep(2, 'scheduler = "sh"', ', weight = 3')}
${keep(3, '', ', weight = 5', ', weight = 0')}
${keep(4, '', ', upper = 100, lower = 50', ', upper = 9')}
${keep(5, 'forward = "direct"')}
${keep(6, '').replace('10.0.6.2', '10.0.6.3')}
${keep(7, 'drain = "30s"').replace('10.0.7.2', '10.0.7.3')}
${keep(8, 'scheduler = "mh"').replace('\n]', '\n  "10.0.8.3",\n  "10.0.8.4",\n]')}
${keep(9, '').replace('keep9', 'renamed')}
${both('move', 'moving', 80).replace('["10.1.0.1"', '["2001:db8:1::1", "10.1.0.1"')}
${both('new0', 'main', 7000)}
${both('new1', 'main', 7001)}
${both('new2', 'coming', 7002).replace('["10.1.0.1"', '["2001:db8:1::1", "10.1.0.1"')}
`

/** Makes what belongs to others; `slb0` must stand, as somebody else's address lives on it, too. */
export function makeForeign(): void {
  execFileSync('ipvsadm', ['-R'], {
    input: `-A -t 198.51.100.1:80 -s rr
-a -t 198.51.100.1:80 -r 10.9.0.1:80 -m -w 3
-a -t 198.51.100.1:80 -r 10.9.0.2:80 -m -w 4
-A -u 198.51.100.1:53 -s wlc -p 60
-a -u 198.51.100.1:53 -r 10.9.0.1:53 -g -w 1
-A -f 99 -s sh
-A -t 192.0.2.10:9999 -s lc
-a -t 192.0.2.10:9999 -r 10.0.0.1:9999 -m -w 1
`,
  })
  ip(
    undefined,
    'link add slb9 type dummy',
    'address add 198.51.100.1/24 dev eth7',
    'address add 198.51.100.2/24 dev eth7',
    'address add 203.0.113.9/32 dev slb0',
  )
}

const theirs = /198\.51\.100\.|203\.0\.113\.|-f 99|:9999|slb9/

/** Everything that belongs to others, as ipvsadm(8) and ip(8) show it. */
export function foreign(): readonly string[] {
  const lines = [
    ...run(undefined, 'ipvsadm', '-Sn').split('\n'),
    ...run(undefined, 'ip', '-br', 'address').split('\n'),
  ]
  return lines
    .map(line =>
      line
        .replace(/192\.0\.2\.[234]\d\/32|2001:db8::\S+|fe80:\S+/g, '')
        .replace(/ +/g, ' ')
        .trim(),
    )
    .filter(line => theirs.test(line))
    .sort()
}
