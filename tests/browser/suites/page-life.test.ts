import { expect } from 'chai'
import { all, data, gate } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const HOUR = { initialDelay: 3_600_000, maxDelay: 3_600_000, jitter: 0 }

/** What a page sees when it is hidden and shown. No driver can hide a page in all engines. */
function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

function showForReal(): void {
  delete (document as { hidden?: boolean }).hidden
}

describe('the page’s life', () => {
  for (const back of [
    () => new Event('online'),
    () => new PageTransitionEvent('pageshow', { persisted: true }),
  ]) {
    const { type } = back()

    test(`${type} ends the wait after a failure of the network`, async () => {
      const source = await script([
        { steps: [{ send: ': here\n' }, { waitFor: 'read' }, { reset: true }] },
        { steps: [{ send: event('[DONE]') }] },
      ])
      const waiting = gate()
      const stream = open(source.url, {
        done: '[DONE]',
        retry: HOUR,
        onOpen: () => void source.signal('read'),
        onRetry: () => waiting.pass(),
      })
      const events = all(stream)
      await waiting.passed
      await eventually(() => expect(stream.state).to.equal('waiting'))
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }))
      expect(stream.state, 'the first load of the page').to.equal('waiting')
      dispatchEvent(back())
      expect(await events).to.deep.equal([])
      expect(await stream.closed).to.include({ type: 'done' })
      await source.over(2)
    })

    test(`${type} does not end a wait that the server asked for`, async () => {
      const source = await script([{ status: 503, headers: { 'retry-after': '3600' } }])
      const waiting = gate()
      const stream = open(source.url, { onRetry: () => waiting.pass() })
      const events = all(stream)
      await waiting.passed
      await eventually(() => expect(stream.state).to.equal('waiting'))
      dispatchEvent(back())
      expect(stream.state).to.equal('waiting')
      stream.close()
      expect(await events).to.deep.equal([])
      await source.over(1)
    })
  }

  test('a hidden page changes nothing by default', async () => {
    const source = await streaming(
      { send: event('a', { id: 1 }) },
      { waitFor: 'hidden' },
      { send: event('b') + event('[DONE]') },
    )
    const stream = open(source.url, { done: '[DONE]' })
    await stream.next()
    try {
      setHidden(true)
      await source.signal('hidden')
      expect(data(await all(stream))).to.deep.equal(['b'])
    } finally {
      showForReal()
    }
    await source.over(1)
  })

  test('with whenHidden: pause it lets the connection go, and resumes when it is shown', async () => {
    const source = await script([
      { steps: [{ send: event('a', { id: 1 }) }, { stall: true }] },
      { steps: [{ send: event('b', { id: 2 }) + event('[DONE]') }] },
    ])
    const stream = open(source.url, { done: '[DONE]', whenHidden: 'pause' })
    await stream.next()
    const next = stream.next()
    try {
      setHidden(true)
      const [entry] = await source.over(1)
      expect(entry).to.include({ outcome: 'client-closed' })
      expect(stream.state).to.equal('waiting')
      setHidden(false)
      expect((await next).value).to.include({ data: 'b' })
    } finally {
      showForReal()
    }
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    const [, resumed] = await source.over(2)
    expect(resumed?.headers['last-event-id']).to.equal('1')
  })
})
