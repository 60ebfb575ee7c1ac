import { expect } from 'chai'
import type { CancelContext, StreamError } from 'sluicegate'
import { unreachable } from '../support/page.js'
import { Held, Sink, event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const DONE = { done: true, value: undefined }

describe('cancel()', () => {
  test('stops here, stops the connection, and tells the backend', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, {
      method: 'POST',
      body: { prompt: 'x' },
      cancel: {
        url: sink.url,
        headers: { 'x-tenant': 'a' },
        body: { userId: 'ü', sessionId: 7 },
      },
    })
    expect((await stream.next()).value).to.include({ data: 'open' })
    const waiting = stream.next()
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
    expect(await waiting).to.deep.equal(DONE)
    expect(await stream.next()).to.deep.equal(DONE)
    expect(stream.state).to.equal('closed')
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', notified: true, dropped: 0 })

    const [notification] = await sink.received(1)
    expect(notification).to.include({ method: 'POST', body: '{"userId":"ü","sessionId":7}' })
    expect(notification?.headers).to.include({
      'content-type': 'application/json',
      'x-tenant': 'a',
    })
    const counters = await held.counters()
    expect(counters.requests).to.equal(1)
  })

  test('the server sees the connection closed', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const stream = open(source.url)
    await stream.next()
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: false })
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', dropped: 0 })
    const [entry] = await source.over(1)
    expect(entry).to.include({ outcome: 'client-closed' })
  })

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

  test('the notification has its own method, and no body unless given', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, { cancel: { url: sink.url, method: 'DELETE' } })
    await stream.next()
    await stream.cancel()
    const [notification] = await sink.received(1)
    expect(notification).to.include({ method: 'DELETE', body: '' })
  })

  test('the stream’s headers are not the notification’s', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, { headers: { 'x-secret': '1' }, cancel: { url: sink.url } })
    await stream.next()
    await stream.cancel()
    const [notification] = await sink.received(1)
    expect(notification?.headers).to.not.have.property('x-secret')
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
})

describe('a notification that fails is reported, not thrown', () => {
  test('by its status', async () => {
    const [held, sink] = [new Held(), new Sink('?status=403')]
    const stream = open(held.url, { cancel: { url: sink.url } })
    await stream.next()
    const { error, ...report } = await stream.cancel()
    expect(report).to.deep.equal({ aborted: true, notified: false, status: 403 })
    expect(error).to.include({ name: 'StreamError', code: 'http', status: 403 })
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', notified: false, dropped: 0 })
    await sink.received(1)
  })

  test('by the network', async () => {
    const held = new Held()
    const stream = open(held.url, { cancel: { url: `${unreachable}?token=hunter2` } })
    await stream.next()
    const { error, ...report } = await stream.cancel()
    expect(report).to.deep.equal({ aborted: true, notified: false })
    expect(error).to.include({ code: 'network' })
    expect(error?.message).to.contain(`POST ${unreachable} failed`).and.not.contain('hunter2')
  })

  test('by its time-out', async () => {
    // Not a script that holds the connection: WebKit does not close one with keepalive, whatever aborts.
    const [held, slow] = [new Held(), new Sink('?delayMs=2000')]
    const stream = open(held.url, { cancel: { url: slow.url, timeout: 100 } })
    await stream.next()
    const { error, ...report } = await stream.cancel()
    expect(report).to.deep.equal({ aborted: true, notified: false })
    const url = new URL(slow.url, location.origin)
    expect(error).to.include({
      code: 'connect-timeout',
      message: `${url.origin}${url.pathname} did not answer within 100 ms: raise its \`timeout\``,
    })
    await slow.received(1)
  })

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
