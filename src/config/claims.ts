/** What files say something about, by name: enough to see that one took over from another. */

import type { Source } from './load.ts'
import { readTrees, type Tree } from './texts.ts'

/** Names like `service web` and `kernel conntrack`, as far as the texts can be parsed. */
export async function claimsOf(sources: readonly Source[]): Promise<ReadonlySet<string>> {
  const { trees } = await readTrees(sources)
  return new Set(trees.flatMap(claims))
}

function claims({ tree }: Tree): readonly string[] {
  return Object.entries(tree).flatMap(([table, keys]) =>
    typeof keys === 'object' && keys !== null
      ? Object.keys(keys).map(key => `${table} ${key}`)
      : [table],
  )
}
