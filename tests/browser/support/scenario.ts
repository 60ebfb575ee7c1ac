/** Plays the scenarios of tests/scenarios through the package. The README there explains the format. */

import { expect } from 'chai'
import type {
  CancelOptions,
  EventStream,
  OpenOptions,
  ServerSentEvent,
  StreamState,
} from 'sluicegate'
import { compare, compareRequests, errorAsJson } from './compare.js'
import { eventually } from './eventually.js'
import { unreachable } from './page.js'
import { type Attempt, type Script, script, Sink } from './server.js'
import { open } from './test.js'
import { setHidden, showForReal } from './visibility.js'

export interface Scenario {
  title: string
  /** Why a player leaves it out. */
  skip?: { native?: string; npm?: string; rust?: string; js?: string }
  options?: Options
  server: Attempt[] | 'unreachable'
  endpoint?: { status?: number; delayMs?: number } | 'unreachable'
  consumer?: Move[]
  expect: Expectation
}

interface Options extends Omit<OpenOptions, 'done' | 'job' | 'cursor' | 'resume' | 'cancel'> {
  done?: string
  doneWhen?: Partial<ServerSentEvent>
  job?: string
  jobIn?: string
  cursorIn?: string
  resume?: { method?: string; replays?: boolean }
  cancel?: Omit<CancelOptions, 'url'> & { position?: boolean }
}

type Condition = { requests: number } | { over: number } | { state: StreamState }

type Move =
  | { take: number }
  | { takeAll: true }
  | { signal: string }
  | { until: Condition }
  | { standUntil: Condition }
  | { check: object }
  | { cancel: object }
  | { cancelSoon: true }
  | { close: true }
  | { leave: true }
  | { abort: string }
  | { page: Happening }

interface Expectation {
  events: (string | object)[]
  outcome: string
  reason?: string
  error?: object
  notified?: boolean
  dropped?: number
  lastEventId?: string
  requests?: object[]
  notifications?: object[]
}

/** The addresses that stand in messages, by what they are in expected ones. */
type Addresses = Record<'{url}' | '{endpoint}', string>

/** A query, which no message may have. */
const SECRET = '?token=hunter2'

/** The moves that stop a stream. */
const STOPS = ['cancel', 'cancelSoon', 'close', 'leave', 'abort']

export async function play(scenario: Scenario): Promise<void> {
  const { server, endpoint = {}, consumer = [], expect: expected } = scenario
  const source = server === 'unreachable' ? undefined : await script(server)
  const sink = endpoint === 'unreachable' ? undefined : new Sink(queryOf(endpoint))
  const addresses = {
    '{url}': (source?.url ?? unreachable) + SECRET,
    '{endpoint}': sink?.url ?? unreachable + SECRET,
  }
  const controller = new AbortController()
  const options = readOptions(scenario.options, addresses)
  if (consumer.some((move) => 'abort' in move)) options.signal = controller.signal
  if (consumer[0] && STOPS.some((stop) => stop in consumer[0]!)) {
    // The request leaves before anybody could stop the stream, unless something has to be waited for.
    for (const request of [options, options.resume]) {
      if (request) request.headers = async () => ({})
    }
  }
  const stream = open(addresses['{url}'], options)
  const player = new Player(stream, source, controller, addresses)
  try {
    for (const move of consumer) await player.make(move)
    await player.takeAll()
  } finally {
    showForReal()
  }
  await player.compare(expected)
  const { requests, notifications = [] } = expected
  if (source && requests) compareRequests(await source.over(requests.length), requests)
  if (sink) compareRequests(await sink.received(notifications.length), notifications)
}

class Player {
  readonly #stream: EventStream
  readonly #source: Script | undefined
  readonly #controller: AbortController
  readonly #addresses: Addresses
  readonly #events: ServerSentEvent[] = []
  #thrown: unknown
  #isOver = false
  /** The answer that is waited for: a call of `next()` can't be taken back. */
  #pending: Promise<IteratorResult<ServerSentEvent>> | undefined

  constructor(
    stream: EventStream,
    source: Script | undefined,
    controller: AbortController,
    addresses: Addresses,
  ) {
    this.#stream = stream
    this.#source = source
    this.#controller = controller
    this.#addresses = addresses
  }

