/** The moments at which a router's kernel gets and loses routes, as ip(8) hears of them. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { inside } from '../test/lab/namespace.ts'
import { bind, endChild } from '../test/net/daemon.ts'
import type { Router } from '../test/net/router.ts'
import { runOn } from '../test/net/segment.ts'

export interface RouteWatch {
  /** When the next line about a host route comes (performance.now): that it is there, or gone. */
  next(host: string, gone: boolean): Promise<number>
  end(): Promise<void>
}

/** Watches from now on. Of thousands of changes in one moment it misses some, and goes on. */
export async function watchRoutes({ machine }: Router): Promise<RouteWatch> {
  const child = inside(machine.namespace, () =>
    spawn('ip', ['monitor', 'route'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  bind(child)
  const waiting = new Map<string, (moment: number) => void>()
  createInterface(child.stdout).on('line', line => {
    const moment = performance.now()
    const [, deleted, host = ''] = /^(Deleted )?(?:unreachable )?(\S+)/.exec(line) ?? []
    const name = `${deleted !== undefined} ${host}`
    waiting.get(name)?.(moment)
    waiting.delete(name)
  })
  const watch: RouteWatch = {
    next: (host, gone) =>
      new Promise(resolve => {
        waiting.set(`${gone} ${host}`, resolve)
      }),
    end: () => endChild(child),
  }
  // It says nothing when it is ready: somebody else's route tells.
  const mark = '203.0.113.1'
  const heard = watch.next(mark, true)
  const timer = setInterval(() => {
    void runOn(machine, 'ip', 'route', 'replace', 'unreachable', mark).then(() =>
      runOn(machine, 'ip', 'route', 'del', 'unreachable', mark),
    )
  }, 100)
  await heard
  clearInterval(timer)
  return watch
}
