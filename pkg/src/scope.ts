/** The longest time that a browser's timer keeps: about 25 days. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** What a stream has under way: closed with it, whatever it is. */
export class Scope {
  readonly #open = new Set<() => void>()
  #isClosed = false

  /** Keeps a clean-up for the end, or does it if that is over. Returns what does it before, once. */
  add(close: () => void): () => void {
    const closeOnce = () => {
      if (this.#open.delete(closeOnce)) close()
    }
    this.#open.add(closeOnce)
    if (this.#isClosed) closeOnce()
    return closeOnce
  }

  /** A timer. */
  after(milliseconds: number, callback: () => void): () => void {
    const timer = setTimeout(
      () => {
        stop()
        callback()
      },
      Math.min(milliseconds, MAX_TIMEOUT),
    )
    const stop = this.add(() => clearTimeout(timer))
    return stop
  }

  /** A listener of the global object, where that dispatches events, as windows and workers do. */
  listen(name: string, callback: (event: Event) => void): () => void {
    if (!globalThis.addEventListener) return () => undefined
    addEventListener(name, callback)
    return this.add(() => globalThis.removeEventListener?.(name, callback))
  }

  close(): void {
    this.#isClosed = true
    for (const close of this.#open) close()
  }
}
