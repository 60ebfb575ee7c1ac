import { expect } from 'chai'
import type { CancelContext, OpenOptions, StreamError, StreamState } from 'sluicegate'
import { gate } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { type Attempt, Held, Sink, event, script } from '../support/server.js'
import { open, test } from '../support/test.js'

const DONE = { done: true, value: undefined }

describe('cancel()', () => {
  test('twice is one notification and one report', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, { cancel: { url: sink.url } })
    await stream.next()
    const [first, second] = [stream.cancel('one'), stream.cancel('two')]
    expect(second).to.equal(first)
    await first
    expect(stream.cancel()).to.equal(first)
    stream.close()
    await stream.return()
    expect(await stream.closed).to.include({ type: 'cancelled', notified: true })
    await sink.received(1)
  })

  test('it is sent with keepalive, so that it outlives the page', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const inits: (RequestInit | undefined)[] = []
    const stream = open(held.url, {
      cancel: { url: sink.url, body: { a: 1 } },
      fetch: (input, init) => {
        inits.push(init)
        return fetch(input, init)
      },
    })
    await stream.next()
    await stream.cancel()
    expect(inits).to.have.length(2)
    expect(inits[0]?.keepalive).to.not.equal(true)
    expect(inits[1]?.keepalive).to.equal(true)
    expect(inits[1]?.signal).to.not.equal(inits[0]?.signal)
  })

  // Requests with it share 64 KiB, of bytes.
  const large: [string, BodyInit][] = [
    ['text', '漢'.repeat(30_000)],
    ['bytes', new Uint8Array(100_000)],
    ['a form', new URLSearchParams({ partial: 'a'.repeat(100_000) })],
    ['a file', new Blob(['a'.repeat(100_000)])],
  ]
  for (const [what, body] of large) {
    test(`what is too large for keepalive is sent without: ${what}`, async () => {
      const [held, sink] = [new Held(), new Sink()]
      const stream = open(held.url, { cancel: { url: sink.url, body } })
      await stream.next()
      expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
      await sink.received(1)
    })
  }

  test('functions get the reason, the last event and its id, and the response', async () => {
    const sink = new Sink()
    const source = await script([
      {
        headers: { 'x-job': 'j1' },
        steps: [{ send: event('a', { id: 1 }) + event('b', { id: 2 }) }, { stall: true }],
      },
    ])
    const contexts: CancelContext[] = []
    const keep =
      <T>(value: (context: CancelContext) => T) =>
      (context: CancelContext) => {
        contexts.push(context)
        return value(context)
      }
    const stream = open(source.url, {
      cancel: {
        url: keep(({ response }) => `${sink.url}?job=${response?.headers.get('x-job')}`),
        headers: keep(async () => ({ 'x-token': 't' })),
        body: keep(async ({ lastEventId, lastEvent, reason }) => ({
          lastEventId,
          last: lastEvent?.data,
          reason,
        })),
      },
    })
    await stream.next()
    const reason = { why: 'user' }
    expect(await stream.cancel(reason)).to.include({ notified: true, status: 200 })
    expect(contexts).to.have.length(3)
    for (const context of contexts) {
      expect(context.reason).to.equal(reason)
      expect(context.lastEventId).to.equal('1')
      expect(context.lastEvent).to.deep.equal({ type: 'message', data: 'a', lastEventId: '1' })
      expect(context.response?.headers.get('x-job')).to.equal('j1')
    }
    const [notification] = await sink.received(1)
    expect(notification?.path).to.equal(`${sink.url}?job=j1`)
    expect(notification?.headers['x-token']).to.equal('t')
    expect(JSON.parse(notification?.body ?? '')).to.deep.equal({
      lastEventId: '1',
      last: 'a',
      reason,
    })
  })

  test('while headers() is asked: nothing is sent, nobody is told', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const { passed, pass } = gate<HeadersInit>()
    const asked = gate()
    const stream = open(held.url, {
      headers: () => {
        asked.pass()
        return passed
      },
      cancel: { url: sink.url },
    })
    const next = stream.next()
    await asked.passed
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: false })
    pass({})
    expect(await next).to.deep.equal(DONE)
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', dropped: 0 })
    expect(await held.counters()).to.include({ requests: 0 })
    expect(await sink.log()).to.deep.equal([])
  })

  test('a function gets no response where there is none', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, {
      // Nothing leaves before they are there.
      headers: async () => ({}),
      cancel: {
        url: sink.url,
        body: ({ response }) => ({ hasResponse: !!response }),
        on: ['unsent'],
      },
    })
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
    const [notification] = await sink.received(1)
    expect(notification?.body).to.equal('{"hasResponse":false}')
    expect(await held.counters()).to.include({ requests: 0 })
  })
})

