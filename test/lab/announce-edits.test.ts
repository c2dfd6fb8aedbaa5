/** Edits of files beside two routers: no session ends but that of a peer that is another one now. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { birdRouter } from '../net/bird.ts'
import { ourAs, routersAs } from '../net/rows.ts'
import { stays, until } from '../net/until.ts'
import { rounds } from '../rounds.ts'
import { onSegment } from './announced.ts'
import { randomFrom, seed } from './random.ts'

const edits = rounds(100, 1000)
const host = '10.77.0.1'

/** What the files say: everything here may change without a word to any session. */
interface Said {
  readonly names: readonly string[]
  readonly settle: number
  readonly notice: number
  readonly common: readonly string[]
  /** Of each VIP, from 192.0.2.1 on: absent = there is none. */
  readonly vips: readonly (Vip | undefined)[]
  readonly drift: number
}

interface Vip {
  readonly announced: boolean
  readonly communities: readonly string[]
  readonly med: number
  readonly prepend: number
  /** One service for each port, with the weights of its backends. */
  readonly services: readonly (readonly number[])[]
}

const list = (texts: readonly string[]): string => `[${texts.map(one => `"${one}"`).join(', ')}]`

function textOf(said: Said, peers: readonly string[] = ['', '']): string {
  const bgp = `[bgp]\nas = ${ourAs}\nsettle = "${said.settle}ms"\ngraceful_shutdown = "${said.notice}ms"\n`
  const common = `communities = ${list(said.common)}\n`
  const routers = said.names.map(
    (name, at) =>
      `[bgp.peer.${name}]\naddress = "10.77.0.${101 + at}"\nas = ${routersAs}\n${peers[at] ?? ''}\n`,
  )
  const vips = said.vips.flatMap((vip, at) => (vip === undefined ? [] : [vipText(vip, at + 1)]))
  const node = `[node]\ndrift_interval = "${said.drift}s"\n[guard]\nmax_remove = "100%"\n`
  return [bgp, common, ...routers, ...vips, node].join('')
}

function vipText({ announced, communities, med, prepend, services }: Vip, number: number): string {
  const told = `announce = "bgp"\ncommunities = ${list(communities)}\nmed = ${med}\nprepend = ${prepend}\n`
  const vip = `[vip.v${number}]\naddress = "192.0.2.${number}"\n${announced ? told : ''}`
  const all = services.map((weights, at) => {
    const backends = weights.map(
      (weight, i) => `{ address = "10.77.0.${30 + i}:80", weight = ${weight} }`,
    )
    const name = `s${number}-${at}`
    return `[service.${name}]\nvip = "v${number}"\nport = ${80 + at}\ndrain = "0s"\nbackends = [${backends.join(', ')}]\n`
  })
  return [vip, ...all].join('')
}

/** Something else by chance, which is not about a peer. */
function edited(said: Said, below: (limit: number) => number): Said {
  const some = (): string[] => [`65000:${below(9)}`, `65000:1:${below(9)}`].slice(below(3))
  const vip = (): Vip => ({
    announced: below(4) > 0,
    communities: some(),
    med: below(3),
    prepend: below(3),
    services: Array.from({ length: 1 + below(3) }, () =>
      Array.from({ length: 1 + below(3) }, () => below(5)),
    ),
  })
  switch (below(8)) {
    case 0:
      return { ...said, settle: below(20) }
    case 1:
      return { ...said, notice: below(20) }
    case 2:
      return { ...said, common: some() }
    case 3:
      return { ...said, drift: 1 + below(5) }
    case 4:
      // A name is no part of a peer.
      return { ...said, names: [`a${below(9)}`, `b${below(9)}`] }
    default: {
      const at = below(6)
      const gone = below(3) === 0 && said.vips.filter(one => one !== undefined).length > 1
      const vips = Array.from({ length: 6 }, (_, i) =>
        i === at ? (gone ? undefined : vip()) : said.vips[i],
      )
      return { ...said, vips }
    }
  }
}

const plain: Vip = { announced: true, communities: [], med: 0, prepend: 0, services: [[1], [1]] }
const first: Said = {
  names: ['a', 'b'],
  settle: 0,
  notice: 0,
  common: [],
  vips: [plain],
  drift: 2,
}

test(`${edits} edits that are not about a peer end no session; one of a peer ends its own`, () =>
  onSegment({ backends: 0, files: () => ({ 'slb.toml': textOf(first) }) }, async scene => {
    console.log(`  SLB_SEED=${seed}`)
    const [director] = scene.directors
    if (director === undefined) throw new Error('there is one')
    const { daemon } = director
    const other = await birdRouter(scene.segment.machine('router2', 102), {
      as: routersAs,
      neighbours: [{ address: host, as: ourAs, hold: 9 }],
    })
    try {
      const routers = [scene.router, other]
      const sessions = async (): Promise<readonly (number | undefined)[]> =>
        (await Promise.all(routers.map(one => one.session(host)))).map(({ nth }) => nth)
      const save = async (text: string): Promise<void> => {
        daemon.save('slb.toml', text)
        const { status, out, err } = await daemon.slb('apply', '-c', daemon.folder)
        assert.is(status, 0, `${out}${err}\n${text}`)
      }
      await until('the router awaits us', () => other.awaits(host), Boolean)
      await director.start()
      const begun = await until('both sessions', sessions, all =>
        all.every(one => one !== undefined),
      )

      const below = randomFrom(seed)
      let said = first
      for (let edit = 0; edit < edits; edit++) {
        said = edited(said, below)
        await save(textOf(said))
        if (edit % 20 === 0) assert.equal(await sessions(), begun, textOf(said))
      }
      assert.equal(await sessions(), begun)
      // It was told of all that: as many routes as there are.
      const routes = said.vips.filter(one => one?.announced).length
      for (const router of routers)
        await until(
          'the routes',
          () => router.learned('ipv4'),
          all => all.length === routes,
        )

      // One of two services of a VIP: not a word is sent.
      await save(textOf(first))
      const heard = (): Promise<unknown> =>
        Promise.all(
          routers.map(async one => {
            const { updates, withdrawals } = await one.session(host)
            return `${updates} ${withdrawals}`
          }),
        )
      await until(
        'only that route',
        () => other.learned('ipv4'),
        all => all.length === 1,
      )
      const before = String(await heard())
      await save(textOf({ ...first, vips: [{ ...plain, services: [[1]] }] }))
      await stays('not a word', 500, heard, now => String(now) === before)

      await save(textOf(first, ['', 'hold = "12s"']))
      const [one, two] = begun
      await until('a session anew', sessions, all => all[1] !== undefined && all[1] !== two)
      assert.is((await sessions())[0], one)
    } finally {
      await other.end()
    }
  }))

test.run()
