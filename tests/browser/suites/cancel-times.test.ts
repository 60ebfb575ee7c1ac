import { expect } from 'chai'
import { all, gate } from '../support/consume.js'
import { Held, Sink, event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const DONE = { done: true, value: undefined }

describe('cancel() at any time', () => {
  test('before the request has left: nobody is told', async () => {
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

  test('before the request has left, with "unsent": the backend is told', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const stream = open(held.url, {
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

  test('during connect', async () => {
    const [silent, sink] = [await script([{ headersDelay: 'never' }]), new Sink()]
    const stream = open(silent.url, { cancel: { url: sink.url } })
    const next = stream.next()
    await silent.requests(1)
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
    expect(await next).to.deep.equal(DONE)
    const [entry] = await silent.over(1)
    expect(entry).to.include({ outcome: 'client-closed' })
    await sink.received(1)
  })

  test('between attempts', async () => {
    const [source, sink] = [await script([{ status: 503 }]), new Sink()]
    const waiting = gate()
    const stream = open(source.url, {
      retry: { initialDelay: 3_600_000, maxDelay: 3_600_000, jitter: 0 },
      onRetry: () => waiting.pass(),
      cancel: { url: sink.url },
    })
    const next = stream.next()
    await waiting.passed
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
    expect(await next).to.deep.equal(DONE)
    await sink.received(1)
    await source.over(1)
  })

  test('in a batch: what is decoded and not consumed is dropped, and counted', async () => {
    const source = await streaming(
      { send: event('a', { id: 1 }) + event('b', { id: 2 }) + event('c', { id: 3 }) },
      { stall: true },
    )
    const stream = open(source.url)
    const seen: string[] = []
    for await (const { data } of stream) {
      seen.push(data)
      void stream.cancel()
    }
    expect(seen).to.deep.equal(['a'])
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', dropped: 2 })
    expect(stream.lastEventId).to.equal('1')
    await source.over(1)
  })

  test('after the end: nothing to stop, nobody is told', async () => {
    const [source, sink] = [await streaming({ send: event('a') }), new Sink()]
    const stream = open(source.url, { retry: false, cancel: { url: sink.url } })
    await all(stream)
    expect(await stream.cancel()).to.deep.equal({ aborted: false, notified: false })
    expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
    expect(await sink.log()).to.deep.equal([])
  })

  test('after a failure', async () => {
    const [source, sink] = [await script([{ status: 404 }]), new Sink()]
    const stream = open(source.url, { cancel: { url: sink.url } })
    await stream.closed
    expect(await stream.cancel()).to.deep.equal({ aborted: false, notified: false })
    expect(await stream.closed).to.include({ type: 'failed' })
    expect(await sink.log()).to.deep.equal([])
  })
})
