import { expect } from 'chai'
import { reportOf } from '../support/frame.js'
import { engine } from '../support/page.js'
import { event, Sink, streaming } from '../support/server.js'
import { SMOKE } from '../support/smoke.js'
import { test } from '../support/test.js'

describe('a service worker in front of the page', () => {
  test('passes on a stream as it comes, its end and its notification', async () => {
    const source = await streaming({ send: event('open', { id: 1 }) }, { stall: true })
    const sink = new Sink()
    const parameters = new URLSearchParams({ stream: source.url, sink: sink.url })
    expect(await reportOf(`/site/front.html?${parameters}`)).to.deep.equal(SMOKE)
    const [opened] = await source.over(1)
    const [notified] = await sink.received(1)
    expect(opened?.outcome).to.equal('client-closed')
    expect(opened?.headers).to.include({ 'x-passed-on': 'yes' })
    // Firefox keeps requests with `keepalive` from service workers.
    expect('x-passed-on' in notified!.headers).to.equal(engine !== 'firefox')
  })
})
