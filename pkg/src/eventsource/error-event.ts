import { isStreamError } from '../error.js'

/** The `error` event. Of the browsers' own, it would be an `Event` without a word of what happened. */
export class EventSourceErrorEvent extends Event {
  /**
   * A `StreamError` that says what happened, what the page's own callbacks threw, or the reason of
   * its signal. Absent if the source just ended. `any`, as of the platform's `ErrorEvent`.
   */
  readonly error?: any
  /** What happened, in words; `''` if there is nothing to say. */
  readonly message: string

  /** @internal */
  constructor(error: unknown) {
    super('error')
    if (error !== undefined) this.error = error
    // An error of any realm.
    const { message } = Object(error) as { message?: unknown }
    this.message = typeof message === 'string' ? message : ''
  }

  /** The response's status if that was the reason, under the name of `event-source-polyfill`. */
  get status(): number | undefined {
    return isStreamError(this.error) ? this.error.status : undefined
  }

  /** The same under the name of the npm package `eventsource`. */
  get code(): number | undefined {
    return this.status
  }
}
