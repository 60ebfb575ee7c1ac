import { expect } from 'chai'
import { eventually, pause } from '../support/eventually.js'
import { Handmade } from '../support/handmade.js'
import { engine } from '../support/page.js'
import { note } from '../support/progress.js'
import { event, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const THREE = event('a') + event('b') + event('c')

describe('backpressure', () => {
  test('nothing is read before somebody asks', async () => {
    const body = new Handmade(() => THREE)
    const stream = open('/unused', { fetch: body.fetch })
    await stream.opened
    // Time enough for a read that should not be.
    await pause(50)
    expect(body.pulls).to.equal(0)
    stream.close()
  })

  test('no chunk is read while events of the one before are left', async () => {
    const body = new Handmade(() => THREE)
    const stream = open('/unused', { fetch: body.fetch })
    for (let taken = 1; taken <= 9; taken++) {
      await stream.next()
      await pause(5)
      expect(body.pulls, `after ${taken} events`).to.equal(Math.ceil(taken / 3))
    }
    stream.close()
    await eventually(() => expect(body.isCancelled).to.equal(true))
  })

  for (const view of ['batches', 'json', 'toReadableStream'] as const) {
    test(`${view}() reads no further than it is asked`, async () => {
      const body = new Handmade(() => event('1') + event('2'))
      const stream = open('/unused', { fetch: body.fetch })
      if (view === 'toReadableStream') await stream.toReadableStream().getReader().read()
      else await stream[view]().next()
      await pause(50)
      expect(body.pulls).to.equal(1)
      stream.close()
    })
  }

  // Firefox and WebKit take all that comes into memory of their own, whoever reads it.
  test(
    'a consumer that stands still stops the server',
    async () => {
      const events = 500_000
      const source = await streaming({ pump: { events, dataBytes: 200 } })
      const stream = open(source.url, { retry: false })
      await stream.next()
      const written = async () => (await source.log())[0]?.writtenBytes ?? 0
      const standing = await eventually(async () => {
        const before = await written()
        await pause(500)
        expect(await written()).to.equal(before)
        return before
      })
      note(`the server wrote ${standing} bytes of ${events * 220}`)
      expect(standing).to.be.below(32 * 1024 * 1024)
      // It goes on with the consumer.
      let count = 1
      for await (const batch of stream.batches()) count += batch.length
      expect(count).to.equal(events)
      await source.over(1)
    },
    { skip: engine !== 'chromium' },
  )
})
