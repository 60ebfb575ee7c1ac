// `createFetch` with what only Node's `fetch` takes, with mocks, and with streams that end before their body is there.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import { createFetch, type FetchOptions } from 'sluicegate/fetch'

/** The first connection breaks behind an event, the second brings the next one. */
const EVENTS = ['retry: 1\nid: 1\ndata: a\n\n', 'retry: 1\nid: 2\ndata: b\n\n']

let url = ''
let requests: { headers: IncomingMessage['headers']; body: string }[] = []
const server = createServer((request, response) => {
  const answer = async () => {
    requests.push({ headers: request.headers, body: await text(request) })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (requests.length === 1) response.write(EVENTS[0], () => response.destroy())
    else response.end(EVENTS[1])
  }
  void answer()
})

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
beforeEach(() => (requests = []))
after(() => {
  server.closeAllConnections()
  server.close()
})

test('what only this fetch knows is passed on with each request', async () => {
  const seen: object[] = []
  const fetch: typeof globalThis.fetch = (input, init) => {
    seen.push(init!)
    return globalThis.fetch(input, init)
  }
  const own = { agent: {}, next: { revalidate: 0 }, credentials: 'include' }
  const response = await createFetch({ fetch })(url, own as RequestInit)
  assert.equal(await response.text(), EVENTS.join(''))
  assert.equal(seen.length, 2)
  for (const init of seen) {
    const { agent, next, credentials } = init as typeof own
    assert.deepEqual({ agent, next, credentials }, own)
  }
})

test('options that are `null` are none', async () => {
  const options = { done: null, job: null, cancel: null, resume: null, retry: null, key: null }
  const response = await createFetch(options as unknown as FetchOptions)(url)
  assert.equal(await response.text(), EVENTS.join(''))
})

const NO_OPTIONS = {
  retry: { limit: 2 },
  format: 'json',
  job: 5,
  done: true,
  ack: true,
  remember: 'x',
  cancel: () => {},
  connectTimeout: 'none',
}

test('members of its `init` that have the names of our options are none', async () => {
  const init = { ...NO_OPTIONS, method: 'POST', body: 'question' } as unknown as RequestInit
  const response = await createFetch()(url, init)
  await assert.rejects(response.text(), /broke after 1 event/)
  assert.equal(requests.length, 1, 'a POST is not repeated')
})

/** What `fetch` makes a text of, and a stream. */
const BODIES: [name: string, body: () => unknown, sent: string][] = [
  ['a number', () => 5, '5'],
  ['a boolean', () => true, 'true'],
  ['a Map', () => new Map(), '[object Map]'],
  ['a plain object', () => ({ a: 1 }), '[object Object]'],
  ['a stream', () => new Blob(['streamed']).stream(), 'streamed'],
]

for (const [name, body, sent] of BODIES) {
  test(`the body of a POST is ${name}`, async () => {
    const init = { method: 'POST', body: body(), duplex: 'half' } as RequestInit
    const response = await createFetch()(url, init)
    await assert.rejects(response.text(), /broke after 1 event/)
    assert.deepEqual(
      requests.map((request) => request.body),
      [sent],
    )
  })
}

test('a text that is sent again is the same', async () => {
  const init = { method: 'POST', body: 5 as unknown as string }
  const response = await createFetch({ retry: true })(url, init)
  assert.equal(await response.text(), EVENTS.join(''))
  assert.deepEqual(
    requests.map((request) => request.body),
    ['5', '5'],
  )
})

/** What is wrong with an option, and what the error says. */
const INVALID: [options: object, message: string][] = [
  [{ cancel: {} }, '`cancel.url` must be a URL or a function'],
  [{ cancel: { url: 'http://' } }, 'in `cancel`: the URL does not parse'],
  [{ resume: { url: 5 } }, 'in `resume`: the URL must be a string'],
  [{ done: true }, '`done` must be a string or a function'],
  [{ job: 'a string' }, '`job` must be a function'],
  [{ key: 'a string' }, '`key` must be a function'],
  [{ cursor: 5 }, '`cursor` must be a function'],
  [{ onRetry: 5 }, '`onRetry` must be a function'],
  [{ fetch: 5 }, '`fetch` must be a function'],
  [{ retry: 3 }, '`retry` must be a boolean or an object'],
  [{ idleTimeout: '1s' }, '`idleTimeout` must be a number of at least 1'],
  [{ whenHidden: 'stop' }, "`whenHidden` must be 'keep' or 'pause'"],
]

