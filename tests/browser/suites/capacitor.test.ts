import { expect } from 'chai'
import { reportOf } from '../support/frame.js'
import { otherOrigin } from '../support/page.js'
import { event, Sink, streaming } from '../support/server.js'
import { test } from '../support/test.js'

describe('a Capacitor app with CapacitorHttp', () => {
  test('streams and cancels with CapacitorWebFetch, and gets all at once without', async () => {
    const source = await streaming({ send: event('a') }, { waitFor: 'more' }, { send: event('b') })
    const sink = new Sink()
    // What is asked of the app's own origin is not patched.
    const elsewhere = (path: string) => new URL(path, otherOrigin).href
    const { pathname } = new URL(source.url)
    const parameters = new URLSearchParams({
      stream: elsewhere(pathname),
      sink: elsewhere(sink.url),
      signal: `/scripts/${pathname.split('/').at(-1)}/signal/more`,
    })
    const report = await reportOf(`/site/capacitor.html?${parameters}`)
    expect(report).to.deep.equal({
      isPatched: true,
      patched: { events: ['a', 'b'], type: 'ended' },
      own: { first: 'a', result: { aborted: true, notified: true, status: 200 } },
    })
    const [whole, cancelled] = await source.over(2)
    expect(whole?.outcome).to.equal('completed')
    expect(cancelled?.outcome).to.equal('client-closed')
    await sink.received(1)
  })
})
