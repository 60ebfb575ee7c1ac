import type { ServerSentEvent } from '../event.js'
import { EventSourceErrorEvent } from './error-event.js'

export const CONNECTING = 0
export const OPEN = 1
export const CLOSED = 2

export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSED

/** Until the server sets another, in milliseconds: that of Chromium and WebKit. */
export const RECONNECTION_TIME = 3_000

/**
 * What an `EventSource` gets its events from, and the state that it shows. The methods are the
 * algorithms of WHATWG HTML, 9.2.3, under their names there. Each runs in a task, or at its start.
 */
export abstract class Feed {
  /** Whether a value is a feed. Nothing that a page passes is. */
  static is(value: unknown): value is Feed {
    return #readyState in (Object(value) as object)
  }

  /** Serialized. */
  abstract readonly url: string
  abstract readonly withCredentials: boolean
  lastEventId = ''
  reconnectionTime = RECONNECTION_TIME
  #readyState: ReadyState = CONNECTING
  #target: Pick<WeakRef<EventTarget>, 'deref'> | undefined
  /** The target again, while it has to live. */
  protected held: EventTarget | undefined

  get readyState(): ReadyState {
    return this.#readyState
  }

  /** Starts to feed a target. */
  start(target: EventTarget): void {
    // Older hosts have none.
    this.#target = globalThis.WeakRef ? new WeakRef(target) : { deref: () => target }
    void this.run()
  }

  /** Keeps the target from being collected, or no longer. */
  hold(target: EventTarget | undefined): void {
    this.held = this.#readyState === CLOSED ? undefined : target
  }

  /** Aborts what is under way. Nothing is dispatched after it. */
  close(): void {
    if (this.#readyState === CLOSED) return
    this.#become(CLOSED)
    this.abort()
  }

  /** Discards an unfinished event. */
  abstract reset(): void

  protected abstract run(): Promise<void>

  protected abstract abort(): void

  /** "Announce the connection". */
  protected announce(): void {
    if (this.#readyState === CLOSED) return
    this.#become(OPEN)
    this.#dispatch(() => new Event('open'))
  }

  /** The first step of "reestablish the connection". */
  protected reestablish(error: unknown): void {
    if (this.#readyState === CLOSED) return
    this.#become(CONNECTING)
    this.#dispatch(() => new EventSourceErrorEvent(error))
  }

  /** "Fail the connection". */
  protected fail(error: unknown): void {
    if (this.#readyState === CLOSED) return
    const target = this.#target?.deref()
    this.#become(CLOSED)
    target?.dispatchEvent(new EventSourceErrorEvent(error))
  }

  /** "Dispatch the event" (9.2.6). */
  protected dispatch({ type, data, lastEventId }: ServerSentEvent, origin: string): void {
    if (this.#readyState === CLOSED) return
    this.lastEventId = lastEventId
    const init = { data, origin, lastEventId }
    this.#dispatch(() =>
      // React Native has none.
      globalThis.MessageEvent ? new MessageEvent(type, init) : Object.assign(new Event(type), init),
    )
  }

  #become(state: ReadyState): void {
    this.#readyState = state
    if (state === CLOSED) this.held = undefined
  }

  #dispatch(event: () => Event): void {
    this.#target?.deref()?.dispatchEvent(event())
  }
}
