import { expect } from 'chai'
import type { EventStream, OpenOptions, StreamError } from 'sluicegate'
import { allUntilError, data, rejection } from '../support/consume.js'
import { type Attempt, event, script, Sink, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const QUICK = { minDelay: 0, initialDelay: 1 }

/** No `StreamError`, and no `Error` either: whatever is thrown has to come out as it went in. */
const THROWN = { thrown: 'by the page' }

function toss(): never {
  // oxlint-disable-next-line typescript/only-throw-error
  throw THROWN
}

const TWO_EVENTS: Attempt = {
  steps: [{ send: `: comment\n${event('a', { id: 1 })}${event('b', { id: 2 })}` }, { stall: true }],
}
const FAILING: Attempt = { status: 503 }

/** Where it is thrown, what the server answers, how many requests there are, and what is delivered before. */
const PLACES: [name: string, options: OpenOptions, attempt: Attempt, requests: number][] = [
  ['headers()', { headers: toss }, TWO_EVENTS, 0],
  ['async headers()', { headers: async () => toss() }, TWO_EVENTS, 0],
  ['body()', { method: 'POST', body: toss }, TWO_EVENTS, 0],
  ['done()', { done: toss }, TWO_EVENTS, 1],
  ['onComment()', { onComment: toss }, TWO_EVENTS, 1],
  ['onRetry()', { onRetry: toss }, FAILING, 1],
  ['async onRetry()', { onRetry: async () => toss() }, FAILING, 1],
  ['shouldRetry()', { retry: { ...QUICK, shouldRetry: toss } }, FAILING, 1],
  ['async shouldRetry()', { retry: { ...QUICK, shouldRetry: async () => toss() } }, FAILING, 1],
]

describe('exceptions of the page’s own code', () => {
  for (const [name, options, attempt, requests] of PLACES) {
    test(`${name}: the stream fails with that very value, and nothing more is sent`, async () => {
      const source = await script([attempt])
      const stream = open(source.url, { retry: QUICK, ...options })
      const { error } = await allUntilError(stream)
      expect(error).to.equal(THROWN)
      const outcome = await stream.closed
      expect(outcome).to.include({ type: 'failed' })
      expect(outcome.error).to.equal(THROWN)
      await source.over(requests)
    })
  }

  test('headers() of a later attempt', async () => {
    const source = await script([{ steps: [{ send: event('a', { id: 1 }) }] }])
    const stream = open(source.url, {
      retry: QUICK,
      headers: ({ attempt }) => (attempt === 1 ? {} : toss()),
    })
    const { values, error } = await allUntilError(stream)
    expect(data(values)).to.deep.equal(['a'])
    expect(error).to.equal(THROWN)
    await source.over(1)
  })

  const LOOPS: [name: string, loop: (stream: EventStream) => Promise<unknown>][] = [
    [
      'for await',
      async (stream) => {
        for await (const _event of stream) toss()
      },
    ],
    [
      'batches()',
      async (stream) => {
        for await (const _batch of stream.batches()) toss()
      },
    ],
    [
      'frames()',
      async (stream) => {
        for await (const _frame of stream.frames()) toss()
      },
    ],
    [
      'a pipe of toReadableStream()',
      (stream) => stream.toReadableStream().pipeTo(new WritableStream({ write: toss })),
    ],
  ]
  for (const [name, loop] of LOOPS) {
    test(`${name}: it comes out of the loop, and the stream is closed`, async () => {
      const source = await script([TWO_EVENTS])
      const stream = open(source.url, { retry: QUICK })
      expect(await rejection(loop(stream))).to.equal(THROWN)
      expect(await stream.closed).to.include({ type: 'closed' })
      expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
      const [entry] = await source.over(1)
      expect(entry).to.include({ outcome: 'client-closed' })
    })
  }

  for (const name of ['done', 'lastEventId', 'debug']) {
    test(`the option ${name} throws when it is read`, async () => {
      const source = await streaming({ send: event('a') })
      const options = Object.defineProperty({}, name, { get: toss })
      const stream = open(source.url, options)
      expect(await rejection(stream.next())).to.equal(THROWN)
      expect(await source.log()).to.deep.equal([])
    })
  }

  /** What comes after an event whose cursor can't be had, and how the stream ends then. */
  const CURSORS: [
    name: string,
    attempt: Attempt,
    outcome: object,
    end?: (stream: EventStream) => unknown,
  ][] = [
    ['cancel()', TWO_EVENTS, { type: 'cancelled', notified: true }, (stream) => stream.cancel()],
    ['the end', { steps: [{ send: event('a') }] }, { type: 'failed', error: THROWN }],
    [
      'the resuming request',
      { steps: [{ send: event('a') }, { waitFor: 'seen' }, { reset: true }] },
      { type: 'failed', error: THROWN },
    ],
  ]
  for (const [name, attempt, outcome, end] of CURSORS) {
    test(`cursor(): it does not keep ${name} from ending the stream`, async () => {
      const [source, sink] = [await script([attempt]), new Sink()]
      const stream = open(source.url, {
        method: 'POST',
        retry: QUICK,
        cursor: toss,
        resume: { url: source.url },
        cancel: { url: sink.url },
      })
      await stream.next()
      await source.signal('seen')
      end?.(stream)
      await stream.next().catch(() => undefined)
      expect(await stream.closed).to.include(outcome)
      await source.over(1)
    })
  }

  const RETURNED: [name: string, what: string, returned: () => unknown][] = [
    ['done', 'a promise', async () => undefined],
    ['job', 'a promise', async () => undefined],
    ['job', 'an object', () => ({ id: 1 })],
    ['cursor', 'a promise', async () => undefined],
    ['cursor', 'a list', () => [1]],
  ]
  for (const [name, what, returned] of RETURNED) {
    test(`${name}() that returns ${what} is an error`, async () => {
      const source = await streaming({ send: event('a') }, { send: event('b') })
      const options = { [name]: returned, resume: { url: source.url } }
      const { error } = await allUntilError(open(source.url, options))
      expect(error).to.include({
        code: 'invalid-options',
        message: '`done` must not return a promise, or `job` and `cursor` an object',
      })
      await source.over(1)
    })
  }

  test('shouldRetry() may be async', async () => {
    const source = await script([FAILING, { steps: [{ send: event('a') }, { stall: true }] }])
    const shouldRetry = async ({ status }: StreamError) => status === 503
    const stream = open(source.url, { retry: { ...QUICK, shouldRetry } })
    expect((await stream.next()).value?.data).to.equal('a')
    stream.close()
    await source.over(2)
  })

  test('a fetch of the page’s own that throws is a failed network, with its cause', async () => {
    const stream = open('/unused', { retry: false, fetch: toss })
    const error = await rejection(stream.next())
    expect(error).to.include({ code: 'network', retryable: true })
    expect((error as Error).cause).to.equal(THROWN)
  })
})
