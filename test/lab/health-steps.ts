/** What can happen to a daemon that checks, and what its files say. */
export const names = ['web', 'mail'] as const
export type Name = (typeof names)[number]
/** Weights of the three backends; undefined = it is not in the file. */
export type Weights = readonly (number | undefined)[]

export type Step =
  | { readonly do: 'edit'; readonly name: Name; readonly backend: number; readonly gone: boolean }
  | { readonly do: 'restart'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly do: 'flap'; readonly backend: number }
  | { readonly do: 'drain' | 'undrain'; readonly name?: Name; readonly backend?: number }
  | {
      readonly do: 'weight'
      readonly name: Name
      readonly backend: number
      readonly reset: boolean
    }
  | { readonly do: 'foreign'; readonly port: number; readonly weight: number }
  | { readonly do: 'meddle'; readonly name: Name }
  | { readonly do: 'rollback' | 'resume' }
  | { readonly do: 'wait'; readonly milliseconds: number }

export const vips = { web: '192.0.2.21', mail: '192.0.2.22' } as const
export const ports = { web: 8080, mail: 8082 } as const

/** The text of a file that says so. */
export function textOf(name: Name, weights: Weights): string {
  const backends = weights.flatMap((weight, at) =>
    weight === undefined
      ? []
      : [`{ address = "10.2.0.1${at + 1}:${ports[name]}", weight = ${weight} }`],
  )
  return `[service.${name}]
vip = "${vips[name]}"
port = 80
scheduler = "wrr"
drain = "0s"
backends = [${backends.join(', ')}]
check = { type = "http", port = 8081, path = "/", interval = "300ms", timeout = "300ms", rise = 1, fall = 2 }
${name === 'mail' ? 'on_down = "quiesce"\n' : ''}`
}
