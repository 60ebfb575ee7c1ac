// The drop-ins in Node: what its `fetch` does differently from the browsers', and what bundlers make of them.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { isStreamError, openStream } from 'sluicegate'
import { EventSource } from 'sluicegate/eventsource'
import { fetchEventSource } from 'sluicegate/fetch-event-source'

let url = ''
let requests: IncomingMessage[] = []
let text = ''
const server = createServer((request, response) => {
  requests.push(request)
  // The second attempt is told not to come back.
  response.writeHead(requests.length === 1 ? 200 : 204, { 'content-type': 'text/event-stream' })
  response.end(requests.length === 1 ? text : undefined)
})

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

/** The first response sends this and ends. */
function serve(stream: string): void {
  requests = []
  text = stream
}

/** What ends a call, having read a stream: its error. */
type Read = (options: { lastEventId?: string }) => Promise<unknown>

const READERS: Record<string, Read> = {
  openStream: async (options) => {
    const stream = openStream(url, { ...options, retry: { minDelay: 0, initialDelay: 0 } })
    for await (const _ of stream);
    return undefined
  },
  EventSource: (options) =>
    new Promise((_, reject) => {
      const source = new EventSource(url, { ...options, retry: { minDelay: 0, initialDelay: 0 } })
      source.addEventListener('error', ({ error }) => {
        if (source.readyState === source.CLOSED) reject(error as Error)
      })
    }),
  fetchEventSource: ({ lastEventId }) =>
    fetchEventSource(url, {
      ...(lastEventId === undefined ? {} : { headers: { 'Last-Event-ID': lastEventId } }),
      onclose() {
        throw new Error('too early')
      },
      onerror: () => 0,
    }),
}

const isInvalid = (error: unknown) => isStreamError(error) && error.code === 'invalid-options'

for (const [name, read] of Object.entries(READERS)) {
  for (const id of ['\u0001', 'a\u0007b', '\u001b[31m', '\u007f', 'é\u001f']) {
    test(`${name}: the id ${JSON.stringify(id)} of a stream is a final error at the reconnect`, async () => {
      serve(`id: ${id}\ndata: a\n\n`)
      await assert.rejects(read({}), isInvalid)
      assert.equal(requests.length, 1)
    })
  }

  for (const id of ['a\nb', 'a\rb', 'a\0b']) {
    test(`${name}: the id ${JSON.stringify(id)} of the page is a final error`, async () => {
      serve('')
      await assert.rejects(read({ lastEventId: id }), isInvalid)
      assert.equal(requests.length, 0)
    })
  }

  for (const id of ['a b', 'a\tb', 'é', '汉🦀', '~!"#']) {
    test(`${name}: the id ${JSON.stringify(id)} is sent`, async () => {
      serve(`id: ${id}\ndata: a\n\n`)
      // Each of them ends in a way of its own.
      await read({}).catch(() => undefined)
      assert.equal(requests.length, 2)
      const bytes = requests[1]!.headers['last-event-id'] as string
      assert.equal(Buffer.from(bytes, 'latin1').toString(), id)
    })
  }
}

for (const headers of [() => ({}), Promise.resolve({}), 5, 'a: b']) {
  test(`fetchEventSource: ${typeof headers} for headers is an error`, async () => {
    serve('')
    await assert.rejects(fetchEventSource(url, { headers: headers as never }), isInvalid)
    assert.equal(requests.length, 0)
  })
}

/** What is no function. */
const NO_FUNCTIONS = [5, 'x', true, {}, []]

for (const name of ['onopen', 'onmessage', 'onclose', 'onerror']) {
  test(`fetchEventSource: ${name} that is no function is an error, and nothing is sent`, async () => {
    serve('data: a\n\n')
    for (const value of NO_FUNCTIONS) {
      await assert.rejects(fetchEventSource(url, { [name]: value }), {
        code: 'invalid-options',
        message: `\`${name}\` must be a function`,
      })
    }
    assert.equal(requests.length, 0)
  })
}

test('fetchEventSource waits for what onerror and onclose return', async () => {
  serve('data: a\n\n')
  const order: string[] = []
  await fetchEventSource(url, {
    async onclose() {
      order.push('close')
      await new Promise(setImmediate)
      // The second attempt is answered 204.
      if (order.length === 1) throw new Error('too early')
    },
    async onerror({ message }) {
      await new Promise(setImmediate)
      order.push(message as string)
      return 0
    },
  })
  assert.deepEqual(order, ['close', 'too early', 'close'])
  assert.equal(requests.length, 2)
})

