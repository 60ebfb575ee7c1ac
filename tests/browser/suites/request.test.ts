import { expect } from 'chai'
import type { AttemptContext, Body, OpenOptions } from 'sluicegate'
import { all, rejection } from '../support/consume.js'
import { engine } from '../support/page.js'
import { type Entry, event, Held, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

/** What the server got of a stream with these options. */
async function sent(options: OpenOptions): Promise<Entry> {
  const source = await streaming({ send: event('a') })
  await all(open(source.url, { retry: false, ...options }))
  const [entry] = await source.over(1)
  if (!entry) throw new Error('no request')
  return entry
}

const BODIES: [name: string, body: Body, text: string, type: string | undefined][] = [
  ['an object', { prompt: 'Ünïcode 漢字' }, '{"prompt":"Ünïcode 漢字"}', 'application/json'],
  ['an array', [1, 'two', null], '[1,"two",null]', 'application/json'],
  [
    'an object without prototype',
    Object.assign(Object.create(null), { a: 1 }),
    '{"a":1}',
    'application/json',
  ],
  [
    'an instance of a class',
    new (class Prompt {
      text = 'hi'
    })(),
    '{"text":"hi"}',
    'application/json',
  ],
  [
    'an object with toJSON()',
    { secret: 1, toJSON: () => ({ open: 2 }) },
    '{"open":2}',
    'application/json',
  ],
  [
    'a Map with toJSON()',
    Object.assign(new Map(), { toJSON: () => 'map' }),
    '"map"',
    'application/json',
  ],
  ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"', 'application/json'],
  [
    'members that are called as methods are',
    { slice: 1, size: 2, pipe: 'x' },
    '{"slice":1,"size":2,"pipe":"x"}',
    'application/json',
  ],
  ['a string', 'plain', 'plain', 'text/plain;charset=UTF-8'],
  [
    'URLSearchParams',
    new URLSearchParams({ a: 'b c' }),
    'a=b+c',
    'application/x-www-form-urlencoded;charset=UTF-8',
  ],
  ['a Blob', new Blob(['blob'], { type: 'x/y' }), 'blob', 'x/y'],
  ['bytes', new TextEncoder().encode('bytes'), 'bytes', undefined],
  ['an ArrayBuffer', new TextEncoder().encode('buffer').buffer, 'buffer', undefined],
]

describe('bodies that say nothing', () => {
  const wrong = (body: unknown) => body as Body
  const locked = new ReadableStream()
  locked.getReader()
  const BAD: [name: string, body: Body, found: string][] = [
    ['a Map', new Map([[1, 2]]), '[object Map]'],
    ['a Set', new Set([1]), '[object Set]'],
    ['a WeakMap', new WeakMap(), '[object WeakMap]'],
    ['an iterator', [1].values(), '[object Array Iterator]'],
    ['a number', wrong(5), '[object Number]'],
    ['true', wrong(true), '[object Boolean]'],
    ['a symbol', wrong(Symbol('x')), '[object Symbol]'],
    ['a function', wrong(() => 1), '[object Function]'],
    ['an async function', wrong(async () => 1), '[object AsyncFunction]'],
    ['a stream that somebody reads', locked, '[object ReadableStream]'],
    // `fetch` would send this very text.
    ['an async generator', (async function* () {})(), '[object AsyncGenerator]'],
  ]
  for (const [name, body, found] of BAD) {
    test(`${name} is refused`, async () => {
      const stream = open('/echo', { method: 'POST', retry: true, body: () => body })
      const { error } = await stream.closed
      expect(error).to.include({
        code: 'invalid-options',
        retryable: false,
        message: `\`body\` must be an object, an array, or what fetch accepts as a body, not ${found}`,
      })
      expect(stream.stats.attempts).to.equal(1)
    })
  }

  test('what can’t be turned into JSON is refused', async () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    for (const body of [loop, { n: 1n }, { toJSON: () => undefined }]) {
      const { error } = await open('/echo', { method: 'POST', body }).closed
      expect(error).to.include({
        code: 'invalid-options',
        message: "`body` can't be turned into JSON",
      })
    }
  })
})

