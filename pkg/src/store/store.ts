import type { CancelResult } from '../outcome.js'
import { recall } from '../remember.js'
import type { Start } from '../stream/position.js'
import type { StartOptions, StreamSnapshot } from './options.js'
import { IDLE, Run } from './run.js'

/** The state of `useEventStream`: what is shown of one stream after another. */
export class StreamStore {
  #snapshot = IDLE
  #run: Run | undefined
  #isActive = true
  readonly #listeners = new Set<() => void>()

  /** Calls back when there is a new snapshot. What it returns ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What is to be shown now. The same object until the next change. */
  readonly getSnapshot = (): StreamSnapshot => this.#snapshot

  /** Goes on with the answer that the page before has left, if there is one. Returns whether. */
  resume(options: StartOptions): boolean {
    const { remember } = options
    const start = remember === undefined ? undefined : recall(remember)
    if (start) this.start(undefined, options, start)
    return start !== undefined
  }

  /** Starts as `StreamControls.start` does. Without a URL, it continues an answer. */
  start(url: string | URL | undefined, options: StartOptions, from?: Start): void {
    if (!this.#isActive) return
    const left = this.#run
    this.#run = undefined
    // First: a backend that goes by sessions must not stop the new run for the old one.
    left?.leave()
    try {
      const onChange = () => {
        // Nothing of an earlier run shows.
        if (run === this.#run) this.#show(run.snapshot)
      }
      const run = new Run(url, options, onChange, from)
      this.#run = run
      this.#show(run.snapshot)
    } catch (error) {
      this.#show({ ...IDLE, status: 'error', error: error as Error })
    }
  }

  /** As `StreamControls.cancel`. */
  cancel(reason?: unknown): Promise<CancelResult> {
    return this.#run?.cancel(reason) ?? Promise.resolve({ aborted: false, notified: false })
  }

  /** Somebody looks, again. So it is at first. */
  activate(): void {
    this.#isActive = true
  }

  /** Leaves the stream and starts no other: the component was unmounted. */
  deactivate(): void {
    this.#isActive = false
    this.#run?.leave()
  }

  #show(snapshot: StreamSnapshot): void {
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener()
  }
}
