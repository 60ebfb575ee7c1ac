import { expect } from 'chai'
import { decode, type StreamError } from 'sluicegate'
import { createFetch, type FetchOptions } from 'sluicegate/fetch'
import { all, rejection } from '../support/consume.js'
import { eventually, pause } from '../support/eventually.js'
import { Handmade } from '../support/handmade.js'
import { unreachable } from '../support/page.js'
import {
  type Attempt,
  event,
  type Script,
  script,
  Sink,
  type Step,
  streaming,
} from '../support/server.js'
import { test } from '../support/test.js'

const AT_ONCE = { initialDelay: 0, minDelay: 0 }
const MARK = '\u{feff}'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What ends the body of a response that a test makes itself. */
type Ending = 'end' | 'break'

/** A response of these bytes, in chunks of `size`. */
function responseOf(bytes: Uint8Array, size: number, ending: Ending, type = 'text/event-stream') {
  let at = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += size)))
        else if (ending === 'end') controller.close()
        else controller.error(new TypeError('broken'))
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': type } })
}

/** The events of these bytes. */
const eventsOf = (bytes: Uint8Array<ArrayBuffer>) => all(decode(new Response(bytes)))

async function bytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer())
}

/** What is read up to an error, and the error. The server of `source` is told once something came. */
async function readUntilError(
  response: Response,
  source?: Script,
): Promise<{ text: string; error: unknown }> {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`it ended without an error, after ${JSON.stringify(text)}`)
      if (text === '') await source?.signal('seen')
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    return { text, error }
  }
}

/** All that is read. The server of `source` is told once something came: before, its reset may drop it. */
async function textOf(response: Response, source: Script): Promise<string> {
  const { text, error } = await readUntilError(response, source)
  expect((error as Error).message).to.match(/^it ended without an error/)
  return text
}

function expectNetworkError(error: unknown, code: string): void {
  expect(error).to.be.instanceOf(TypeError)
  expect((error as TypeError).message).to.match(/^network error: /)
  expect((error as { cause: StreamError }).cause).to.include({ name: 'StreamError', code })
}

