import { expect } from 'chai'
import { all, data, rejection } from '../support/consume.js'
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

  test('opened is the response that a redirect led to', async () => {
    const target = await streaming({ send: event('a') })
    const source = await script([{ status: 303, headers: { location: target.url } }])
    const stream = open(source.url, { method: 'POST', retry: false })
    expect(await stream.opened).to.include({ redirected: true, url: target.url })
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
})