describe('a Request', () => {
  const post = (url: string, init: RequestInit = {}) =>
    new Request(url, { method: 'POST', body: 'asked', headers: { 'x-a': '1' }, ...init })

  test('says what is asked, and the options go before it', async () => {
    const source = await streaming({ send: event('a') })
    await all(open(post(source.url), { retry: false }))
    const options = { method: 'PUT', body: { n: 1 }, headers: { 'x-b': '2' } }
    await all(open(post(source.url), { ...options, retry: false }))
    await all(open(new Request(source.url, { headers: { accept: 'x/y' } }), { retry: false }))
    const [first, second, third] = await source.over(3)
    expect(first).to.include({ method: 'POST', body: 'asked' })
    expect(first!.headers).to.include({ 'x-a': '1', 'content-type': 'text/plain;charset=UTF-8' })
    expect(second).to.include({ method: 'PUT', body: '{"n":1}' })
    expect(second!.headers).to.include({ 'x-b': '2', 'content-type': 'application/json' })
    expect(second!.headers).to.not.have.property('x-a')
    expect(third).to.include({ method: 'GET', body: '' })
    expect(third!.headers).to.include({ accept: 'x/y', 'cache-control': 'no-cache' })
  })

  test('its form is sent with its boundary', async () => {
    const source = await streaming({ send: event('a') })
    const body = new FormData()
    body.set('field', 'value')
    await all(open(post(source.url, { body, headers: {} }), { retry: false }))
    const [entry] = await source.over(1)
    expect(entry!.headers['content-type']).to.match(/^multipart\/form-data; ?boundary=/)
    expect(entry!.body).to.match(/name="field"\r\n\r\nvalue\r\n/)
  })

  test('is sent again with its body', async () => {
    const source = await script([{ status: 503 }, { steps: [{ send: event('a') }] }])
    const retry = { minDelay: 0, initialDelay: 1 }
    expect(await all(open(post(source.url), { retry }))).to.have.length(1)
    const log = await source.over(2)
    expect(log.map(({ method, body }) => `${method} ${body}`)).to.deep.equal(
      Array(2).fill('POST asked'),
    )
  })

  test('its members are fetch’s', async () => {
    const seen: RequestInit[] = []
    const fetchIt = async (_input: unknown, init?: RequestInit) => {
      seen.push(init!)
      return new Response('', { headers: { 'content-type': 'text/event-stream' } })
    }
    const init: RequestInit = {
      credentials: 'omit',
      redirect: 'error',
      mode: 'same-origin',
      cache: 'reload',
    }
    await all(open(new Request('/x', init), { retry: false, fetch: fetchIt as typeof fetch }))
    expect(seen[0]).to.include(init)
  })

  test('its signal ends the stream', async () => {
    const controller = new AbortController()
    const stream = open(new Request(new Held().url, { signal: controller.signal }))
    await stream.next()
    controller.abort('enough')
    expect(await rejection(stream.next())).to.equal('enough')
  })

  test('one that was used is refused', async () => {
    const request = post('/echo')
    await request.text()
    const { error } = await open(request).closed
    expect(error).to.include({
      code: 'invalid-options',
      message: 'the body of the Request was read already',
    })
  })
})

