import { expect } from 'chai'
import type { OpenOptions, ServerSentEvent } from 'sluicegate'
import { all, data, rejection } from '../support/consume.js'
import { event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const QUICK = { minDelay: 0, initialDelay: 1 }

describe('the done marker', () => {
  test('a string ends the stream, is not delivered, and nothing is requested again', async () => {
    const source = await streaming(
      { send: event('a', { id: 1 }) + event('[DONE]') + event('after') },
      { stall: true },
    )
    const stream = open(source.url, { done: '[DONE]', retry: QUICK })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(await stream.closed).to.deep.equal({ type: 'done', dropped: 0 })
    const [entry] = await source.over(1)
    expect(entry).to.include({ outcome: 'client-closed' })
  })

  test('in a chunk of its own, too', async () => {
    const source = await streaming(
      { send: event('a') },
      { waitFor: 'seen' },
      { send: event('[DONE]') },
      { stall: true },
    )
    const stream = open(source.url, { done: '[DONE]' })
    expect((await stream.next()).value).to.include({ data: 'a' })
    await source.signal('seen')
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    expect(await stream.closed).to.deep.equal({ type: 'done', dropped: 0 })
    await source.over(1)
  })

  test('a predicate sees each event', async () => {
    const source = await streaming({
      send: event('a', { id: 1 }) + event('b', { type: 'stop' }) + event('c', { type: 'stop' }),
    })
    const seen: ServerSentEvent[] = []
    const stream = open(source.url, {
      done: (candidate) => {
        seen.push(candidate)
        return candidate.type === 'stop'
      },
      retry: QUICK,
    })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(seen).to.deep.equal([
      { type: 'message', data: 'a', lastEventId: '1' },
      { type: 'stop', data: 'b', lastEventId: '1' },
    ])
    expect(await stream.closed).to.deep.equal({ type: 'done', dropped: 0 })
    await source.over(1)
  })

  test('a stream that promised one and ends without is truncated', async () => {
    const source = await streaming({ send: event('a') })
    const posted = open(source.url, { method: 'POST', body: {}, done: '[DONE]' })
    expect(data(await all(posted))).to.deep.equal(['a'])
    expect(await posted.closed).to.deep.equal({ type: 'truncated', dropped: 0 })

    const got = open(source.url, { done: '[DONE]', retry: false })
    await all(got)
    expect(await got.closed).to.deep.equal({ type: 'truncated', dropped: 0 })
    await source.over(2)
  })

  test('a GET whose marker did not come is requested again', async () => {
    const source = await script([
      { steps: [{ send: event('a', { id: 1 }) }] },
      { steps: [{ send: event('b', { id: 2 }) + event('[DONE]') }] },
    ])
    const stream = open(source.url, { done: '[DONE]', retry: QUICK })
    expect(data(await all(stream))).to.deep.equal(['a', 'b'])
    const log = await source.over(2)
    expect(log.map(({ headers }) => headers['last-event-id'])).to.deep.equal([undefined, '1'])
  })

  for (const retry of [true, QUICK]) {
    test(`a POST is requested again with retry: ${JSON.stringify(retry)}`, () => postAgain(retry))
  }

  async function postAgain(retry: OpenOptions['retry'] & {}): Promise<void> {
    const source = await script([
      { steps: [{ send: `retry: 1\n${event('a', { id: 1 })}` }] },
      { steps: [{ send: event('b') + event('[DONE]') }] },
    ])
    const stream = open(source.url, { method: 'POST', body: { n: 1 }, done: '[DONE]', retry })
    expect(data(await all(stream))).to.deep.equal(['a', 'b'])
    const log = await source.over(2)
    expect(log.map(({ method, body }) => `${method} ${body}`)).to.deep.equal([
      'POST {"n":1}',
      'POST {"n":1}',
    ])
    expect(log.map(({ headers }) => headers['last-event-id'])).to.deep.equal([undefined, '1'])
  }

  test('a POST that breaks is not sent again unasked, ids or not', async () => {
    const steps = [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true } as const]
    const source = await script([{ steps }])
    const stream = open(source.url, { method: 'POST', body: {}, done: '[DONE]' })
    expect((await stream.next()).value).to.include({ data: 'a' })
    await source.signal('seen')
    expect(await rejection(stream.next())).to.include({ code: 'network', attempt: 1 })
    await source.over(1)
  })
})

describe('the end of a response', () => {
  test('GET reconnects, and an unfinished last event is dropped', async () => {
    const source = await script([
      { steps: [{ send: `${event('a', { id: 1 })}id: 9\ndata: half` }] },
      { steps: [{ send: event('b', { id: 2 }) }] },
      { status: 204 },
    ])
    const stream = open(source.url, { retry: QUICK })
    expect(data(await all(stream))).to.deep.equal(['a', 'b'])
    expect(await stream.closed).to.deep.equal({ type: 'no-content', dropped: 0 })
    const log = await source.over(3)
    expect(log.map(({ headers }) => headers['last-event-id'])).to.deep.equal([undefined, '1', '2'])
  })

  test('an id without data is one to resume from, too', async () => {
    const source = await script([
      { steps: [{ send: `${event('a', { id: 1 })}id: 2\n\nid: 3\n` }] },
      { status: 204 },
    ])
    const stream = open(source.url, { retry: QUICK })
    expect(data(await all(stream))).to.deep.equal(['a'])
    const [, resumed] = await source.over(2)
    expect(resumed?.headers['last-event-id']).to.equal('2')
  })

  test('POST is not sent again, ids or not', async () => {
    const source = await streaming({ send: event('a', { id: 1 }) })
    const stream = open(source.url, { method: 'POST', body: {} })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
    await source.over(1)
  })

  test('204 is the end, without an event and without a new attempt', async () => {
    const source = await script([{ status: 204 }])
    const stream = open(source.url, { retry: QUICK, done: '[DONE]' })
    expect(await all(stream)).to.deep.equal([])
    expect(await stream.closed).to.deep.equal({ type: 'no-content', dropped: 0 })
    await source.over(1)
  })

  test('an empty body is no error', async () => {
    const source = await streaming()
    const stream = open(source.url, { retry: false })
    expect(await all(stream)).to.deep.equal([])
    expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
  })
})

describe('NDJSON', () => {
  const LINES = '{"n":1}\n\n{"n":2}\r\n"last"'
  const EXPECTED = ['{"n":1}', '{"n":2}', '"last"']

  for (const type of ['application/x-ndjson', 'application/jsonl; charset=utf-8']) {
    test(`is told by its content type, ${type}`, async () => {
      const source = await script([{ headers: { 'content-type': type }, steps: [{ send: LINES }] }])
      const stream = open(source.url)
      const events = await all(stream)
      expect(data(events)).to.deep.equal(EXPECTED)
      expect(events[0]).to.deep.equal({ type: 'message', data: '{"n":1}', lastEventId: '' })
      // It knows no reconnection: its end is its end.
      expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
      await source.over(1)
    })
  }

  test('format says it, whatever the type', async () => {
    const source = await script([
      { headers: { 'content-type': 'text/plain' }, steps: [{ drip: LINES }] },
    ])
    const values = await all(open(source.url, { format: 'ndjson' }).json())
    expect(values).to.deep.equal([{ n: 1 }, { n: 2 }, 'last'])
  })

  test('format: sse reads an event stream of any type', async () => {
    const source = await script([
      { headers: { 'content-type': 'text/plain' }, steps: [{ send: event('a') }] },
    ])
    expect(data(await all(open(source.url, { format: 'sse', retry: false })))).to.deep.equal(['a'])
  })
})
