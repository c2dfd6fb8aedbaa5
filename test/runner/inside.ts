/**
 * Run test files inside a lab kernel, one after the other, each in fresh namespaces.
 * Started by `in-lab.ts`; each outcome is a line of JSON on standard output, as is `{"begin": FILE}`.
 */
import { isolate } from '../lab/kernel/host.ts'
import { runFile } from './run-file.ts'

const [timeout, ...files] = process.argv.slice(2)
for (const file of files) {
  console.log(JSON.stringify({ begin: file }))
  console.log(JSON.stringify(await runFile(file, { prefix: [isolate], timeout: Number(timeout) })))
}
