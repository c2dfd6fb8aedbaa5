/** Writes plan.txt and after.txt of every case anew, as the kernel in memory has it. Read the diff before you commit it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine } from '../machine.ts'
import { caseNames, casesFolder, fileOf, play, readCase } from './case.ts'

if (!process.argv.includes('--update')) {
  console.error('usage: npm run cases -- --update [NAME]...')
  process.exit(64)
}

const wanted = process.argv.slice(2).filter(word => !word.startsWith('--'))
for (const name of caseNames()) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const one = await readCase(name)
  const { table, live } = machine(one.have)
  const { plan, after } = await play(one, live, async () => table.state())
  for (const [file, text] of [
    ['plan.txt', plan],
    ['after.txt', after],
  ] as const) {
    if (fileOf(name, file) === text) continue
    writeFileSync(join(casesFolder, name, file), text)
    console.log(`${name}/${file}`)
  }
}
