import { expect } from 'chai'
import { allUntilError, gate, rejection } from '../support/consume.js'
import { Held, event, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const DONE = { done: true, value: undefined }

describe('an outside signal', () => {
  test('its abort rejects with its reason, as fetch does', async () => {
    const held = new Held()
    const controller = new AbortController()
    const stream = open(held.url, { signal: controller.signal })
    await stream.next()
    const waiting = stream.next()
    const reason = { code: 'user left' }
    controller.abort(reason)
    expect(await rejection(waiting)).to.equal(reason)
    expect(await stream.next()).to.deep.equal(DONE)
    const outcome = await stream.closed
    expect(outcome).to.include({ type: 'aborted', dropped: 0 })
    expect(outcome.error).to.equal(reason)
  })

  test('without a reason of the page’s, that is an AbortError', async () => {
    const controller = new AbortController()
    const stream = open(new Held().url, { signal: controller.signal })
    await stream.next()
    controller.abort()
    const error = await rejection(stream.next())
    expect(error).to.be.instanceOf(DOMException).and.include({ name: 'AbortError' })
    expect(error).to.equal(controller.signal.reason)
  })

  test('one that is aborted already never sends a request', async () => {
    const held = new Held()
    const stream = open(held.url, { signal: AbortSignal.abort('before') })
    expect(await rejection(stream.opened)).to.equal('before')
    expect(await rejection(stream.next())).to.equal('before')
    expect(await stream.next()).to.deep.equal(DONE)
    expect(await stream.closed).to.deep.equal({ type: 'aborted', error: 'before', dropped: 0 })
    expect(stream.stats.attempts).to.equal(0)
    expect(await held.counters()).to.include({ requests: 0 })
  })

  test('while headers() is asked: no request', async () => {
    const held = new Held()
    const controller = new AbortController()
    const { passed, pass } = gate<HeadersInit>()
    const asked = gate()
    const stream = open(held.url, {
      signal: controller.signal,
      headers: () => {
        asked.pass()
        return passed
      },
    })
    const next = stream.next()
    await asked.passed
    controller.abort('while asking')
    expect(await rejection(next)).to.equal('while asking')
    pass({})
    expect(await held.counters()).to.include({ requests: 0 })
  })

  test('one for many streams keeps no listener of those that ended', async () => {
    const controller = new AbortController()
    const { url } = await streaming({ send: event('a') })
    for (let round = 0; round < 5; round++) {
      const stream = open(url, { retry: false, signal: controller.signal })
      await stream.next()
      await stream.next()
    }
    // The test's end counts the listeners, with the controller still there.
    controller.signal.throwIfAborted()
  })

  test('AbortSignal.timeout() is one', async () => {
    const stream = open(new Held().url, { signal: AbortSignal.timeout(200) })
    const { values, error } = await allUntilError(stream)
    expect(values.length).to.be.at.most(1)
    expect(error).to.be.instanceOf(DOMException).and.include({ name: 'TimeoutError' })
  })
})