for (const [options, message] of INVALID) {
  test(`an error before anything is sent: ${message}`, async () => {
    const call = createFetch(options as FetchOptions)(url, { method: 'POST' })
    await assert.rejects(call, (error: Error & { code: string }) => {
      return error.code === 'invalid-options' && error.message.startsWith(message)
    })
    assert.equal(requests.length, 0)
  })
}

const ready = () =>
  new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })

/** What mocks pass off as a response. */
const MOCKS = [
  { ok: true, json: async () => ({}) },
  { ok: true, headers: {}, text: async () => '' },
  { ok: true, headers: { 'content-type': 'text/event-stream' }, body: new ReadableStream() },
]

for (const nothing of [undefined, null]) {
  test(`a mock that returns ${nothing} is passed through`, async () => {
    const fetch = (async () => nothing) as unknown as typeof globalThis.fetch
    assert.equal(await createFetch({ fetch })(url), nothing)
  })
}

for (const mock of MOCKS) {
  test(`a mock with ${Object.keys(mock).join(', ')} is passed through`, async () => {
    const response = await createFetch({ fetch: async () => mock as unknown as Response })(url)
    assert.equal(response, mock)
  })
}

test('mocks may return the response itself', async () => {
  const mock = (() => new Response('plain')) as unknown as typeof fetch
  assert.equal(await (await createFetch({ fetch: mock })(url)).text(), 'plain')
})

/** How a stream ends when its headers are there and its body is not. */
const ENDINGS: [name: string, end: () => Promise<Response>][] = [
  [
    'its signal is aborted',
    () => {
      const controller = new AbortController()
      const fetch = () => {
        queueMicrotask(() => controller.abort())
        return Promise.resolve(ready())
      }
      return createFetch({ fetch })(url, { signal: controller.signal })
    },
  ],
  [
    'its signal is one that is aborted, and not the platform’s',
    () => {
      const signal = { aborted: true, addEventListener() {} } as unknown as AbortSignal
      return createFetch({ fetch: () => Promise.resolve(ready()) })(url, { signal })
    },
  ],
  [
    'it is cancelled by its name',
    () => {
      const fetchOf = createFetch({
        key: () => 'name',
        fetch: () => {
          queueMicrotask(() => void fetchOf.cancel('name'))
          return Promise.resolve(ready())
        },
      })
      return fetchOf(url)
    },
  ],
]

for (const [name, end] of ENDINGS) {
  test(`the body fails if ${name} before it is there`, async () => {
    await assert.rejects(
      end().then((response) => response.text()),
      { name: 'AbortError' },
    )
  })
}

test('its `init` may be a Request, as for `fetch`', async () => {
  const headers = { 'x-own': '1' }
  const request = new Request('http://elsewhere.test/', { method: 'POST', headers, body: 'asked' })
  let method = ''
  const key = (of: Request) => {
    method = of.method
    return undefined
  }
  const response = await createFetch({ key })(url, request)
  await assert.rejects(response.text(), /broke after 1 event/)
  assert.equal(method, 'POST')
  assert.deepEqual(
    requests.map(({ headers, body }) => [headers['x-own'], body]),
    [['1', 'asked']],
  )
})

for (const key of [() => 'name', () => Promise.resolve('name')]) {
  test(`cancel() by the name right after the call: ${String(key)}`, async () => {
    const fetch: typeof globalThis.fetch = (input, init) =>
      input === url
        ? globalThis.fetch(input, init)
        : new Promise((_, reject) => {
            init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error))
          })
    const fetchOf = createFetch({ fetch, key, cancel: { url } })
    const failed = assert.rejects(fetchOf('http://held.test/'), { name: 'AbortError' })
    const { aborted, notified } = await fetchOf.cancel('name')
    assert.deepEqual({ aborted, notified }, { aborted: true, notified: true })
    await failed
  })
}

