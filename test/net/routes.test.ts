/** What routers learn of routes from the speakers of slb itself. */
import { embedded, table } from './candidates.ts'
import { runRouteCases } from './route-cases.ts'

runRouteCases([embedded, table])
