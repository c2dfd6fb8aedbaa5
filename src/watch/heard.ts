/** What events have told of files since they were looked at last. */
import { basename, dirname, resolve } from 'node:path'
import { isConfigName } from '../config/read.ts'
import { type Doing, follow, type Way } from './doors.ts'

export class Heard {
  /** Absolute paths that were written to since they have their present inode. */
  readonly #written = new Set<string>()
  /** When something was last heard of absolute paths, in milliseconds. */
  readonly #moments = new Map<string, number>()
  /** The ways to the texts that were taken, where they go through links. */
  readonly #ways = new Map<string, Way>()
  /** Absolute paths whose events count, besides names of configuration in a directory. */
  #names: ReadonlySet<string> = new Set()

  /** True if the event may concern the files; `path` is undefined where the kernel did not say. */
  note(doing: Doing, path: string | undefined, now: number): boolean {
    if (path === undefined) return true
    const counts = this.#names.has(path) || this.#names.has(dirname(path))
    if (!counts || !(this.#names.has(path) || isConfigName(basename(path)))) return false
    if (doing === 'write') this.#written.add(path)
    else this.#written.delete(path)
    this.#moments.set(path, now)
    return true
  }

  /** When something was last heard of the file; undefined = nothing was, since it was taken. */
  last(path: string): number | undefined {
    return this.#moments.get(follow(resolve(path)).end)
  }

  /**
   * Whether somebody wrote to the file where it stands, as far as the events tell.
   *
   * @param announced true if an event has led to the look.
   * @param covered true if every write to a file of this directory would have been told of.
   */
  wasWritten(
    path: string,
    announced: boolean,
    covered: (directory: string) => boolean,
  ): boolean | undefined {
    const { end } = follow(resolve(path))
    if (this.#written.has(end)) return true
    // A link that leads elsewhere was put in place, as everything behind it.
    const last = this.#ways.get(path)?.end ?? end
    return announced && (last !== end || covered(dirname(end))) ? false : undefined
  }

  /** Nothing moves any more: what was written has been taken. */
  forget(): void {
    this.#written.clear()
    this.#moments.clear()
  }

  /** A text was taken from there. */
  taken(path: string): void {
    const way = follow(resolve(path))
    this.#moments.delete(way.end)
    if (way.links.length > 0) this.#ways.set(path, way)
    else this.#ways.delete(path)
  }

  gone(path: string): void {
    this.#moments.delete(follow(resolve(path)).end)
    this.#ways.delete(path)
  }

  /** Where events have to be listened to from now on: what these paths go through, and the texts. */
  reach(paths: readonly string[]): { readonly roots: readonly Way[]; readonly files: Way[] } {
    const roots = paths.map(path => follow(resolve(path)))
    const files = [...this.#ways.values()]
    this.#names = new Set([...roots, ...files].flatMap(({ links, end }) => [...links, end]))
    return { roots, files }
  }
}