  async make(move: Move): Promise<void> {
    const stream = this.#stream
    if ('take' in move) await this.#take(move.take)
    else if ('takeAll' in move) await this.takeAll()
    else if ('signal' in move) await this.#source!.signal(move.signal)
    else if ('until' in move) await this.#waitUntil(move.until)
    else if ('standUntil' in move) await this.#reached(move.standUntil)
    else if ('check' in move) compare('the stream', stream, move.check)
    else if ('cancel' in move) {
      const report = await stream.cancel()
      const error = errorAsJson(report.error, this.#addresses)
      compare('the report', { ...report, error }, { error: null, ...move.cancel })
    } else if ('cancelSoon' in move) void stream.cancel()
    else if ('close' in move) stream.close()
    else if ('leave' in move) await stream.return()
    else if ('abort' in move) this.#controller.abort(move.abort)
    else if ('page' in move) live(move.page)
    else throw new Error(`there is no move ${JSON.stringify(move)}`)
  }

  /** To the end, after which nothing may come. */
  async takeAll(): Promise<void> {
    while (await this.#takeOne());
    const end = { done: true, value: undefined }
    expect(await this.#stream.next(), 'after the end').to.deep.equal(end)
  }

  async compare(expected: Expectation): Promise<void> {
    const { events, outcome, reason, notified, dropped = 0, lastEventId } = expected
    compare(
      'events',
      this.#events,
      events.map((event) => (typeof event === 'string' ? { data: event } : event)),
    )
    const seen = await this.#stream.closed
    expect(this.#thrown, 'the error that was thrown').to.equal(seen.error)
    const error = reason === undefined ? errorAsJson(seen.error, this.#addresses) : seen.error
    compare(
      'outcome',
      { ...seen, error },
      {
        type: outcome,
        dropped,
        notified: notified ?? null,
        error: reason ?? expected.error ?? null,
      },
    )
    compare('the stream', this.#stream, {
      state: 'closed',
      ...(lastEventId === undefined ? {} : { lastEventId }),
    })
  }

  async #take(count: number): Promise<void> {
    for (let taken = 0; taken < count; taken++) {
      if (await this.#takeOne()) continue
      const text = `it ended after ${JSON.stringify(this.#events)}`
      throw new Error(text, { cause: this.#thrown })
    }
  }

  /** Whether an event came. */
  async #takeOne(): Promise<boolean> {
    if (this.#isOver) return false
    try {
      const { done, value } = await (this.#pending ?? this.#stream.next())
      if (!done) this.#events.push(value)
      this.#isOver = done === true
    } catch (error) {
      this.#thrown = error
      this.#isOver = true
    }
    this.#pending = undefined
    return !this.#isOver
  }

  /** Asks for the next event, which must not come before the condition holds. */
  async #waitUntil(condition: Condition): Promise<void> {
    this.#pending ??= this.#stream.next()
    const came = this.#pending.then(
      ({ value }) => Promise.reject(new Error(`instead came ${JSON.stringify(value)}`)),
      (error: unknown) => Promise.reject(new Error('instead it failed', { cause: error })),
    )
    await Promise.race([this.#reached(condition), came])
    // What comes later is what is waited for.
    came.catch(() => {})
  }

  async #reached(condition: Condition): Promise<void> {
    if ('requests' in condition) await this.#source!.requests(condition.requests)
    else if ('over' in condition) await this.#source!.over(condition.over)
    else await eventually(() => expect(this.#stream.state).to.equal(condition.state))
  }
}

function queryOf({ status = 200, delayMs = 0 }: { status?: number; delayMs?: number }): string {
  return `?status=${status}&delayMs=${delayMs}`
}

function readOptions(
  { doneWhen, jobIn, cursorIn, resume, cancel, ...others }: Options = {},
  addresses: Addresses,
): OpenOptions {
  const read: OpenOptions = others as Omit<typeof others, 'resume' | 'cancel'>
  if (jobIn !== undefined) {
    read.job = ({ data }) => (data.startsWith(jobIn) ? data.slice(jobIn.length) : undefined)
  }
  if (cursorIn !== undefined) {
    read.cursor = ({ data }) => data.split(cursorIn).slice(1).at(-1)
  }
  if (resume) {
    read.resume = {
      ...resume,
      url: addresses['{url}'],
      headers: ({ job = '-', cursor = '-', events, bytes }) => ({
        'x-position': `${job} ${cursor} ${events} ${bytes}`,
      }),
    }
  }
  if (doneWhen) {
    const members = Object.entries(doneWhen)
    read.done = (event) =>
      members.every(([name, value]) => event[name as keyof ServerSentEvent] === value)
  }
  if (cancel) {
    const { position, ...rest } = cancel
    read.cancel = { ...rest, url: addresses['{endpoint}'] }
    if (position) read.cancel.body = ({ cursor, events, job }) => ({ cursor, events, job })
  }
  return read
}

/** What happens to a page that is loaded, kept in the back/forward cache, or left for good. */
const TRANSITIONS = {
  load: ['pageshow', false],
  restore: ['pageshow', true],
  pagehide: ['pagehide', true],
  gone: ['pagehide', false],
} as const

type Happening = 'hide' | 'show' | 'online' | keyof typeof TRANSITIONS

function live(happening: Happening): void {
  if (happening === 'hide') setHidden(true)
  else if (happening === 'show') setHidden(false)
  else if (happening === 'online') dispatchEvent(new Event(happening))
  else {
    const [name, persisted] = TRANSITIONS[happening]
    dispatchEvent(new PageTransitionEvent(name, { persisted }))
  }
}
