/** Where the project stands on disk. */
import { dirname } from 'node:path'

/** The folder of package.json. This file is compiled to dist/test. */
export const projectFolder: string = dirname(dirname(import.meta.dirname))