test('cancel() by the name, again before the backend has answered, has the same result', async () => {
  const { fetch } = quiet()
  let answer!: (response: Response) => void
  let stops = 0
  const fetchOf = createFetch({
    fetch: (input, init) => {
      if (input === url) return fetch(input, init)
      stops++
      return new Promise((resolve) => (answer = resolve))
    },
    key: () => 'name',
    cancel: { url: 'https://stop.test/' },
  })
  await fetchOf(url)
  const first = fetchOf.cancel('name')
  await turns()
  const second = fetchOf.cancel('name')
  answer(new Response())
  assert.deepEqual(await first, { aborted: true, notified: true, status: 200 })
  assert.deepEqual(await second, await first)
  assert.equal(stops, 1)
  // Now there is nothing to stop.
  assert.deepEqual(await fetchOf.cancel('name'), { aborted: false, notified: false })
})

/** A stream of which nothing has come yet, and what sends its first event. */
function quiet(): { fetch: typeof globalThis.fetch; send: () => void; isClosed: () => boolean } {
  let controller: ReadableStreamDefaultController<Uint8Array>
  let isClosed = false
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const body = new ReadableStream<Uint8Array>({
      start: (own) => void (controller = own),
      cancel: () => void (isClosed = true),
    })
    init?.signal?.addEventListener('abort', () => controller.error(init.signal!.reason))
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const send = () => controller.enqueue(new TextEncoder().encode('id: 1\ndata: job 7\n\n'))
  return { fetch, send, isClosed: () => isClosed }
}

test('an abort waits for the event that tells the job', async () => {
  const { fetch, send, isClosed } = quiet()
  const stopped: string[] = []
  let done: () => void
  const told = new Promise<void>((resolve) => (done = resolve))
  const fetchOf = createFetch({
    fetch: async (input, init) => {
      if (input === 'https://stream.test/') return fetch(input, init)
      stopped.push(String(input))
      done()
      return new Response()
    },
    job: ({ data }) => /\d/.exec(data)?.[0],
    cancel: { url: ({ job }) => `https://stop.test/${job}`, on: ['abort'] },
  })
  const controller = new AbortController()
  const response = await fetchOf('https://stream.test/', { signal: controller.signal })
  controller.abort()
  await assert.rejects(response.text(), { name: 'AbortError' })
  assert.deepEqual(stopped, [])
  send()
  await told
  assert.deepEqual(stopped, ['https://stop.test/7'])
  assert.ok(isClosed())
})

/** A backend whose answers wait for `send`, and the paths of its notifications. */
function backend(options: FetchOptions) {
  const { fetch, send, isClosed } = quiet()
  const stopped: string[] = []
  let answer!: () => void
  const answered = new Promise<void>((resolve) => (answer = resolve))
  let sent = 0
  const fetchOf = createFetch({
    fetch: async (input, init) => {
      init?.signal?.throwIfAborted()
      if (input === 'https://stream.test/') {
        sent++
        await answered
        return fetch(input, init)
      }
      stopped.push(String(input))
      return new Response()
    },
    job: ({ data }) => /\d/.exec(data)?.[0],
    cancel: { url: ({ job }) => `https://stop.test/${job}`, on: ['abort'] },
    ...options,
  })
  return { fetchOf, answer, send, isClosed, stopped, sent: () => sent }
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20))

test('an abort before the response waits for the event that tells the job, too', async () => {
  const { fetchOf, answer, send, isClosed, stopped } = backend({})
  const controller = new AbortController()
  const call = fetchOf('https://stream.test/', { method: 'POST', signal: controller.signal })
  await turns()
  controller.abort(new Error('enough'))
  await assert.rejects(call, /enough/)
  answer()
  await turns()
  assert.deepEqual(stopped, [])
  send()
  await turns()
  assert.deepEqual(stopped, ['https://stop.test/7'])
  assert.ok(isClosed())
})

