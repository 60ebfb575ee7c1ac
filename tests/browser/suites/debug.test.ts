import { expect } from 'chai'
import { all } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { Sink, event, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

/** What the package has put on the timeline for this URL: the names, without its common beginning. */
function measures(url: string): string[] {
  const start = `sluicegate GET ${url}`
  const names = performance.getEntriesByType('measure').map(({ name }) => name)
  return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
}

describe('debug', () => {
  test('shows a stream on the timeline, without its query', async () => {
    const { url } = await streaming({ send: event('a') })
    await all(open(`${url}?token=hunter2`, { retry: false, debug: true }))
    expect(measures(url)).to.have.members([': headers', ': first event', ''])
    expect(JSON.stringify(performance.getEntriesByType('measure'))).to.not.contain('hunter2')
  })

  test('is off by default', async () => {
    const { url } = await streaming({ send: event('a') })
    await all(open(url, { retry: false }))
    expect(measures(url)).to.deep.equal([])
  })

  test('is nothing that an error in the stats could break', async () => {
    const [source, sink] = [
      await streaming({ send: event('a') }, { stall: true }),
      new Sink('?status=500'),
    ]
    const stream = open(source.url, { debug: true, ack: { url: sink.url } })
    await stream.next()
    await eventually(() => expect(stream.stats.ackError).to.include({ status: 500 }))
    stream.close()
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    expect(measures(source.url)).to.include('')
    await source.over(1)
  })
})
