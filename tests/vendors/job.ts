import { EventEmitter, once } from 'node:events'

/** An event of an answer, as it is sent. */
export interface AnswerEvent {
  bytes: Buffer
  /** The model's text in it. */
  text?: string
}

export interface JobLog {
  id: string
  /** What the model does: it works, has come to its end, or has stopped before. */
  state: 'running' | 'completed' | 'cancelled' | 'left'
  /** How many events the model has made. */
  events: number
  /** How many it had made when it was cancelled. */
  cancelledAfter?: number
  /** The text in them. */
  text: string
}

export interface JobOptions {
  pace: number
  hold: number
  /** Whether the answer may come to its end already. */
  mayComplete: () => boolean
  /** Called when the model has made an event, or has stopped. */
  onChange: () => void
}

/** A model at work on one answer, whoever reads it. */
export class Job {
  readonly id: string
  state: JobLog['state'] = 'running'
  /** A server that forgets to end its readers when the model stops. */
  keepsReaders = false
  readonly #events: AnswerEvent[]
  readonly #options: JobOptions
  readonly #changes = new EventEmitter()
  #made: Buffer[] = []
  #text = ''
  #count = 0
  #cancelledAfter: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(id: string, events: AnswerEvent[], options: JobOptions) {
    this.id = id
    this.#events = events
    this.#options = { ...options }
    this.#changes.setMaxListeners(0)
    this.#work()
  }

  get isOver(): boolean {
    return this.state !== 'running'
  }

  /** How many bytes the model has made. */
  get size(): number {
    return this.#made.reduce((size, { length }) => size + length, 0)
  }

  get log(): JobLog {
    const { id, state } = this
    const cancelled =
      this.#cancelledAfter === undefined ? {} : { cancelledAfter: this.#cancelledAfter }
    return { id, state, events: this.#count, text: this.#text, ...cancelled }
  }

  /** Where an event begins in the answer, in bytes. */
  offsetOf(event: number): number {
    return this.#events.slice(0, event).reduce((size, { bytes }) => size + bytes.length, 0)
  }

  /** Lets the model go on up to this event. */
  release(hold: number): void {
    this.#options.hold = hold
    this.check()
  }

  /** Looks again whether the model may go on. */
  check(): void {
    if (this.#timer === undefined) this.#work()
  }

  /** Stops the model. Readers get these bytes before their end. */
  stop(state: 'cancelled' | 'left', farewell: Buffer[] = []): void {
    if (this.isOver) return
    clearTimeout(this.#timer)
    if (state === 'cancelled') this.#cancelledAfter = this.#count
    this.#made.push(...farewell)
    this.#become(state)
  }

  /** All bytes from this one on, as they are made. */
  async *read(from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    for (let next = 0, offset = 0; !signal.aborted;) {
      const bytes = this.#made[next]
      if (bytes) {
        next++
        offset += bytes.length
        if (offset > from) yield bytes.subarray(Math.max(0, bytes.length - (offset - from)))
      } else if (this.isOver && !this.keepsReaders) {
        return
      } else {
        await once(this.#changes, 'change', { signal }).catch(() => undefined)
      }
    }
  }

  #work(): void {
    this.#timer = undefined
    const { pace, hold, mayComplete } = this.#options
    while (!this.isOver) {
      const event = this.#events[this.#count]
      if (!event) {
        if (mayComplete()) this.#become('completed')
        return
      }
      if (this.#count >= hold) return
      this.#count++
      this.#text += event.text ?? ''
      this.#made.push(event.bytes)
      this.#changed()
      if (pace > 0) {
        this.#timer = setTimeout(() => this.#work(), pace)
        return
      }
    }
  }

  #become(state: JobLog['state']): void {
    this.state = state
    this.#changed()
  }

  #changed(): void {
    this.#changes.emit('change')
    this.#options.onChange()
  }
}
