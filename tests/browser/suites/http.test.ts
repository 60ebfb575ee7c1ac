import { expect } from 'chai'
import { all, data } from '../support/consume.js'
import { type Attempt, event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const TEXT = event('żółć', { id: 1 }) + event('漢字 😀', { id: 2 })
const EXPECTED = ['żółć', '漢字 😀']

describe('HTTP', () => {
  const GOOD: [name: string, attempt: Attempt][] = [
    ['byte by byte', { steps: [{ drip: TEXT }] }],
    ['gzip', { encoding: 'gzip', steps: [{ send: TEXT }] }],
    ['gzip, byte by byte', { encoding: 'gzip', steps: [{ drip: TEXT }] }],
    ['a length', { framing: 'length', steps: [{ send: TEXT }] }],
    ['the end of the connection', { framing: 'close', steps: [{ send: TEXT }] }],
    ['charset=utf-8', typed('text/event-stream; charset=utf-8')],
    ['charset="UTF-8"', typed('text/event-stream;charset="UTF-8"')],
    ['capitals', typed('Text/Event-Stream')],
    ['another charset, which does not count', typed('text/event-stream; charset=iso-8859-1')],
    ['a status of 201', { status: 201, steps: [{ send: TEXT }] }],
  ]

  function typed(type: string): Attempt {
    return { headers: { 'content-type': type }, steps: [{ send: TEXT }] }
  }

  for (const [name, attempt] of GOOD) {
    test(`takes a response with ${name}`, async () => {
      const source = await script([attempt])
      const stream = open(source.url, { retry: false })
      expect(data(await all(stream))).to.deep.equal(EXPECTED)
      expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
    })
  }

  // Fetch, "HTTP-redirect fetch": 301 and 302 of a POST, and 303 of anything, become a GET without body.
  const REDIRECTS: [status: number, method: string][] = [
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ]
  for (const [status, method] of REDIRECTS) {
    test(`follows ${status} of a POST with ${method}`, async () => {
      const target = await streaming({ send: TEXT })
      const source = await script([{ status, headers: { location: target.url } }])
      const stream = open(source.url, { method: 'POST', body: { n: 1 }, retry: false })
      expect(data(await all(stream))).to.deep.equal(EXPECTED)
      const response = await stream.opened
      expect(response).to.include({ redirected: true, url: target.url })
      const [entry] = await target.over(1)
      expect(entry).to.include({ method, body: method === 'POST' ? '{"n":1}' : '' })
      expect(entry?.headers['accept']).to.match(/^text\/event-stream/)
    })
  }

  test('redirects without end are a network error', async () => {
    const loop = await script([{ status: 302, headers: { location: '?again' } }])
    const stream = open(loop.url, { retry: false })
    expect((await stream.closed).error).to.include({ code: 'network' })
  })

  test('429 with Retry-After in seconds waits so long', async () => {
    const source = await script([
      { status: 429, headers: { 'retry-after': '1' } },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 1 },
      onRetry: ({ delay }) => delays.push(delay),
    })
    await all(stream)
    expect(delays).to.deep.equal([1_000])
    const [first, second] = await source.over(2)
    // A timer may be a little early.
    expect((second?.startedMs ?? 0) - (first?.closedMs ?? Infinity)).to.be.at.least(980)
  })

  test('503 with Retry-After as a date waits until then', async () => {
    // Dates have no fractions: between one and two seconds from now.
    const date = new Date(Date.now() + 2_000).toUTCString()
    const source = await script([
      { status: 503, headers: { 'retry-after': date } },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const due: number[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 1 },
      onRetry: ({ delay }) => {
        delays.push(delay)
        due.push(Date.now() + delay)
      },
    })
    await all(stream)
    expect(delays).to.have.length(1)
    // Of a slow moment, nothing may be left to wait.
    if (delays[0] !== 0) expect(due[0]).to.be.closeTo(Date.parse(date), 50)
    await source.over(2)
  })

  test('a Retry-After that is neither is none', async () => {
    const source = await script([
      { status: 503, headers: { 'retry-after': 'soon' } },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 5, jitter: 0 },
      onRetry: ({ delay }) => delays.push(delay),
    })
    await all(stream)
    expect(delays).to.deep.equal([5])
  })
})
