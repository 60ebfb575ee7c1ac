import { expect } from 'chai'
import { all, data } from '../support/consume.js'
import { event, freshKey, script, Sink, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

describe('maxConnections', () => {
  test('lets as many streams go as it says, and the next when one ends', async () => {
    const source = await streaming({ send: event('a') }, { waitFor: 'end' }, { send: event('b') })
    const streams = Array.from({ length: 9 }, () =>
      open(source.url, { method: 'POST', retry: false, maxConnections: 2 }),
    )
    const reads = streams.map(async (stream) => data(await all(stream)))
    for (let count = 2; count <= 9; count++) {
      await source.requests(count)
      await source.signal('end')
    }
    await source.signal('end')
    for (const read of reads) expect(await read).to.deep.equal(['a', 'b'])
    await source.over(9)
  })

  test('leaves a connection for the notifications', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const sink = new Sink()
    const streams = Array.from({ length: 12 }, () =>
      open(source.url, { retry: false, maxConnections: 4, cancel: { url: sink.url } }),
    )
    await streams[3]!.next()
    await source.requests(4)
    expect(await streams[0]!.cancel()).to.include({ notified: true })
    await source.requests(5)
    for (const stream of streams) stream.close()
    await source.over(5)
    await sink.received(1)
  })

  test('a stream that is cancelled while it waits never reaches the server', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const sink = new Sink()
    const options = { retry: false, maxConnections: 1, cancel: { url: sink.url } } as const
    const [first, second, third] = [1, 2, 3].map(() => open(source.url, options))
    await first!.next()
    expect(await second!.cancel()).to.deep.equal({ aborted: true, notified: false })
    first!.close()
    expect((await third!.next()).value).to.include({ data: 'a' })
    third!.close()
    await source.over(2)
    await sink.received(0)
  })

  test('is a number of at least 1, and knows nothing of other origins', async () => {
    expect((await open('/open', { maxConnections: 0 }).closed).error).to.include({
      code: 'invalid-options',
    })
    const key = freshKey()
    const here = open(`/open/${key}`, { maxConnections: 1, retry: false })
    await here.next()
    const source = await script([{ steps: [{ send: event('a') }] }])
    const { port } = new URL(source.url)
    const other = source.url.replace(`//127.0.0.1:${port}`, `//localhost:${port}`)
    const there = open(other, { maxConnections: 1, method: 'POST', retry: false })
    expect(data(await all(there))).to.deep.equal(['a'])
    here.close()
    await source.over(1)
  })
})