describe('a job that is known before the first event', () => {
  const quiet: Attempt = {
    headers: { 'x-job': 'j1', 'access-control-expose-headers': 'x-job' },
    steps: [{ send: ': alive\n\n' }, { stall: true }],
  }
  const cases: [string, Attempt, StreamState, NonNullable<OpenOptions['job']>][] = [
    ['in a header', quiet, 'open', (_, response) => response.headers.get('x-job')],
    ['chosen by the page', quiet, 'open', () => 'j1'],
    [
      'chosen by the page, before the response',
      { headersDelay: 'never' },
      'connecting',
      () => 'j1',
    ],
    [
      'in a header, beside events that are JSON',
      quiet,
      'open',
      ({ data }, response) => JSON.parse(data || '{}').id ?? response.headers.get('x-job'),
    ],
  ]
  for (const [where, attempt, state, job] of cases) {
    test(`is told at once: ${where}`, async () => {
      const [source, sink] = [await script([attempt]), new Sink()]
      const stream = open(source.url, {
        method: 'POST',
        job,
        cancel: { url: ({ job }) => `${sink.url}?job=${job}` },
      })
      await source.requests(1)
      await eventually(() => expect(stream.state).to.equal(state))
      expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
      const [notification] = await sink.received(1)
      expect(notification!.path).to.match(/\?job=j1$/)
      await source.over(1)
    })
  }

  test('is what an answer is resumed by, and remembered by', async () => {
    const [, , , job] = cases[0]!
    const source = await script([
      { ...quiet, steps: [{ send: ': alive\n\n' }, { waitFor: 'seen' }, { reset: true }] },
      { steps: [{ send: event('a') + event('[DONE]') }] },
    ])
    const stream = open(source.url, {
      method: 'POST',
      done: '[DONE]',
      retry: { initialDelay: 0, minDelay: 0 },
      remember: 'early',
      job,
      resume: { url: ({ job }) => `${source.url}?job=${job}` },
    })
    const first = stream.next()
    await eventually(() => expect(stream.state).to.equal('open'))
    expect(JSON.parse(sessionStorage.getItem('sluicegate:early')!)).to.include({ job: 'j1' })
    await source.signal('seen')
    expect((await first).value).to.include({ data: 'a' })
    expect(await stream.next()).to.deep.equal(DONE)
    const [, resumed] = await source.over(2)
    expect(resumed).to.include({ method: 'GET' })
    expect(resumed!.path).to.match(/\?job=j1$/)
  })

  test('is asked for again with events, whatever it threw without one', async () => {
    const [source, sink] = [await script([{ steps: [{ send: event('{"id":"j2"}') }] }]), new Sink()]
    const stream = open(source.url, {
      method: 'POST',
      job: ({ data }) => JSON.parse(data).id,
      cancel: { url: ({ job }) => `${sink.url}?job=${job}` },
    })
    await stream.next()
    expect(await stream.cancel()).to.include({ notified: true })
    expect((await sink.received(1))[0]!.path).to.match(/\?job=j2$/)
  })
})

describe('a notification that fails is reported, not thrown', () => {
  test('by a function that throws', async () => {
    const held = new Held()
    const thrown = new Error('no session')
    const stream = open(held.url, {
      cancel: {
        url: () => {
          throw thrown
        },
      },
    })
    await stream.next()
    const { error, ...report } = await stream.cancel()
    expect(report).to.deep.equal({ aborted: true, notified: false })
    expect(error as StreamError | Error).to.equal(thrown)
  })

  test('by a URL that does not parse', async () => {
    const held = new Held()
    const stream = open(held.url, { cancel: { url: () => 'http://' } })
    await stream.next()
    const { error, ...report } = await stream.cancel()
    expect(report).to.deep.equal({ aborted: true, notified: false })
    expect(error).to.include({ code: 'invalid-options' })
  })
})