test('an abort before the request notifies nobody', async () => {
  const { fetchOf, stopped, sent } = backend({ job: undefined!, cancel: { url, on: ['abort'] } })
  const signal = AbortSignal.abort(new Error('early'))
  await assert.rejects(fetchOf('https://stream.test/', { signal }), /early/)
  await turns()
  assert.deepEqual([stopped, sent()], [[], 0])
})

test('cancel() of a response that is no stream notifies nobody', async () => {
  const stopped: unknown[] = []
  const fetchOf = createFetch({
    fetch: async (input) => {
      if (input === url) return new Response('{}')
      stopped.push(input)
      return new Response()
    },
    cancel: { url: 'https://stop.test/' },
  })
  const response = await fetchOf(url)
  assert.deepEqual(await fetchOf.cancel(response), { aborted: false, notified: false })
  assert.equal(await response.text(), '{}')
  assert.deepEqual(stopped, [])
})

test('the marker may be the last line of a body', async () => {
  const sent = 'data: a\n\ndata: [DONE]'
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async () => new Response(sent, { headers })
  const response = await createFetch({ fetch, done: '[DONE]' })(url, { method: 'POST' })
  assert.equal(await response.text(), sent)
})

test('with `on: abort`, an abort ends a response that is no stream, too', async () => {
  const fetch: typeof globalThis.fetch = async (_, init) => {
    init!.signal!.throwIfAborted()
    const body = new ReadableStream({
      start: (own) =>
        init!.signal!.addEventListener('abort', () => own.error(init!.signal!.reason)),
    })
    return new Response(body, { headers: { 'content-type': 'text/plain' } })
  }
  const controller = new AbortController()
  const { signal } = controller
  const fetchOf = createFetch({ fetch, cancel: { url, on: ['abort'] } })
  const response = await fetchOf(url, { signal })
  controller.abort(new Error('enough'))
  await assert.rejects(response.text(), /enough/)
  await assert.rejects(fetchOf(url, { signal: AbortSignal.abort(new Error('early')) }), /early/)
})

test('the signal of a Request ends the body', async () => {
  const { fetch } = quiet()
  const controller = new AbortController()
  const response = await createFetch({ fetch })(new Request(url, { signal: controller.signal }))
  // A clone of the request may be collected, and the chain of signals with it.
  await new Promise((resolve) => setTimeout(resolve, 20))
  controller.abort(new Error('enough'))
  await assert.rejects(response.text(), /enough/)
})

/** What others do with the page's `fetch` once it is ours. */
const WRAPPERS: [name: string, wrap: (fetch: typeof globalThis.fetch) => typeof fetch][] = [
  ['nothing', (fetch) => fetch],
  ['pass on their arguments', (fetch) => (input, init) => fetch(input, init)],
  [
    'add a header a while later',
    (fetch) => async (input, init) => {
      await new Promise(setImmediate)
      return fetch(input, { ...init, headers: { trace: '1' } })
    },
  ],
  ['install another one, as hot reloading does', () => createFetch()],
]

for (const [name, wrap] of WRAPPERS) {
  for (const signal of [undefined, new AbortController().signal]) {
    test(`as the page's own fetch; others ${name}; ${signal ? 'a' : 'no'} signal`, async () => {
      const { fetch } = globalThis
      let sent = 0
      globalThis.fetch = (input, init) => {
        sent++
        return fetch(input, init)
      }
      try {
        globalThis.fetch = createFetch()
        globalThis.fetch = wrap(globalThis.fetch)
        const response = await globalThis.fetch(url, { signal: signal ?? null })
        assert.equal(await response.text(), EVENTS.join(''))
        assert.equal(sent, 2)
        assert.equal(requests.length, 2)
      } finally {
        globalThis.fetch = fetch
      }
    })
  }
}

test('a Request that hides the page still does', async () => {
  const hidden = { referrer: '', referrerPolicy: 'no-referrer' } as const
  for (const init of [undefined, {}]) {
    const seen: Request[] = []
    const fetch = async (input: RequestInfo | URL, given?: RequestInit) => {
      seen.push(new Request(input, given))
      return new Response()
    }
    await createFetch({ fetch })(new Request(url, hidden), init)
    assert.deepEqual([seen[0]!.referrer, seen[0]!.referrerPolicy], ['', 'no-referrer'])
  }
})