test('fetchEventSource rejects with what an async onerror throws', async () => {
  serve('data: a\n\n')
  const fatal = new Error('fatal')
  const call = fetchEventSource(url, {
    method: 'POST',
    onclose() {
      throw new Error('too early')
    },
    onerror: () => Promise.reject(fatal),
  })
  await assert.rejects(call, fatal)
  assert.equal(requests.length, 1)
})

test('fetchEventSource: of a Request, `signal: null` removes the signal', async () => {
  serve('data: a\n\n')
  const request = new Request(url, { signal: AbortSignal.abort() })
  await fetchEventSource(request, { signal: null })
  assert.equal(requests.length, 1)
})

for (const init of [undefined, null]) {
  test(`fetchEventSource: its init may be ${init}, as for \`fetch\``, async () => {
    serve('data: a\n\n')
    await fetchEventSource(url, init)
    assert.equal(requests.length, 1)
  })
}

test('EventSource: an option of another library that is `null` is none', async () => {
  const options = { payload: null, proxy: null, https: null, Transport: null }
  new EventSource(url, { ...options, fetch: () => new Promise(() => {}) }).close()
})

test('fetchEventSource: its init may be a Request, as for `fetch`', async () => {
  serve('data: a\n\n')
  const headers = { 'x-own': '1' }
  await fetchEventSource(url, new Request('http://x.test/', { method: 'POST', headers, body: 'q' }))
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['x-own']]),
    [['POST', '1']],
  )
})

/** Members of a call that are `fetch`'s or nothing at all. */
const OTHERS: [name: string, init: object][] = [
  ['`fetch: null`', { fetch: null }],
  [
    'names of other options',
    { done: 'a', ack: 5, job: 5, remember: 'x', lastEventId: 5, debug: 5 },
  ],
]

for (const [name, init] of OTHERS) {
  test(`fetchEventSource: ${name} changes nothing`, async () => {
    serve('data: a\n\n')
    const seen: string[] = []
    const onmessage = ({ data }: { data: string }) => void seen.push(data)
    await fetchEventSource(url, { method: 'POST', body: 'q', onmessage, ...init })
    assert.deepEqual([requests[0]?.method, seen], ['POST', ['a']])
  })
}

test('a wrong type: drop-ins don’t suggest an option that they lack', async () => {
  const fetch = async () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  const message = `${url} answered with text/html, not text/event-stream: check the URL and the server`
  await assert.rejects(fetchEventSource(url, { fetch, onerror: thrown }), { message })
  assert.equal(await endOf(await fetch()), message)
})

function thrown(error: unknown): never {
  throw error
}

test('EventSource: `method: null` is GET, which is requested again', async () => {
  serve('data: a\n\n')
  const source = new EventSource(url, { method: null as never })
  await new Promise((resolve) => {
    source.addEventListener('error', resolve)
  })
  assert.equal(source.readyState, source.CONNECTING)
  source.close()
})

for (const [before, after] of [
  ['', '?last=1'],
  ['?a=%E9&last=0&b', '?a=%E9&b&last=1'],
]) {
  test(`EventSource: the id as a parameter of ${before || 'a query'}`, async () => {
    serve('id: 1\ndata: a\n\n')
    const source = new EventSource(`${url}${before}`, {
      lastEventIdQueryParameterName: 'last',
      retry: { initialDelay: 0, minDelay: 0 },
    })
    await new Promise<void>((resolve) => {
      source.addEventListener('error', () => source.readyState === source.CLOSED && resolve())
    })
    assert.deepEqual(
      requests.map((request) => request.url),
      [`/${before}`, `/${after}`],
    )
  })
}

test('EventSource dispatches its events while tests stop the clock', async (context) => {
  context.mock.timers.enable({ apis: ['setImmediate', 'setTimeout'] })
  const headers = { 'content-type': 'text/event-stream' }
  const message = await endOf(new Response('data: a\n\n', { headers }))
  assert.equal(message, 'message a')
})

