/** Plays the scenarios of tests/scenarios through the package. The README there explains the format. */

import { expect } from 'chai'
import { isStreamError } from 'sluicegate'
import type {
  CancelOptions,
  CancelResult,
  EventStream,
  OpenOptions,
  ServerSentEvent,
  StreamState,
} from 'sluicegate'
import { eventually } from './eventually.js'
import { unreachable } from './page.js'
import { type Attempt, type Entry, type Received, type Script, script, Sink } from './server.js'
import { open } from './test.js'
import { setHidden, showForReal } from './visibility.js'

export interface Scenario {
  title: string
  /** Why a player leaves it out. */
  skip?: { native?: string; npm?: string; rust?: string }
  options?: Options
  server: Attempt[] | 'unreachable'
  endpoint?: { status?: number; delayMs?: number } | 'unreachable'
  consumer?: Move[]
  expect: Expectation
}

interface Options extends Omit<OpenOptions, 'done' | 'cancel'> {
  done?: string
  doneWhen?: Partial<ServerSentEvent>
  cancel?: Omit<CancelOptions, 'url'>
}

type Condition = { requests: number } | { over: number } | { state: StreamState }

interface Report {
  aborted?: boolean
  notified?: boolean
  status?: number
  error?: ExpectedError
}

type Move =
  | { take: number }
  | { takeAll: true }
  | { signal: string }
  | { until: Condition }
  | { standUntil: Condition }
  | { check: { state?: StreamState; lastEventId?: string } }
  | { cancel: Report }
  | { close: true }
  | { leave: true }
  | { abort: string }
  | { page: 'hide' | 'show' | 'online' | 'pageshow' | 'pagehide' }

interface ExpectedError {
  code?: string
  status?: number | null
  attempt?: number
  retryable?: boolean
  message?: string
  body?: string
  cause?: ExpectedError
}

interface ExpectedRequest {
  method?: string
  headers?: Record<string, string | null>
  body?: string
  outcome?: Entry['outcome']
  waitedMs?: number
}

interface Expectation {
  events: (string | Partial<ServerSentEvent>)[]
  outcome: string
  reason?: string
  error?: ExpectedError
  notified?: boolean
  dropped?: number
  lastEventId?: string
  requests?: ExpectedRequest[]
  notifications?: ExpectedRequest[]
}

/** Timers of browsers may be this much early: a part of the time. */
const EARLY = 0.05

export async function play(scenario: Scenario): Promise<void> {
  const { server, endpoint = {}, consumer = [], expect: expected } = scenario
  const source = server === 'unreachable' ? undefined : await script(server)
  const sink = endpoint === 'unreachable' ? undefined : new Sink(queryOf(endpoint))
  const urls = { url: source?.url ?? unreachable, endpoint: sink?.url ?? unreachable }
  const controller = new AbortController()
  const options = readOptions(scenario.options, urls.endpoint)
  if (consumer.some((move) => 'abort' in move)) options.signal = controller.signal
  const player = new Player(open(urls.url, options), source, controller, urls)
  try {
    for (const move of consumer) await player.make(move)
    await player.takeAll()
  } finally {
    showForReal()
  }
  compareEvents(player.events, expected.events)
  await compareOutcome(player, expected)
  if (source && expected.requests) {
    compareRequests(await source.over(expected.requests.length), expected.requests)
  }
  const { notifications = [] } = expected
  if (sink) compareRequests(await sink.received(notifications.length), notifications)
}

class Player {
  readonly events: ServerSentEvent[] = []
  /** What the sequence threw, in an array of one. */
  thrown: unknown[] = []
  #isOver = false
  /** The answer that is waited for: a call of `next()` can't be taken back. */
  #pending: Promise<IteratorResult<ServerSentEvent>> | undefined

  constructor(
    readonly stream: EventStream,
    readonly source: Script | undefined,
    readonly controller: AbortController,
    readonly urls: Urls,
  ) {}

