import { expect } from 'chai'
import type { AckContext } from 'sluicegate'
import { all } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { Sink, event, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const EVENTS = Array.from({ length: 10 }, (_, k) => event(`${k + 1}`, { id: k + 1 })).join('')

const told = ({ count, lastEventId }: AckContext) => ({ count, lastEventId })

interface Told {
  count: number
  lastEventId: string
}

describe('ack', () => {
  for (const every of [1, 4]) {
    test(`tells of all that was consumed, in order, every ${every}`, async () => {
      const [{ url }, sink] = [await streaming({ send: EVENTS }), new Sink()]
      const stream = open(url, { retry: false, ack: { url: sink.url, body: told, every } })
      await all(stream)
      await eventually(() => expect(stream.stats.acknowledged).to.equal(10))
      const log = (await sink.log()).map(({ body }) => JSON.parse(body) as Told)
      expect(log.reduce((sum, { count }) => sum + count, 0)).to.equal(10)
      let total = 0
      for (const { count, lastEventId } of log) {
        total += count
        expect(lastEventId).to.equal(String(total))
      }
      // All but the last, which tells of the rest.
      for (const { count } of log.slice(0, -1)) expect(count).to.be.at.least(every)
    })
  }

  test('does not hold the stream up, and is coalesced', async () => {
    const [{ url }, sink] = [await streaming({ send: EVENTS }), new Sink('?delayMs=300')]
    const stream = open(url, { retry: false, ack: { url: sink.url, body: told } })
    await all(stream)
    expect(stream.stats.acknowledged).to.be.below(10)
    await eventually(() => expect(stream.stats.acknowledged).to.equal(10))
    const log = (await sink.log()).map(({ body }) => JSON.parse(body) as Told)
    expect(log.map(({ count }) => count)).to.deep.equal([1, 9])
  })

  test('is tried twice, then reported, and the stream goes on', async () => {
    const [source, sink] = [
      await streaming({ send: event('a', { id: 1 }) }, { stall: true }),
      new Sink('?status=500'),
    ]
    const stream = open(source.url, { ack: { url: sink.url, body: told } })
    await stream.next()
    await eventually(() => expect(stream.stats.ackError).to.not.equal(undefined))
    expect(stream.stats).to.include({ acknowledged: 0 })
    expect(stream.stats.ackError).to.include({ code: 'http', status: 500 })
    expect(stream.state).to.equal('open')
    stream.close()
    await stream.closed
    const log = await sink.received(2)
    expect(log.map(({ body }) => body)).to.deep.equal([
      '{"count":1,"lastEventId":"1"}',
      '{"count":1,"lastEventId":"1"}',
    ])
  })
})
