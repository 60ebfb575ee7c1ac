import { expect } from 'chai'
import { eventually, pause } from '../support/eventually.js'
import { event, type Script, streaming } from '../support/server.js'

export type EventSourceClass = typeof globalThis.EventSource

/** A source, and all that it dispatched, one line an event. */
export class Recorded {
  readonly source: EventSource
  readonly lines: string[] = []
  readonly events: Event[] = []
  readonly #patience: number

  constructor(source: EventSource, types: readonly string[], patience: number) {
    this.source = source
    this.#patience = patience
    for (const type of ['open', 'message', 'error', ...types]) {
      source.addEventListener(type, (event: Event) => {
        this.events.push(event)
        const { readyState } = source
        const what = event instanceof MessageEvent ? event.data : readyState
        this.lines.push(`${event.type} ${what}`)
      })
    }
  }

  /** Waits for so many lines as these, and compares. `open 1` is with `readyState`, `message x` with data. */
  async sees(...lines: string[]): Promise<void> {
    const isDecided = () => {
      const differs = this.lines.some(
        (line, index) => index < lines.length && line !== lines[index],
      )
      expect(differs || this.lines.length >= lines.length).to.equal(true)
    }
    await this.until(isDecided).catch(() => undefined)
    expect(this.lines.slice(0, lines.length)).to.deep.equal(lines)
  }

  /** That nothing comes any more: as `sees`, and after a while it still is all. */
  async seesOnly(...lines: string[]): Promise<void> {
    await this.sees(...lines)
    await pause(QUIET)
    expect(this.lines).to.deep.equal(lines)
  }

  until<T>(look: () => T | Promise<T>): Promise<T> {
    return eventually(look, this.#patience)
  }

  message(index: number): MessageEvent {
    return this.events.filter((event) => event instanceof MessageEvent)[index]!
  }
}

/** Longer than the shortest reconnection time of any engine (Firefox: 500 ms). */
export const QUIET = 800

/** A stream that can be ended: Firefox keeps a redirected one open after its source was closed. */
export async function endable(): Promise<Script> {
  return streaming({ send: event('a') }, { waitFor: 'end' })
}

/** The class under test, in a case. */
export class Subject {
  readonly EventSource: EventSourceClass
  readonly name: 'native' | 'ours'
  readonly #patience: number
  #sources: EventSource[] = []

  constructor(EventSource: EventSourceClass, name: 'native' | 'ours') {
    this.EventSource = EventSource
    this.name = name
    // A native one that differs may wait for what never comes; Firefox reconnects after 5 s.
    this.#patience = name === 'ours' ? 30_000 : 10_000
  }

  make(url: string | URL, init?: EventSourceInit): EventSource {
    const source = new this.EventSource(url, init)
    this.#sources.push(source)
    return source
  }

  open(url: string | URL, init?: EventSourceInit, types: readonly string[] = []): Recorded {
    return new Recorded(this.make(url, init), types, this.#patience)
  }

  until<T>(look: () => T | Promise<T>): Promise<T> {
    return eventually(look, this.#patience)
  }

  closeAll(): void {
    for (const source of this.#sources) source.close()
    this.#sources = []
  }
}

/** What the standard says, and how one sees that it is so. */
export interface Case {
  /** In our words. */
  says: string
  /** Throws if it is not so. */
  run(subject: Subject): Promise<void> | void
  /** Why no `EventSource` over `fetch` can do it, in these engines or in all. */
  impossible?: { why: string; engines?: readonly string[] }
  /** The only engine that can tell. */
  only?: string
}

export interface Section {
  title: string
  cases: Case[]
}
