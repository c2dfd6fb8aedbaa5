/** What routers learn of routes from a gobgpd that slb tells of them. */
import { gobgp } from './candidates.ts'
import { runRouteCases } from './route-cases.ts'

runRouteCases([gobgp])
