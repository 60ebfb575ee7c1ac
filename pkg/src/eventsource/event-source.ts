import { baseOf } from '../base.js'
import type { EventSourceErrorEvent } from './error-event.js'
import { CLOSED, CONNECTING, Feed, OPEN } from './feed.js'
import { Handlers, Listeners } from './listeners.js'
import { type EventSourceOptions, optionsOf, urlOf } from './options.js'
import { StreamFeed } from './stream-feed.js'
import { UrlFeed } from './url-feed.js'

type Handler<E> = ((this: globalThis.EventSource, event: E) => any) | null

/** The events that every source dispatches, by their types. */
export interface EventSourceEvents {
  /** The connection was opened. */
  open: Event
  /** An event without a type of its own was received. */
  message: MessageEvent
  /** The connection broke or failed. */
  error: Event & Partial<Omit<EventSourceErrorEvent, keyof Event>>
}

/** Closes the connections of garbage-collected sources, where the runtime reports them. */
const abandoned =
  globalThis.FinalizationRegistry && new FinalizationRegistry<Feed>((feed) => feed.close())

const Base: typeof EventTarget = baseOf(
  'EventTarget',
  'load a polyfill before sluicegate, or use openStream()',
)

/**
 * The standard's `EventSource` (WHATWG HTML, 9.2) over `fetch`, with any method, headers and body, and
 * with errors that say what happened.
 */
export class EventSource extends Base implements globalThis.EventSource {
  declare static readonly CONNECTING: typeof CONNECTING
  declare static readonly OPEN: typeof OPEN
  declare static readonly CLOSED: typeof CLOSED
  declare readonly CONNECTING: typeof CONNECTING
  declare readonly OPEN: typeof OPEN
  declare readonly CLOSED: typeof CLOSED

  static {
    // As Web IDL has them: enumerable, and constants not to be written to.
    const constants = Object.entries({ CONNECTING, OPEN, CLOSED })
    for (const [name, value] of constants) {
      Object.defineProperty(this, name, { value, enumerable: true })
      Object.defineProperty(this.prototype, name, { value, enumerable: true })
    }
    for (const name of Object.getOwnPropertyNames(this.prototype)) {
      if (name !== 'constructor') Object.defineProperty(this.prototype, name, { enumerable: true })
    }
    Object.defineProperty(this, 'fromReadableStream', { enumerable: true })
    const tag = { value: 'EventSource', configurable: true }
    Object.defineProperty(this.prototype, Symbol.toStringTag, tag)
    // Minifiers rename classes.
    Object.defineProperty(this, 'name', tag)
    // Of the npm package `eventsource`: tells libraries that there is an option `fetch`.
    Object.defineProperty(this, Symbol.for('eventsource.supports-fetch-override'), { value: true })
  }

  readonly #feed: Feed
  readonly #handlers = new Handlers()
  readonly #listeners = new Listeners()

  /**
   * Opens a connection.
   *
   * Throws a `DOMException` `'SyntaxError'` if the URL does not parse, and a `StreamError`
   * `'invalid-options'` for options of other libraries that are not supported. Other invalid options
   * fail the connection.
   *
   * @param url the URL, absolute or relative to the page
   * @param options the standard's `withCredentials`, and more
   */
  constructor(url: string | URL, options?: EventSourceOptions)
  // One parameter is required, and so `length` is 1.
  constructor(url: string | URL, options: EventSourceOptions | undefined = undefined) {
    super()
    if (arguments.length === 0) throw new TypeError('EventSource needs a URL')
    this.#feed = Feed.is(url) ? url : new UrlFeed(urlOf(url), optionsOf(options))
    abandoned?.register(this, this.#feed)
    this.#feed.start(this)
  }

  /**
   * Returns a source that reads a stream of bytes (proposal whatwg/html#12272). It never reconnects:
   * when the stream ends or fails, the source dispatches one `error` event and is `CLOSED`.
   *
   * Throws a `TypeError` if the stream is locked.
   */
  static fromReadableStream(stream: ReadableStream<Uint8Array>): EventSource {
    return new EventSource(new StreamFeed(stream) as unknown as string)
  }

  /** The absolute URL; `about:event-stream` for `fromReadableStream`. */
  get url(): string {
    return this.#feed.url
  }

  /** Whether requests to other origins include credentials. */
  get withCredentials(): boolean {
    return this.#feed.withCredentials
  }

  /** The state: `CONNECTING` (also while it waits to reconnect), `OPEN` or `CLOSED`. */
  get readyState(): number {
    return this.#feed.readyState
  }

  /** The id of the last event, or the option `lastEventId`, or `''`. Part of the proposal. */
  get lastEventId(): string {
    return this.#feed.lastEventId
  }

  /**
   * The reconnection time in milliseconds: the latest one that a source of `fromReadableStream` read.
   * For a URL, the wait before the last reconnection. Initially 3,000. Part of the proposal.
   */
  get reconnectionTime(): number {
    return this.#feed.reconnectionTime
  }

  /** The handler of `open` events. */
  get onopen(): Handler<Event> {
    return this.#handlers.get('open') as Handler<Event>
  }

  set onopen(handler: Handler<Event>) {
    this.#handlers.set(this, 'open', handler)
  }

  /** The handler of `message` events. */
  get onmessage(): Handler<MessageEvent> {
    return this.#handlers.get('message') as Handler<MessageEvent>
  }

  set onmessage(handler: Handler<MessageEvent>) {
    this.#handlers.set(this, 'message', handler)
  }

  /** The handler of `error` events. */
  get onerror(): Handler<EventSourceEvents['error']> {
    return this.#handlers.get('error') as Handler<EventSourceEvents['error']>
  }

  set onerror(handler: Handler<EventSourceEvents['error']>) {
    this.#handlers.set(this, 'error', handler)
  }

  /**
   * Closes the connection. No event is dispatched after that. With the option `cancel`, the backend is
   * notified once.
   */
  close(): void {
    this.#feed.close()
  }

  /**
   * Discards an unfinished event, so that a new stream can be piped in after the old one. Has no effect
   * for a URL. Part of the proposal.
   */
  reset(): void {
    this.#feed.reset()
  }

  override addEventListener<K extends keyof EventSourceEvents>(
    type: K,
    listener: (this: globalThis.EventSource, event: EventSourceEvents[K]) => any,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: (this: globalThis.EventSource, event: MessageEvent) => any,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(...args: [string, any, (boolean | AddEventListenerOptions)?]): void {
    super.addEventListener(...args)
    this.#listeners.add(args[0], args[1], args[2])
    this.#hold()
  }

  override removeEventListener(
    type: string,
    listener: ((this: globalThis.EventSource, event: any) => any) | EventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListener, options)
    this.#listeners.remove(type, listener, options)
    this.#hold()
  }

  #hold(): void {
    this.#feed.hold(this.#listeners.areAny ? this : undefined)
  }
}
