import { expect } from 'chai'
import { all, data, gate, rejection } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

describe('a stream’s life', () => {
  test('opened is the response, before anything is read', async () => {
    const source = await script([
      {
        headers: { 'x-job': '42' },
        // Firefox has no response before the first byte of its body.
        steps: [{ send: ':\n' }, { waitFor: 'go' }, { send: event('a') }],
      },
    ])
    const stream = open(source.url, { retry: false })
    const response = await stream.opened
    expect(response.status).to.equal(200)
    expect(response.headers.get('x-job')).to.equal('42')
    expect(response.url).to.equal(source.url)
    await source.signal('go')
    expect(data(await all(stream))).to.deep.equal(['a'])
  })

  test('opened rejects with the stream’s error', async () => {
    const { url } = await script([{ status: 403 }])
    const stream = open(url)
    expect(await rejection(stream.opened)).to.include({ code: 'http', status: 403 })
    expect(await rejection(stream.next())).to.include({ code: 'http', status: 403 })
  })

  test('opened rejects with an AbortError if there will be no response', async () => {
    const source = await script([{ headersDelay: 'never' }])
    const stream = open(source.url)
    await source.requests(1)
    stream.close()
    expect(await rejection(stream.opened)).to.include({ name: 'AbortError' })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('an error is told once, after the events ahead of it, then the sequence is over', async () => {
    const source = await script([
      { framing: 'truncated-length', steps: [{ send: event('a') }, { waitFor: 'read' }] },
    ])
    const stream = open(source.url, { retry: false })
    expect((await stream.next()).value).to.include({ data: 'a' })
    await source.signal('read')
    expect(await rejection(stream.next())).to.include({ code: 'network' })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    const outcome = await stream.closed
    expect(outcome).to.include({ type: 'failed', dropped: 0 })
    expect(outcome.error).to.include({ code: 'network' })
  })

  test('closed is one outcome, and never rejects', async () => {
    const { url } = await streaming({ send: event('a') })
    const ended = open(url, { method: 'POST' })
    await all(ended)
    expect(await ended.closed).to.deep.equal({ type: 'ended', dropped: 0 })

    const missing = await script([{ status: 404 }])
    const failed = open(missing.url)
    expect(await failed.closed).to.include({ type: 'failed', dropped: 0 })
  })

  test('state goes from connecting over open and waiting to closed', async () => {
    const source = await script([
      {
        steps: [
          { send: ':\n' },
          { waitFor: 'go' },
          { send: event('a', { id: 1 }) },
          { waitFor: 'end' },
        ],
      },
      { steps: [{ send: event('b') }, { waitFor: 'end' }] },
    ])
    const waiting = gate()
    const stream = open(source.url, {
      retry: { minDelay: 200, initialDelay: 200, jitter: 0, maxAttempts: 2 },
      onRetry: () => waiting.pass(),
    })
    expect(stream.state).to.equal('connecting')
    await stream.opened
    expect(stream.state).to.equal('open')
    await source.signal('go')
    await stream.next()
    expect(stream.state).to.equal('open')
    const next = stream.next()
    await source.signal('end')
    await waiting.passed
    await eventually(() => expect(stream.state).to.equal('waiting'))
    expect((await next).value).to.include({ data: 'b' })
    expect(stream.state).to.equal('open')
    stream.close()
    expect(stream.state).to.equal('closed')
    await stream.closed
    await source.over(2)
  })

  test('lastEventId is that of the event consumed last', async () => {
    const ids = event('a', { id: 'one' }) + event('b') + event('c', { id: 'three' })
    const { url } = await streaming({ send: ids }, { stall: true })
    const stream = open(url, { lastEventId: 'zero' })
    expect(stream.lastEventId).to.equal('zero')
    await stream.opened
    expect(stream.lastEventId).to.equal('zero')
    for (const id of ['one', 'one', 'three']) {
      const { value } = await stream.next()
      expect(value?.lastEventId).to.equal(id)
      expect(stream.lastEventId).to.equal(id)
    }
    stream.close()
    expect(stream.lastEventId).to.equal('three')
  })

  test('stats count bytes, events and attempts, and take the times', async () => {
    const text = event('żółć') + event('b')
    const { url } = await streaming({ send: text })
    const stream = open(url, { retry: false })
    expect(stream.stats).to.include({ bytes: 0, events: 0 })
    await all(stream)
    const { stats } = stream
    const bytes = new TextEncoder().encode(text).length
    expect(stats).to.include({ bytes, events: 2, attempts: 1, acknowledged: 0 })
    expect(stats.timeToHeaders).to.be.at.least(0)
    expect(stats.timeToFirstEvent).to.be.at.least(stats.timeToHeaders ?? Infinity)
  })

  test('stats of gzip are of what it unpacks to', async () => {
    const text = event('x'.repeat(10_000))
    const { url } = await script([{ encoding: 'gzip', steps: [{ send: text }] }])
    const stream = open(url, { retry: false })
    await all(stream)
    expect(stream.stats).to.include({ bytes: text.length, events: 1 })
  })

  test('asyncDispose closes, and waits for it', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const stream = open(source.url)
    await stream.next()
    await stream[Symbol.asyncDispose]()
    expect(stream.state).to.equal('closed')
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    await source.over(1)
  })

  test('close() after the end changes nothing', async () => {
    const { url } = await streaming({ send: event('a') })
    const stream = open(url, { retry: false })
    await all(stream)
    stream.close()
    expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
  })

  test('close() right after openStream sends no request', async () => {
    const source = await streaming({ send: event('a') })
    const stream = open(source.url)
    stream.close()
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    expect(await source.log()).to.deep.equal([])
  })
})
