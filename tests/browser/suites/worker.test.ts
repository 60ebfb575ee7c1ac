import { expect } from 'chai'
import { Held, Sink } from '../support/server.js'
import { test } from '../support/test.js'

describe('a worker', () => {
  test('streams, has frames(), and cancels', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const parameters = new URLSearchParams({ stream: held.url, sink: sink.url })
    const worker = new Worker(`worker.js?${parameters}`, { type: 'module' })
    const over = new AbortController()
    const report = new Promise((resolve, reject) => {
      const { signal } = over
      worker.addEventListener('message', ({ data }) => resolve(data), { signal })
      worker.addEventListener('error', ({ message }) => reject(new Error(message)), { signal })
    })
    try {
      expect(await report).to.deep.equal({
        frame: [{ type: 'message', data: 'open', lastEventId: '1' }],
        cancelled: { aborted: true, notified: true, status: 200 },
        outcome: { type: 'cancelled', notified: true, dropped: 0 },
      })
    } finally {
      worker.terminate()
      over.abort()
    }
    const [notification] = await sink.received(1)
    expect(notification?.body).to.equal('{"from":"worker"}')
  })
})
