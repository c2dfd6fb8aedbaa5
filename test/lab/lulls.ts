/** How much of the time this process did not come round: on a busy machine nobody else did, either. */
const tick = 10

export interface Lulls {
  /** Milliseconds lost since then (of performance.now). */
  since(from: number): number
  close(): void
}

export function watchLulls(): Lulls {
  const lost: { readonly at: number; readonly milliseconds: number }[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - last > 2 * tick) lost.push({ at: now, milliseconds: now - last - tick })
    last = now
  }, tick).unref()
  return {
    since: from =>
      lost.reduce((sum, { at, milliseconds }) => (at >= from ? sum + milliseconds : sum), 0),
    close: () => clearInterval(timer),
  }
}