describe('requests', () => {
  for (const [name, body, text, type] of BODIES) {
    test(`POST sends ${name} as it should be`, async () => {
      const entry = await sent({ method: 'POST', body })
      expect(entry).to.include({ method: 'POST', body: text })
      expect(entry.headers['content-type']).to.equal(type)
    })
  }

  test('POST sends a form', async () => {
    const form = new FormData()
    form.set('field', 'value')
    const entry = await sent({ method: 'POST', body: form })
    expect(entry.headers['content-type']).to.match(/^multipart\/form-data; ?boundary=/)
    expect(entry.body).to.match(/name="field"\r\n\r\nvalue\r\n/)
  })

  const HEADERS: [name: string, headers: OpenOptions['headers']][] = [
    ['an object', { 'x-a': '1', 'x-b': '2' }],
    [
      'pairs',
      [
        ['x-a', '1'],
        ['x-b', '2'],
      ],
    ],
    ['Headers', new Headers({ 'x-a': '1', 'x-b': '2' })],
    ['a function', () => ({ 'x-a': '1', 'x-b': '2' })],
    ['an async function', async () => new Headers({ 'x-a': '1', 'x-b': '2' })],
  ]
  for (const [name, headers] of HEADERS) {
    test(`headers may be ${name}`, async () => {
      const entry = await sent({ headers })
      expect(entry.headers).to.include({ 'x-a': '1', 'x-b': '2' })
    })
  }

  test('headers and body are asked anew at each attempt', async () => {
    const source = await script([
      { status: 503 },
      { steps: [{ send: event('a', { id: 'x' }) }] },
      { steps: [{ send: event('b') + event('[DONE]') }] },
    ])
    const asked: string[] = []
    const ask = (what: string) => async (context: AttemptContext) => {
      asked.push(`${what} ${context.attempt} ${JSON.stringify(context.lastEventId)}`)
      return { [what]: `${context.attempt}` }
    }
    const stream = open(source.url, {
      method: 'POST',
      headers: ask('x-attempt'),
      body: ask('attempt'),
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 1 },
    })
    const events = await all(stream)
    expect(events.map(({ data }) => data)).to.deep.equal(['a', 'b'])
    expect(asked).to.deep.equal([
      'x-attempt 1 ""',
      'attempt 1 ""',
      'x-attempt 2 ""',
      'attempt 2 ""',
      'x-attempt 3 "x"',
      'attempt 3 "x"',
    ])
    const log = await source.over(3)
    expect(log.map(({ headers }) => headers['x-attempt'])).to.deep.equal(['1', '2', '3'])
    expect(log.map(({ body }) => body)).to.deep.equal(
      ['1', '2', '3'].map((attempt) => JSON.stringify({ attempt })),
    )
    expect(log.map(({ headers }) => headers['last-event-id'])).to.deep.equal([
      undefined,
      undefined,
      'x',
    ])
  })

  // WebKit sends no header of other bytes: it takes what is to be bytes for text, and encodes it again.
  const bytes = { skip: engine === 'webkit' }
  const returnsBytes = async () => {
    const source = await script([
      { steps: [{ send: event('a', { id: 'zażółć 漢' }) }] },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const retry = { minDelay: 0, initialDelay: 1 }
    await all(open(source.url, { done: '[DONE]', retry }))
    const [, resumed] = await source.over(2)
    expect(resumed?.headers['last-event-id']).to.equal('zażółć 漢')
  }
  test('an id comes back as the bytes that it was', returnsBytes, bytes)

  test('a fetch of the page’s own is called with the URL and the request', async () => {
    const { url } = await streaming({ send: event('a') })
    const calls: [unknown, RequestInit | undefined][] = []
    const stream = open(url, {
      method: 'POST',
      body: { a: 1 },
      credentials: 'omit',
      priority: 'low',
      fetch: (input, init) => {
        calls.push([input, init])
        return fetch(input, init)
      },
    })
    expect(await all(stream)).to.have.length(1)
    expect(calls).to.have.length(1)
    const [input, init] = calls[0]!
    expect(input).to.equal(url)
    expect(init).to.include({
      method: 'POST',
      body: '{"a":1}',
      credentials: 'omit',
      priority: 'low',
      cache: 'no-store',
    })
    expect(init?.signal).to.be.instanceOf(AbortSignal)
  })

  test('members of fetch do what they do there', async () => {
    const source = await script([{ status: 302, headers: { location: '/open/nothing' } }])
    const stream = open(source.url, { redirect: 'error', retry: false })
    const outcome = await stream.closed
    expect(outcome.error).to.include({ code: 'network' })
    await source.over(1)
  })
})
