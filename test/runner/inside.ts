/**
 * Run test files inside a lab kernel, one after the other, each in fresh namespaces, but for those
 * that another kernel has taken: `node inside.js TIMEOUT FOLDER FILE...` (see taken.ts). Started by
 * `in-lab.ts`; each outcome is a line of JSON on standard output, as is `{"begin": FILE}`.
 */
import { isolate } from '../lab/kernel/host.ts'
import { runFile } from './run-file.ts'
import { take } from './taken.ts'

const [timeout, taken = '', ...files] = process.argv.slice(2)
for (const file of files) {
  if (!take(taken, file)) continue
  console.log(JSON.stringify({ begin: file }))
  console.log(JSON.stringify(await runFile(file, { prefix: [isolate], timeout: Number(timeout) })))
}
