/** What the journal says is announced if everything can serve. */
import type { Announced, Ledger } from './types.ts'

/** A row in the journal, as `JSON.stringify` wrote it: of thousands hardly any has to be parsed. */
export interface Written {
  readonly kind: keyof Announced
  readonly key: string
  readonly text: string
}

/** The announcements among the rows of the journal. */
export function* announcedBy({ settings }: Pick<Ledger, 'settings'>): Generator<Written> {
  for (const [key, text] of settings) {
    const kind = kinds.find(one => key.startsWith(`${one} `))
    if (kind !== undefined) yield { kind, key, text }
  }
}

const kinds = ['arp', 'peer', 'route'] as const