describe('createFetch', () => {
  describe('passes through', () => {
    const json = { headers: { 'content-type': 'application/json' } }
    const stream = { headers: { 'content-type': 'text/event-stream' } }
    const ndjson = { headers: { 'content-type': 'application/x-ndjson' } }
    const cases: [string, () => Response][] = [
      ['JSON', () => new Response('{}', json)],
      ['a response without a type', () => new Response(bytesOf('data: 1\n\n'))],
      ['an error that says it is a stream', () => new Response('no', { ...stream, status: 404 })],
      ['a stream without a body', () => new Response(null, { ...stream, status: 204 })],
      ['NDJSON, unless it is asked for', () => new Response('{}\n', ndjson)],
    ]
    for (const [what, make] of cases) {
      test(what, async () => {
        const response = make()
        const calls: unknown[][] = []
        const fetchOf = createFetch({
          fetch: async (url, { signal, ...init } = {}) => {
            expect(signal).to.include({ aborted: false })
            calls.push([url, init])
            return response
          },
        })
        const init = { method: 'POST', body: 'b' }
        expect(await fetchOf('/somewhere', init)).to.equal(response)
        expect(response.bodyUsed).to.equal(false)
        expect(calls).to.deep.equal([['/somewhere', init]])
      })
    }

    test('what fetch rejects with', async () => {
      const reason = new Error('enough')
      const error = await rejection(createFetch()('/sink/x', { signal: AbortSignal.abort(reason) }))
      expect(error).to.equal(reason)
      expect(await rejection(createFetch()(unreachable))).to.be.instanceOf(TypeError)
    })
  })

  describe('joins the bytes of connections that break anywhere', () => {
    const events = (newline: string) =>
      [
        `id: 1${newline}data: żółw 😀${newline}${newline}`,
        `: a comment${newline}${newline}`,
        `retry: 0${newline}id: 2${newline}data: b${newline}data: c${newline}${newline}`,
        `event: x${newline}id: 3${newline}data: last${newline}${newline}`,
      ].join('')
    /** Of a text, what a server that resumes has behind an id. */
    const behind = (text: string, id: string) => {
      const ends = [...text.matchAll(/(\r\n\r\n|\n\n|\r\r)/g)].map(
        (end) => end.index + end[0].length,
      )
      const end = { '1': ends[0]!, '2': ends[2]!, '3': ends[3]! }[id]
      return text.slice(end ?? 0)
    }
    for (const [name, newline] of Object.entries({ LF: '\n', CRLF: '\r\n', CR: '\r' })) {
      for (const replays of [false, true]) {
        test(`${name}, ${replays ? 'replayed' : 'by Last-Event-ID'}`, async () => {
          const text = events(newline)
          const whole = bytesOf(MARK + text)
          const expected = await eventsOf(whole)
          for (let cut = 0; cut <= whole.length; cut++) {
            let requests = 0
            const fetchOf = createFetch({
              retry: AT_ONCE,
              done: (event) => event.data === 'never',
              ...(replays ? { resume: { url: '/resumed', replays } } : {}),
              fetch: async (url, { headers } = {}) => {
                requests++
                const id = new Headers(headers).get('last-event-id') ?? ''
                if (requests === 1) return responseOf(whole.slice(0, cut), 1 + (cut % 7), 'break')
                if (replays && cut > 0) expect(String(url), `cut ${cut}`).to.match(/resumed/)
                const rest = bytesOf(MARK + (replays ? text : behind(text, id)))
                if (requests === 2) return responseOf(rest, 1 + (cut % 5), 'break')
                return new Response(null, { status: 204 })
              },
            })
            const { text: seen } = await readUntilError(await fetchOf('/first')).catch(() => ({
              text: '',
            }))
            const joined = bytesOf(seen.startsWith(MARK) ? seen : MARK + seen)
            expect(await eventsOf(joined), `cut after ${cut} bytes`).to.deep.equal(expected)
            expect(seen.slice(1), `cut after ${cut} bytes`).to.not.include(MARK)
          }
        })
      }
    }

    test('lines of JSON, if asked for', async () => {
      const whole = bytesOf('{"n":1}\n{"n":2}\r\n{"n":3}')
      for (let cut = 0; cut <= whole.length; cut++) {
        let requests = 0
        const fetchOf = createFetch({
          ndjson: true,
          retry: AT_ONCE,
          resume: { url: '/resumed', replays: true },
          fetch: async () => {
            const part = requests++ === 0 ? whole.slice(0, cut) : whole
            return responseOf(part, 3, requests === 1 ? 'break' : 'end', 'application/x-ndjson')
          },
        })
        const response = await fetchOf('/first')
        expect(await bytes(response), `cut after ${cut} bytes`).to.deep.equal(whole)
      }
    })

    test('the bytes of one connection stay as they are, to the end', async () => {
      const odd = `${MARK}\n\n\r\n: x\nfoo: bar\n\nid\ndata:1\r\rdata: 2\n\ndata: unfinished`
      for (const size of [1, 3, 1_000]) {
        const fetchOf = createFetch({ fetch: async () => responseOf(bytesOf(odd), size, 'end') })
        expect(await bytes(await fetchOf('/first'))).to.deep.equal(bytesOf(odd))
      }
    })
  })

  test('a GET goes on at the server that resumes, and is the first response', async () => {
    const source = await numbered()
    const { url } = source
    const response = await createFetch({ retry: AT_ONCE, done: '[DONE]' })(url, {
      headers: { 'x-own': 'me' },
    })
    expect(response).to.include({ url, status: 200, ok: true, redirected: false, type: 'basic' })
    expect(response.headers.get('x-number')).to.equal('1')
    expect(await textOf(response, source)).to.equal(
      event('a', { id: 1 }) + event('b', { id: 2 }) + event('[DONE]'),
    )
    const [, second] = await source.requests(2)
    expect(second!.headers).to.include({ 'last-event-id': '1', 'x-own': 'me' })
  })

  const behind: [string, Step[], string][] = [
    ['that is still writing can finish', [{ delay: 50 }, { send: ': saved\n\n' }], 'completed'],
    ['that stays is left in the end', [{ stall: true }], 'client-closed'],
  ]
  for (const [what, steps, outcome] of behind) {
    test(`behind the marker, a server ${what}`, async () => {
      const answer = event('a') + event('[DONE]')
      const source = await streaming({ send: answer }, ...steps)
      const response = await createFetch({ done: '[DONE]' })(source.url, { method: 'POST' })
      expect(await response.text()).to.equal(answer)
      const [entry] = await source.over(1)
      expect(entry?.outcome).to.equal(outcome)
    })
  }

  /** A stream that breaks in its second event, and goes on. */
  async function numbered() {
    const source = await script([
      {
        headers: { 'x-number': '1', 'access-control-expose-headers': '*' },
        steps: [
          { send: event('a', { id: 1 }) + 'id: 2\nda' },
          { waitFor: 'seen' },
          { reset: true },
        ],
      },
      {
        headers: { 'x-number': '2' },
        steps: [{ send: MARK + event('b', { id: 2 }) + event('[DONE]') }],
      },
    ])
    return source
  }

  const resuming: [string, FetchOptions, Attempt][] = [
    [
      'from the cursor on',
      { resume: { url: ({ job, cursor }) => `${location.origin}/${job}&at=${cursor}` } },
      { steps: [{ send: event('{"id":"j","n":2}') + event('[DONE]') }] },
    ],
    [
      'by a replay',
      { resume: { url: ({ job }) => `${location.origin}/${job}&at=1`, replays: true } },
      {
        steps: [{ send: event('{"id":"j","n":1}') + event('{"id":"j","n":2}') + event('[DONE]') }],
      },
    ],
  ]
  for (const [how, options, attempt] of resuming) {
    test(`a POST goes on by another request ${how}`, async () => {
      const target = await script([attempt])
      const source = await script([
        {
          steps: [
            { send: event('{"id":"j","n":1}') + 'data: {"i' },
            { delay: 50 },
            { reset: true },
          ],
        },
      ])
      const fetchOf = createFetch({
        ...options,
        done: '[DONE]',
        retry: AT_ONCE,
        job: ({ data }) => `${new URL(target.url).pathname.slice(1)}?job=${JSON.parse(data).id}`,
        cursor: ({ data }) => JSON.parse(data).n,
      })
      const response = await fetchOf(new Request(source.url, { method: 'POST', body: '{}' }))
      const expected = event('{"id":"j","n":1}') + event('{"id":"j","n":2}') + event('[DONE]')
      expect(await textOf(response, source)).to.equal(expected)
      const [resumed] = await target.requests(1)
      expect(resumed).to.include({ method: 'GET', body: '' })
      expect(resumed!.path).to.match(/\?job=j&at=1$/)
      expect(await source.requests(1)).to.have.length(1)
    })
  }

  const lost: [string, Attempt[], FetchOptions & RequestInit, string, string][] = [
    [
      'a POST that nothing resumes',
      [{ steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] }],
      { method: 'POST' },
      event('a', { id: 1 }),
      'network',
    ],
    [
      'a GET with ids that is not to be repeated',
      [{ steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] }],
      { retry: false },
      event('a', { id: 1 }),
      'network',
    ],
    [
      'an answer that is not to be resumed',
      [{ steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] }],
      { method: 'POST', retry: false, resume: { url: '/nowhere' } },
      event('a', { id: 1 }),
      'network',
    ],
    [
      'a GET without ids',
      [{ steps: [{ send: event('a') }, { waitFor: 'seen' }, { reset: true }] }],
      {},
      event('a'),
      'network',
    ],
    [
      'one that ends too early',
      [{ steps: [{ send: event('a') }] }],
      { method: 'POST', done: '[DONE]' },
      event('a'),
      'network',
    ],
    [
      'one that is no stream any more',
      [
        { steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] },
        { status: 404 },
      ],
      { retry: AT_ONCE },
      event('a', { id: 1 }),
      'http',
    ],
    [
      'one that becomes another format',
      [
        { steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] },
        { headers: { 'content-type': 'application/x-ndjson' }, steps: [{ send: '{}\n' }] },
      ],
      { retry: AT_ONCE },
      event('a', { id: 1 }),
      'content-type',
    ],
    [
      'one whose attempts are used up',
      [
        { steps: [{ send: event('a', { id: 1 }) }, { waitFor: 'seen' }, { reset: true }] },
        { status: 503 },
      ],
      { retry: { ...AT_ONCE, maxAttempts: 3 } },
      event('a', { id: 1 }),
      'retries-exhausted',
    ],
  ]
  for (const [what, attempts, { method, ...options }, text, code] of lost) {
    test(`fails as fetch does: ${what}`, async () => {
      const source = await script(attempts)
      const response = await createFetch(options as FetchOptions)(
        source.url,
        method ? { method } : {},
      )
      const seen = await readUntilError(response, source)
      expect(seen.text).to.equal(text)
      expectNetworkError(seen.error, code)
      await source.over((await source.log()).length)
    })
  }

  test('without `done`, the end is the end, also of a GET', async () => {
    const source = await streaming({ send: event('a', { id: 1 }) + ': cut' })
    expect(await (await createFetch()(source.url)).text()).to.equal(event('a', { id: 1 }) + ': cut')
    expect(await source.over(1)).to.have.length(1)
  })

  test('a clone is the first response, too', async () => {
    const source = await streaming({ send: event('a') })
    const response = await createFetch()(source.url)
    const clone = response.clone()
    expect(clone.url).to.equal(source.url)
    expect(await clone.text()).to.equal(event('a'))
    expect(await response.text()).to.equal(event('a'))
    await source.over(1)
  })

  test('a comment is handed on at once', async () => {
    const source = await streaming({ send: ': alive\n\n' }, { stall: true })
    const reader = (await createFetch()(source.url)).body!.getReader()
    expect((await reader.read()).value).to.deep.equal(bytesOf(': alive\n\n'))
    await reader.cancel()
    await source.over(1)
  })

  test('nothing is read before somebody asks, nor ahead of who does', async () => {
    let sent = 0
    const body = new Handmade(() => (sent++ % 2 ? event('x') : ': comment\n\n'))
    const reader = (await createFetch({ fetch: body.fetch })('/unused')).body!.getReader()
    await pause(50)
    expect(body.pulls).to.equal(0)
    for (let read = 1; read < 6; read++) {
      await reader.read()
      await pause(10)
      expect(body.pulls).to.equal(read)
    }
    await reader.cancel()
    await eventually(() => expect(body.isCancelled).to.equal(true))
  })

  describe('ends', () => {
    /** A stream that stays open, and where its end would be told. */
    async function held(on: NonNullable<FetchOptions['cancel']>['on'] = []) {
      const source = await streaming({ send: event('a') }, { stall: true })
      const sink = new Sink()
      const cancel = { url: sink.url, on, body: ({ reason }: { reason: unknown }) => ({ reason }) }
      return { source, sink, fetchOf: createFetch({ cancel, key: ({ url }) => url }) }
    }

    test('cancel(response) tells the backend', async () => {
      const { source, sink, fetchOf } = await held()
      const response = await fetchOf(source.url, { method: 'POST', body: '{}' })
      const reading = readUntilError(response)
      await source.requests(1)
      const result = await fetchOf.cancel(response, 'enough')
      expect(result).to.deep.equal({ aborted: true, notified: true, status: 200 })
      expect((await reading).error).to.include({ name: 'AbortError' })
      const [notification] = await sink.received(1)
      expect(notification!.body).to.equal('{"reason":"enough"}')
      await source.over(1)
      expect(await fetchOf.cancel(response)).to.equal(result)
      await sink.received(1)
    })

    test('cancel(name) tells it, too, also before the response is there', async () => {
      for (const headersDelay of [0, 'never'] as const) {
        const source = await script([{ headersDelay, steps: [{ stall: true }] }])
        const sink = new Sink()
        const fetchOf = createFetch({
          key: async (request) => (await request.json()).chat,
          cancel: { url: ({ job }) => `${sink.url}?job=${job}` },
        })
        const aborter = new AbortController()
        const init = { method: 'POST', body: '{"chat":"c1"}', signal: aborter.signal }
        const response = fetchOf(source.url, init)
        const failing = response.then(readUntilError).catch((error: unknown) => ({ error }))
        await source.requests(1)
        if (headersDelay === 0) await pause(50)
        expect(await fetchOf.cancel('c2')).to.deep.equal({ aborted: false, notified: false })
        const result = await fetchOf.cancel('c1')
        expect(result).to.deep.equal({ aborted: true, notified: true, status: 200 })
        expect((await failing).error).to.include({ name: 'AbortError' })
        const [notification] = await sink.received(1)
        expect(notification!.path).to.match(/\?job=c1$/)
        await source.over(1)
      }
    })

    const sent: [string, (url: string) => Parameters<typeof fetch>][] = [
      ['a URL', (url) => [url, { method: 'POST', body: '{}' }]],
      ['a Request', (url) => [new Request(url, { method: 'POST', body: '{}' })]],
    ]
    for (const [what, argumentsFor] of sent) {
      for (const on of ['abort', undefined] as const) {
        const how = on ? 'an abort' : 'cancel()'
        test(`${how} before the response tells the backend of ${what}`, async () => {
          const source = await script([{ headersDelay: 'never', steps: [{ stall: true }] }])
          const sink = new Sink()
          const fetchOf = createFetch({
            key: () => 'c1',
            cancel: { url: ({ job }) => `${sink.url}?job=${job}`, on: on ? [on] : [] },
          })
          const aborter = new AbortController()
          const [input, init] = argumentsFor(source.url)
          const failing = rejection(fetchOf(input, { ...init, signal: aborter.signal }))
          await source.requests(1)
          if (on) aborter.abort()
          else expect(await fetchOf.cancel('c1')).to.include({ aborted: true, notified: true })
          expect(await failing).to.include({ name: 'AbortError' })
          const [notification] = await sink.received(1)
          expect(notification!.path).to.match(/\?job=c1$/)
          await source.over(1)
        })
      }
    }

    test('cancel() waits for the job, as that of a stream does', async () => {
      const source = await script([
        {
          steps: [
            { send: ': alive\n\n' },
            { waitFor: 'cancelled' },
            { send: event('{"id":"j1"}') },
            { stall: true },
          ],
        },
      ])
      const sink = new Sink()
      const fetchOf = createFetch({
        job: ({ data }) => JSON.parse(data).id,
        cancel: { url: ({ job }) => `${sink.url}?job=${job}` },
      })
      const response = await fetchOf(source.url, { method: 'POST', body: '{}' })
      const reading = readUntilError(response)
      await source.requests(1)
      const cancelled = fetchOf.cancel(response)
      expect((await reading).error).to.include({ name: 'AbortError' })
      await source.signal('cancelled')
      expect(await cancelled).to.deep.equal({ aborted: true, notified: true, status: 200 })
      expect((await sink.received(1))[0]!.path).to.match(/\?job=j1$/)
      await source.over(1)
    })

    const stops = [
      ['an abort', 'abort'],
      ['body.cancel()', 'return'],
    ] as const
    for (const [stop, on] of stops) {
      for (const tells of [false, true]) {
        test(`${stop} tells ${tells ? 'whom it was asked to tell' : 'nobody'}`, async () => {
          const { source, sink, fetchOf } = await held(tells ? [on] : [])
          const aborter = new AbortController()
          const response = await fetchOf(source.url, { signal: aborter.signal })
          const reader = response.body!.getReader()
          await reader.read()
          const reason = new Error('enough')
          if (on === 'abort') {
            const next = rejection(reader.read())
            aborter.abort(reason)
            expect(await next).to.equal(reason)
          } else {
            await reader.cancel()
          }
          await source.over(1)
          await sink.received(tells ? 1 : 0)
        })
      }
    }
  })
})