  async make(move: Move): Promise<void> {
    const { stream, urls } = this
    if ('take' in move) {
      for (let taken = 0; taken < move.take; taken++) {
        if (!(await this.#takeOne())) throw this.#endedEarly(`take ${move.take}`)
      }
    } else if ('takeAll' in move) await this.takeAll()
    else if ('signal' in move) await this.source!.signal(move.signal)
    else if ('until' in move) await this.#waitUntil(move.until)
    else if ('standUntil' in move) await this.#reached(move.standUntil)
    else if ('check' in move) expect(stream).to.include(move.check)
    else if ('cancel' in move) compareReport(await stream.cancel(), move.cancel, urls)
    else if ('close' in move) stream.close()
    else if ('leave' in move) await stream.return()
    else if ('abort' in move) this.controller.abort(move.abort)
    else if ('page' in move) live(move.page)
    else throw new Error(`there is no move ${JSON.stringify(move)}`)
  }

  /** To the end, after which nothing may come. */
  async takeAll(): Promise<void> {
    while (await this.#takeOne());
    expect(await this.stream.next(), 'after the end').to.deep.equal({
      done: true,
      value: undefined,
    })
  }

  async #takeOne(): Promise<boolean> {
    if (this.#isOver) return false
    try {
      const { done, value } = await (this.#pending ?? this.stream.next())
      if (!done) this.events.push(value)
      this.#isOver = done === true
    } catch (error) {
      this.thrown = [error]
      this.#isOver = true
    }
    this.#pending = undefined
    return !this.#isOver
  }

  /** Asks for the next event, which must not come before the condition holds. */
  async #waitUntil(condition: Condition): Promise<void> {
    this.#pending ??= this.stream.next()
    const came = this.#pending.then(
      ({ value }) => Promise.reject(new Error(`instead came ${JSON.stringify(value)}`)),
      (error: unknown) => Promise.reject(new Error('instead it failed', { cause: error })),
    )
    await Promise.race([this.#reached(condition), came])
    came.catch(() => {})
  }

  async #reached(condition: Condition): Promise<void> {
    if ('requests' in condition) await this.source!.requests(condition.requests)
    else if ('over' in condition) await this.source!.over(condition.over)
    else await eventually(() => expect(this.stream.state).to.equal(condition.state))
  }

  #endedEarly(when: string): Error {
    const came = JSON.stringify(this.events.map(({ data }) => data))
    return new Error(`${when}: it ended after ${came}`, { cause: this.thrown[0] })
  }
}

interface Urls {
  url: string
  endpoint: string
}

/** As messages have it. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url, location.origin)
  return origin + pathname
}

function queryOf({ status = 200, delayMs = 0 }: { status?: number; delayMs?: number }): string {
  return `?status=${status}&delayMs=${delayMs}`
}

function readOptions({ doneWhen, cancel, ...others }: Options = {}, sink: string): OpenOptions {
  const read: OpenOptions = others
  if (doneWhen) {
    const members = Object.entries(doneWhen)
    read.done = (event) =>
      members.every(([name, value]) => event[name as keyof ServerSentEvent] === value)
  }
  if (cancel) read.cancel = { ...cancel, url: sink }
  return read
}

function live(happening: 'hide' | 'show' | 'online' | 'pageshow' | 'pagehide'): void {
  if (happening === 'hide') setHidden(true)
  else if (happening === 'show') setHidden(false)
  else dispatchEvent(new Event(happening))
}

/** What of a value is expected at all. */
function pick(value: object, expected: object): Record<string, unknown> {
  const names = Object.keys(expected)
  return Object.fromEntries(names.map((name) => [name, (value as Record<string, unknown>)[name]]))
}

function compareEvents(events: ServerSentEvent[], expected: Expectation['events']): void {
  const seen = events.map((event, index) => {
    const like = expected[index]
    return typeof like === 'object' ? pick(event, like) : event.data
  })
  expect(seen, 'events').to.deep.equal(expected)
}

async function compareOutcome(player: Player, expected: Expectation): Promise<void> {
  const { stream, thrown, urls } = player
  const { error, ...outcome } = await stream.closed
  expect(outcome, 'outcome').to.deep.equal({
    type: expected.outcome,
    dropped: expected.dropped ?? 0,
    ...(expected.notified === undefined ? {} : { notified: expected.notified }),
  })
  expect(stream.state).to.equal('closed')
  if (expected.lastEventId !== undefined) {
    expect(stream.lastEventId, 'lastEventId').to.equal(expected.lastEventId)
  }
  const told = error === undefined ? [] : [error]
  expect(thrown, 'what was thrown is the outcome’s error').to.deep.equal(told)
  if (expected.reason !== undefined) expect(error, 'reason').to.equal(expected.reason)
  else if (expected.error) compareError(error, expected.error, urls)
  else if (error !== undefined) throw error
}

function compareError(error: unknown, expected: ExpectedError, urls: Urls): void {
  expect(isStreamError(error), `${String(error)} is a StreamError`).to.equal(true)
  const { cause, message, status, ...others } = expected
  expect(pick(error as object, others), 'error').to.deep.equal(others)
  const text = message?.replaceAll(/{(url|endpoint)}/g, (_, name: keyof Urls) =>
    withoutQuery(urls[name]),
  )
  if (text !== undefined) expect((error as Error).message).to.equal(text)
  // In JSON, null is what is absent.
  if (status !== undefined) expect(error).to.have.property('status', status ?? undefined)
  if (cause) compareError((error as Error).cause, cause, urls)
}

function compareReport({ error, ...report }: CancelResult, expected: Report, urls: Urls): void {
  const { error: expectedError, ...others } = expected
  expect(pick(report, others), 'report').to.deep.equal(others)
  if (expectedError) compareError(error, expectedError, urls)
  else if (error !== undefined) throw error
}

function compareRequests(log: (Entry | Received)[], expected: ExpectedRequest[]): void {
  for (const [index, { headers = {}, waitedMs, ...others }] of expected.entries()) {
    const entry = log[index]!
    expect(pick(entry, others), `request ${index + 1}`).to.deep.equal(others)
    const seen = Object.keys(headers).map((name) => [name, entry.headers[name] ?? null])
    expect(Object.fromEntries(seen), `headers of request ${index + 1}`).to.deep.equal(headers)
    if (waitedMs !== undefined) {
      const [before, after] = [log[index - 1] as Entry, entry as Entry]
      const waited = after.startedMs - (before.closedMs ?? Infinity)
      expect(waited, `wait before request ${index + 1}`).to.be.at.least(waitedMs * (1 - EARLY))
    }
  }
}
