/** slb's own work on a directory of files as a whole process, without a kernel: `node pipeline.js DIR`. */
import { encodeDirectory } from './encoded.ts'

let bytes = 0
await encodeDirectory(process.argv[2] ?? '', 16, (_, length) => {
  bytes += length
})
console.log(`${bytes} bytes of messages`)
