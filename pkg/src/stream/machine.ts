import {
  INPUT_OPEN,
  INPUT_PREPARED,
  STEP_FIRST_OPENED,
  STEP_FIRST_PREPARED,
  STEP_RESUMES,
} from '../border.js'
import type { StreamHandle } from '../stream-handle.js'
import { isLoaded, load, willLoad } from '../wasm.js'

/**
 * The machine (src/stream/machine.rs), which may still be loading: its first answers are known, so
 * that the request leaves while the module compiles.
 */
export class Machine {
  /** Absent before the module is there, and once the stream is over. */
  handle: StreamHandle | undefined
  /** Resolves once the module is there, or can't be had. */
  loading: Promise<void> | undefined
  /** Whether the stream is going to end as soon as the module is there. */
  isStopping = false
  readonly #make: () => StreamHandle
  readonly #resumesFirst: boolean
  /** The inputs that were answered in its place. */
  readonly #foreseen: number[] = []
  /** What to do when the module is there. Absent from then on. */
  #waiting: (() => void)[] | undefined

  /** `resumesFirst`: the first request is the resuming one. */
  constructor(make: () => StreamHandle, resumesFirst: boolean) {
    this.#make = make
    this.#resumesFirst = resumesFirst
    if (isLoaded()) this.handle = make()
    else this.#waiting = []
  }

  /** Whether the module is not there yet. */
  get isAwaited(): boolean {
    return this.#waiting !== undefined
  }

  /** Returns the next step; nothing if the stream is over, or if that has to wait for the module. */
  answer(input: number, number: number): number | undefined {
    if (!this.#waiting) return this.handle?.handle(input, number)
    const isKnown = input === INPUT_OPEN || input === INPUT_PREPARED
    if (!isKnown || this.isStopping || !willLoad()) return undefined
    this.#foreseen.push(input)
    if (input === INPUT_PREPARED) return STEP_FIRST_PREPARED
    return STEP_FIRST_OPENED | (this.#resumesFirst ? STEP_RESUMES : 0)
  }

  /** Does something once the module is there. */
  later(action: () => void): void {
    if (this.#waiting) this.#waiting.push(action)
    else action()
  }

  /** Loads the module, if it is not there. */
  load(loaded: (handle: StreamHandle) => void, failed: (error: unknown) => void): void {
    const waiting = this.#waiting
    if (!waiting) return loaded(this.handle!)
    const stopWaiting = (): void => {
      this.#waiting = undefined
      this.isStopping = false
    }
    this.loading = load().then(
      () => {
        stopWaiting()
        const handle = (this.handle = this.#make())
        loaded(handle)
        for (const input of this.#foreseen) handle.handle(input, 0)
        for (const action of waiting) action()
      },
      (error: unknown) => {
        stopWaiting()
        failed(error)
      },
    )
  }

  free(): void {
    this.handle!.free()
    this.handle = undefined
  }
}
