/** The way that a look takes: it can be given to something that cannot wait. */

export class Way {
  #controller: AbortController | undefined

  /** What is on the way ends at its next stop; nothing if there is none. */
  give(): void {
    this.#controller?.abort()
  }

  /** Does something that ends when the way is given. True if it was. */
  async taken(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const controller = new AbortController()
    this.#controller = controller
    try {
      await work(controller.signal)
      return false
    } catch (error) {
      if (error !== controller.signal.reason) throw error
      return true
    } finally {
      this.#controller = undefined
    }
  }
}
