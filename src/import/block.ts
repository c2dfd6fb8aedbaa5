/** A table of a configuration file with its lines. */
export interface Block {
  /** As in `[service.tcp-192-0-2-10-80]`; names of left-out blocks are given back by it. */
  readonly title: string
  readonly lines: readonly string[]
}
