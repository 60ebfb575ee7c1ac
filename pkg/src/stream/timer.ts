import type { Scope } from '../scope.js'
import { now } from '../timing.js'

/** The one timer of a stream. */
export class Timer {
  readonly #scope: Scope
  readonly #fired: (late: number) => void
  #stop: (() => void) | undefined

  /** `fired` is called with the milliseconds that the timer is late. */
  constructor(scope: Scope, fired: (late: number) => void) {
    this.#scope = scope
    this.#fired = fired
  }

  /** Starts over with so many milliseconds. `Infinity` only stops it. */
  set(delay: number): void {
    this.#stop?.()
    this.#stop = undefined
    if (delay === Infinity) return
    const due = now() + delay
    this.#stop = this.#scope.after(delay, () => this.#fired(now() - due))
  }
}
