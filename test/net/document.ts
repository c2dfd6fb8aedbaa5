/** The configurations that docs/announce.md shows, so that tests can run what a reader would copy. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../project.ts'

/** The blocks of one language, in the order of the page. */
export function blocksOf(language: 'bird' | 'frr' | 'toml'): readonly string[] {
  const text = readFileSync(join(projectFolder, 'docs/announce.md'), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    found => found[1] ?? '',
  )
}
