import { expect } from 'chai'
import { all, allUntilError } from '../support/consume.js'
import { event, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

describe('json()', () => {
  test('gives each event’s data, parsed', async () => {
    const { url } = await streaming({
      send: event('{"n":1}') + event('[2]') + event('null') + event('"x"'),
    })
    const stream = open(url, { retry: false })
    expect(await all(stream.json())).to.deep.equal([{ n: 1 }, [2], null, 'x'])
    expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
  })

  test('data that is no JSON ends the stream with an error that names the event', async () => {
    const source = await streaming(
      { send: event('{"n":1}') + event('{n:2}', { type: 'delta', id: 'x"y' }) + event('{"n":3}') },
      { stall: true },
    )
    const stream = open(source.url)
    const { values, error } = await allUntilError(stream.json<{ n: number }>())
    expect(values).to.deep.equal([{ n: 1 }])
    expect(error).to.include({
      name: 'StreamError',
      code: 'parse-json',
      message:
        'the data of an event \'delta\' with id "x\\"y" is not JSON: "{n:2}". ' +
        'Set skipInvalid to skip such events.',
      retryable: false,
    })
    expect((error as Error).cause).to.be.instanceOf(SyntaxError)
    const outcome = await stream.closed
    expect(outcome).to.include({ type: 'failed', dropped: 1 })
    expect(outcome.error).to.include({ code: 'parse-json' })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    const [entry] = await source.over(1)
    expect(entry).to.include({ outcome: 'client-closed' })
  })

  test('skipInvalid passes over it', async () => {
    const { url } = await streaming({ send: event('1') + event('no') + event('{') + event('2') })
    const stream = open(url, { retry: false })
    expect(await all(stream.json({ skipInvalid: true }))).to.deep.equal([1, 2])
  })
})
