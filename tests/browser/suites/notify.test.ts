import { expect } from 'chai'
import type { CancelContext } from 'sluicegate'
import { Held, script, Sink } from '../support/server.js'
import { open, test } from '../support/test.js'

const reasonAsBody = ({ reason }: CancelContext) => ({ reason: String(reason) })

describe('what tells the backend', () => {
  test('a break does with "return"', async () => {
    const sink = new Sink()
    const stream = open(new Held().url, {
      cancel: { url: sink.url, on: ['return'], body: reasonAsBody },
    })
    for await (const event of stream) {
      expect(event.data).to.equal('open')
      break
    }
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', notified: true, dropped: 0 })
    const [notification] = await sink.received(1)
    expect(notification?.body).to.equal('{"reason":"return"}')
    await stream.return()
    expect(await stream.cancel()).to.deep.equal({ aborted: false, notified: false })
    await sink.received(1)
  })

  test('an exception in the loop does with "return", and comes out as it is', async () => {
    const sink = new Sink()
    const stream = open(new Held().url, { cancel: { url: sink.url, on: ['return'] } })
    const thrown = new Error('in the loop')
    let caught: unknown
    try {
      for await (const event of stream) {
        expect(event.data).to.equal('open')
        throw thrown
      }
    } catch (error) {
      caught = error
    }
    expect(caught).to.equal(thrown)
    expect(await stream.closed).to.deep.equal({ type: 'cancelled', notified: true, dropped: 0 })
    await sink.received(1)
  })

  for (const view of ['batches', 'frames', 'json'] as const) {
    test(`leaving ${view}() does with "return"`, async () => {
      const sink = new Sink()
      const stream = open(new Held().url, { cancel: { url: sink.url, on: ['return'] } })
      const iterator = stream[view]()
      await iterator.return?.()
      expect(await stream.closed).to.include({ type: 'cancelled' })
      expect(await iterator.next()).to.deep.equal({ done: true, value: undefined })
    })
  }

  test('an abort does with "abort"', async () => {
    const sink = new Sink()
    const controller = new AbortController()
    const stream = open(new Held().url, {
      signal: controller.signal,
      cancel: { url: sink.url, on: ['abort'], body: reasonAsBody },
    })
    await stream.next()
    controller.abort('by signal')
    expect(await stream.closed).to.deep.equal({
      type: 'aborted',
      error: 'by signal',
      notified: true,
      dropped: 0,
    })
    const [notification] = await sink.received(1)
    expect(notification?.body).to.equal('{"reason":"by signal"}')
  })
})

test('a backend that is still writing its answer can finish it', async () => {
  const backend = await script([{ steps: [{ send: '{' }, { delay: 50 }, { send: '}' }] }])
  const stream = open(new Held().url, { cancel: { url: backend.url } })
  await stream.next()
  expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
  const [notification] = await backend.over(1)
  expect(notification?.outcome).to.equal('completed')
})

describe('pagehide', () => {
  /** A page in a frame that opens a stream, and the stream's first event is there. */
  async function frame(held: Held, sink: Sink, on: string): Promise<HTMLIFrameElement> {
    const frame = document.createElement('iframe')
    const parameters = new URLSearchParams({ stream: held.url, sink: sink.url, on })
    frame.src = `/site/leaving.html?${parameters}`
    const ready = new Promise<void>((resolve) => {
      const listen = ({ source, data }: MessageEvent) => {
        if (source !== frame.contentWindow || data !== 'open') return
        removeEventListener('message', listen)
        resolve()
      }
      addEventListener('message', listen)
    })
    document.body.append(frame)
    await ready
    return frame
  }

  async function navigatedAway(frame: HTMLIFrameElement): Promise<void> {
    const away = new Promise<void>((resolve) => {
      frame.addEventListener('load', () => resolve(), { once: true })
    })
    frame.src = 'about:blank'
    await away
  }

  test('tells the backend with "pagehide", and the notification outlives the page', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const page = await frame(held, sink, 'pagehide')
    await navigatedAway(page)
    const [notification] = await sink.received(1)
    expect(notification).to.include({
      method: 'POST',
      body: '{"reason":"pagehide","lastEventId":"1"}',
    })
    expect(notification?.headers['content-type']).to.equal('application/json')
    page.remove()
  })

  test('tells nobody by default', async () => {
    const [held, sink, witness] = [new Held(), new Sink(), new Sink()]
    const page = await frame(held, sink, '')
    const other = await frame(held, witness, 'pagehide')
    await navigatedAway(page)
    await navigatedAway(other)
    await witness.received(1)
    expect(await sink.log()).to.deep.equal([])
    page.remove()
    other.remove()
  })
})
