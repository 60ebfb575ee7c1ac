import { expect } from 'chai'
import type { EventStream, OpenOptions } from 'sluicegate'
import { allUntilError, data, rejection } from '../support/consume.js'
import { type Attempt, event, script, streaming } from '../support/server.js'
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
  ['shouldRetry()', { retry: { ...QUICK, shouldRetry: toss } }, FAILING, 1],
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

  test('an option that throws when it is read', async () => {
    const source = await streaming({ send: event('a') })
    const options = {
      get done(): string {
        return toss()
      },
    }
    const stream = open(source.url, options)
    expect(await rejection(stream.next())).to.equal(THROWN)
    expect(await source.log()).to.deep.equal([])
  })

  test('a fetch of the page’s own that throws is a failed network, with its cause', async () => {
    const stream = open('/unused', { retry: false, fetch: toss })
    const error = await rejection(stream.next())
    expect(error).to.include({ code: 'network', retryable: true })
    expect((error as Error).cause).to.equal(THROWN)
  })
})
