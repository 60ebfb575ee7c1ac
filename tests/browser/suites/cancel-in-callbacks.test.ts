import { expect } from 'chai'
import type { EventStream, OpenOptions } from 'sluicegate'
import { type Attempt, Sink, event, script } from '../support/server.js'
import { open, test } from '../support/test.js'

type Stop = () => void

const STREAM: Attempt = {
  steps: [{ send: `: comment\n${event('a', { id: 1 })}${event('b', { id: 2 })}` }, { stall: true }],
}
const FAILING: Attempt = { status: 503 }
const HOUR = { initialDelay: 3_600_000, maxDelay: 3_600_000, jitter: 0 }

/** Which callback stops the stream, what the server answers, and how many requests there are. */
const PLACES: [name: string, options: (stop: Stop) => OpenOptions, Attempt, requests: number][] = [
  ['headers()', (stop) => ({ headers: () => later(stop) }), STREAM, 0],
  ['body()', (stop) => ({ method: 'POST', body: () => later(stop) }), STREAM, 0],
  ['onOpen()', (stop) => ({ onOpen: stop }), STREAM, 1],
  ['onComment()', (stop) => ({ onComment: stop }), STREAM, 1],
  ['done()', (stop) => ({ done: () => (stop(), false) }), STREAM, 1],
  ['job()', (stop) => ({ job: () => (stop(), 'j') }), STREAM, 1],
  ['onRetry()', (stop) => ({ retry: HOUR, onRetry: stop }), FAILING, 1],
  [
    'shouldRetry()',
    (stop) => ({ retry: { ...HOUR, shouldRetry: () => (stop(), true) } }),
    FAILING,
    1,
  ],
]

/** The first call is before there is a stream to stop. */
async function later(stop: Stop): Promise<Record<string, string>> {
  await undefined
  stop()
  return {}
}

describe('stopping from within a callback', () => {
  for (const [name, options, attempt, requests] of PLACES) {
    test(`${name}: cancel()`, async () => {
      const [source, sink] = [await script([attempt]), new Sink()]
      const stream: EventStream = open(source.url, {
        cancel: { url: sink.url },
        ...options(() => void stream.cancel()),
      })
      expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
      expect(stream.state).to.equal('closed')
      const sent = requests > 0
      expect(await stream.cancel()).to.include({ aborted: true, notified: sent })
      const outcome = await stream.closed
      expect(outcome).to.include({ type: 'cancelled' })
      expect(outcome.notified).to.equal(sent ? true : undefined)
      expect(stream.state).to.equal('closed')
      await source.over(requests)
      await sink.received(sent ? 1 : 0)
    })

    test(`${name}: close()`, async () => {
      const source = await script([attempt])
      const stream: EventStream = open(
        source.url,
        options(() => stream.close()),
      )
      expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
      expect(await stream.closed).to.include({ type: 'closed' })
      expect(stream.state).to.equal('closed')
      await source.over(requests)
    })

    test(`${name}: abort()`, async () => {
      const source = await script([attempt])
      const controller = new AbortController()
      const stream = open(source.url, {
        signal: controller.signal,
        ...options(() => controller.abort('from within')),
      })
      expect(await stream.next().catch((error: unknown) => error)).to.equal('from within')
      expect(await stream.closed).to.include({ type: 'aborted', error: 'from within' })
      await source.over(requests)
    })
  }
})