test('EventSource.fromReadableStream: close() with a reader that can’t be cancelled', async () => {
  for (const cancel of [undefined, () => {}]) {
    const read = () => new Promise(() => {})
    const source = EventSource.fromReadableStream({ getReader: () => ({ read, cancel }) } as never)
    await new Promise((resolve) => source.addEventListener('open', resolve))
    source.close()
    assert.equal(source.readyState, source.CLOSED)
  }
})

test('EventSource.fromReadableStream takes text after reset(), too', async () => {
  let controller!: ReadableStreamDefaultController
  const stream = new ReadableStream({ start: (own) => void (controller = own) })
  const source = EventSource.fromReadableStream(stream)
  const next = () =>
    new Promise((resolve, reject) => {
      source.addEventListener('message', ({ data }) => resolve(data), { once: true })
      source.addEventListener('error', ({ error }) => reject(error as Error), { once: true })
    })
  controller.enqueue('data: a\n\ndata: unfinished')
  assert.equal(await next(), 'a')
  source.reset()
  controller.enqueue('\ufeffdata: b\n\n')
  assert.equal(await next(), 'b')
  source.close()
})

test('EventSource.fromReadableStream takes text', async () => {
  const chunks = new Blob(['data: 🦀\n\n']).stream().pipeThrough(new TextDecoderStream())
  const source = EventSource.fromReadableStream(chunks as never)
  const data = await new Promise((resolve) => {
    source.addEventListener('message', (event) => resolve(event.data))
  })
  assert.equal(data, '🦀')
})

/** The values of `retry` that are none of a source's. */
for (const retry of [5, 'x', Symbol('x'), () => true]) {
  test(`EventSource: ${typeof retry} as \`retry\` is an error, and nothing is sent`, async () => {
    serve('data: a\n\n')
    const source = new EventSource(url, { method: 'POST', retry: retry as never })
    const error = await new Promise((resolve) => {
      source.addEventListener('error', (event) => resolve(event.error))
    })
    assert.ok(isInvalid(error))
    assert.equal(source.readyState, source.CLOSED)
    assert.equal(requests.length, 0)
  })
}

test('EventSource: `retry: null` is none', async () => {
  serve('data: a\n\n')
  const source = new EventSource(url, { retry: null as never })
  await new Promise((resolve) => {
    source.addEventListener('message', resolve)
  })
  source.close()
})

test('EventSource tells of an error of its options once somebody can listen', async () => {
  serve('')
  const source = new EventSource(url, { method: Symbol('x') as never })
  assert.equal(source.readyState, source.CONNECTING)
  await new Promise((resolve) => {
    source.addEventListener('error', resolve)
  })
  assert.equal(source.readyState, source.CLOSED)
})

/** What a source says at its end, if `fetch` returns this. */
async function endOf(response: unknown): Promise<string> {
  const source = new EventSource(url, { fetch: async () => response as Response })
  return new Promise((resolve) => {
    source.addEventListener('message', ({ data }) => {
      source.close()
      resolve(`message ${data as string}`)
    })
    source.addEventListener('error', ({ message = '' }) => resolve(message))
  })
}

test('EventSource takes a response of a mock without a status', async () => {
  const headers = new Map([['content-type', 'text/event-stream']])
  assert.equal(await endOf({ headers, body: new Blob(['data: a\n\n']).stream() }), 'message a')
})

test('EventSource says what a response of another type says', async () => {
  const headers = { 'content-type': 'application/problem+json' }
  const message = await endOf(new Response('{"detail":"really bad"}', { headers }))
  assert.match(message, /application\/problem\+json.* It says: really bad$/)
})

test('EventSource has its name in a minified bundle', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { EventSource } from 'sluicegate/eventsource'`, resolveDir: '.' },
    absWorkingDir: import.meta.dirname,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0]!.text
  const module = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  const minified = (await import(module)) as { EventSource: typeof EventSource }
  const { value, ...attributes } = Object.getOwnPropertyDescriptor(minified.EventSource, 'name')!
  assert.equal(value, 'EventSource')
  assert.deepEqual(attributes, { writable: false, enumerable: false, configurable: true })
  assert.equal(String(minified.EventSource.prototype), '[object EventSource]')
})

test('libraries can tell that EventSource takes a fetch', () => {
  const symbol = Symbol.for('eventsource.supports-fetch-override')
  assert.deepEqual(Object.getOwnPropertyDescriptor(EventSource, symbol), {
    value: true,
    writable: false,
    enumerable: false,
    configurable: false,
  })
})
