import { get } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { type Body, createDecoder, decode, EventStreamDecoderStream, openStream } from 'sluicegate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as undici from 'undici'
import { behaves, data } from './behaviour.js'
import { Backend } from './server.js'

behaves('Node’s fetch')
behaves('undici', { options: { fetch: undici.fetch as unknown as typeof fetch } })

let backend: Backend
beforeAll(async () => {
  backend = await Backend.start()
})
afterAll(() => backend.stop())

/** As `node-fetch` and `undici.request` have it: a body that is a Node stream. */
const nodeFetch = (url: unknown) =>
  new Promise((resolve, reject) => {
    get(String(url), (message) => {
      const headers = new Map(Object.entries(message.headers))
      resolve({ status: message.statusCode, headers, body: message })
    }).on('error', reject)
  })

test('a body that is a Node stream', async () => {
  const stream = openStream(`${backend.url}/`, { retry: false, fetch: nodeFetch as typeof fetch })
  expect(await data(stream)).toEqual(['żółć', '漢字 😀'])
})

test('leaving it destroys the Node stream', async () => {
  let body: Readable | undefined
  const keep = async (url: unknown) => {
    const response = (await nodeFetch(url)) as { body: Readable }
    body = response.body
    return response as unknown as Response
  }
  const stream = openStream(`${backend.url}/held`, { fetch: keep })
  await stream.next()
  stream.close()
  await expect.poll(() => body?.destroyed).toBe(true)
})

test('a job is what its function returns first, but for false and an empty text', async () => {
  const requested: string[] = []
  const answer = async (url: unknown) => {
    requested.push(String(url))
    return new Response('data: a\n\ndata: 0\n\ndata: 7\n\n', {
      headers: { 'content-type': 'text/event-stream' },
    })
  }
  const stream = openStream('https://jobs.test/', {
    method: 'POST',
    fetch: answer as typeof fetch,
    job: ({ data }) => data !== 'a' && data && Number(data),
    cancel: { url: ({ job }) => `https://jobs.test/${job}` },
  })
  await stream.next()
  await stream.cancel()
  expect(requested).toEqual(['https://jobs.test/', 'https://jobs.test/0'])
})

/** Ways to stop at a Node stream that sends nothing. */
const STOPS: [name: string, stop: (source: Readable) => Promise<unknown>][] = [
  ['before anything was asked for', (source) => decode(source).return()],
  [
    'while somebody waits',
    async (source) => {
      const events = decode(source)
      const waiting = events.next()
      await new Promise(setImmediate)
      await events.return()
      expect(await waiting).toEqual({ done: true, value: undefined })
      expect(await events.next()).toEqual({ done: true, value: undefined })
    },
  ],
  [
    'while somebody waits for a batch',
    async (source) => {
      const batches = decode(source).batches()
      const waiting = batches.next()
      await batches.return!()
      expect(await waiting).toEqual({ done: true, value: undefined })
    },
  ],
]

for (const [name, stop] of STOPS) {
  test(`a Node stream that is left ${name} is destroyed`, async () => {
    const source = new Readable({ read() {} })
    await stop(source)
    await expect.poll(() => source.destroyed).toBe(true)
  })
}

test('a Node stream that is stopped while it is read is destroyed', async () => {
  const body = new Readable({ read() {} })
  const headers = new Map([['content-type', 'text/event-stream']])
  const response = { status: 200, headers, body } as unknown as Response
  const stream = openStream(`${backend.url}/`, { fetch: () => Promise.resolve(response) })
  const waiting = stream.next()
  await expect.poll(() => stream.stats.timeToHeaders).toBeDefined()
  stream.close()
  expect(await waiting).toEqual({ done: true, value: undefined })
  await expect.poll(() => body.destroyed).toBe(true)
})

test('a Node stream that fails before it is read is an error of who reads it', async () => {
  const events = decode(new PassThrough().destroy(new Error('no gzip')))
  await new Promise(setImmediate)
  await expect(events.next()).rejects.toThrow('no gzip')
})

test('Node streams of bytes and of text, for decode()', async () => {
  const text = 'data: żółć\n\n'
  const encoded = Readable.from([Buffer.from(text)])
  const asText = Readable.from([Buffer.from(text)]).setEncoding('utf8')
  for (const source of [encoded, asText, Readable.from([text])]) {
    expect(await data(decode(source))).toEqual(['żółć'])
  }
})

test('bodies of undici, and Node streams, are sent as they are', async () => {
  const form = new undici.FormData()
  form.set('field', 'value')
  const bodies = [
    [Readable.from(['streamed']), 'streamed'],
    [Buffer.from('bytes'), 'bytes'],
    [form, 'name="field"'],
  ] as const
  for (const [body, expected] of bodies) {
    const fetch = undici.fetch as unknown as typeof globalThis.fetch
    const stream = openStream(`${backend.url}/bodies`, { method: 'POST', body, fetch })
    for await (const _event of stream);
    expect(backend.received.at(-1)!.body).toContain(expected)
  }
})

test('headers from an iterator are sent with each attempt', async () => {
  const headers = new Headers({ authorization: 'Bearer x' }).entries() as unknown as HeadersInit
  const before = backend.received.length
  for await (const event of openStream(`${backend.url}/breaks`, { headers })) {
    if (event.data === 'b') break
  }
  const sent = backend.received.slice(before).map((request) => request.headers.authorization)
  expect(sent).toEqual(['Bearer x', 'Bearer x'])
})

test('of a Request, `body: null` replaces nothing', async () => {
  const request = new Request(`${backend.url}/`, { method: 'POST', body: 'its own' })
  await data(openStream(request, { body: null }))
  expect(backend.received.at(-1)!.body).toBe('its own')
})

test('of a Request, `signal: null` removes the signal', async () => {
  const request = new Request(`${backend.url}/`, { signal: AbortSignal.abort() })
  const stream = openStream(request, { signal: null as never, retry: false })
  expect(await data(stream)).toEqual(['żółć', '漢字 😀'])
})

test('a signal that listens to no removal', async () => {
  const signal = { aborted: false, addEventListener() {} } as unknown as AbortSignal
  const stream = openStream(`${backend.url}/held`, { signal })
  await stream.next()
  stream.close()
  expect(await stream.closed).toMatchObject({ type: 'closed' })
})

test('a connection that broke says after how many events, and why', async () => {
  const stream = openStream(`${backend.url}/breaks`, { method: 'POST' })
  const error: unknown = await data(stream).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'network', cause: { message: 'terminated' } })
  expect((error as Error).message).toBe(
    `the connection to ${backend.url}/breaks broke after 1 event: terminated (UND_ERR_SOCKET: other side closed)`,
  )
})

test('a scheme that fetch does not know fails at once', async () => {
  for (const url of ['htp://example.com/', 'ftp://example.com/']) {
    const { error } = await openStream(url).closed
    expect(error).toMatchObject({ code: 'network', retryable: false, attempt: 1 })
  }
})

test('a response without a status of its own says what it is', async () => {
  for (const type of ['opaque', 'opaqueredirect', 'error']) {
    const response = { status: 0, type, headers: new Headers(), body: null } as Response
    const { error } = await openStream(backend.url, { fetch: async () => response }).closed
    expect(error).toMatchObject({ code: 'http', message: `${backend.url}/ answered 0 ${type}` })
  }
})

/** A text, cut anywhere: within characters, too. */
const CUT: [name: string, chunks: string[], expected: string[]][] = [
  ['within a character', ['data: \ud83d', '\ude00\n\n'], ['😀']],
  ['within each of two', ['data: \ud83d', '\ude00\ud83e', '', '\udd80\n\n'], ['😀🦀']],
  ['behind half a character', ['data: \ud83d', 'x\n\n'], ['\ufffdx']],
  ['in half a character at the end', ['data: a\n\ndata: \ud83d'], ['a']],
]

for (const [name, chunks, expected] of CUT) {
  test(`text that is cut ${name}`, async () => {
    expect(await data(decode(chunks))).toEqual(expected)
    const stream = new ReadableStream<never>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk as never)
        controller.close()
      },
    })
    const events = stream.pipeThrough(new EventStreamDecoderStream())
    expect(await data(events as unknown as AsyncIterable<never>)).toEqual(expected)
  })
}

test('a body of text that is cut within a character', async () => {
  for (const [, body, expected] of CUT) {
    const headers = new Headers({ 'content-type': 'text/event-stream' })
    const fetch = async () => ({ headers, body }) as never
    expect(await data(openStream('https://x.test', { retry: false, fetch }))).toEqual(expected)
  }
})

test('half a character at the end of a connection is none of the next', async () => {
  const headers = new Headers({ 'content-type': 'text/event-stream' })
  const bodies = [['retry: 1\nid: 1\ndata: a\n\ndata: \ud83d'], ['data: b\n\n']]
  const fetch = async () => ({ headers, body: bodies.shift() }) as never
  const stream = openStream('https://x.test', { fetch, retry: { minDelay: 0 } })
  expect((await stream.next()).value).toMatchObject({ data: 'a' })
  expect((await stream.next()).value).toMatchObject({ data: 'b' })
  stream.close()
})

test('half a character at the end of a stream is none of the next', async () => {
  const decoder = await createDecoder()
  decoder.push('data: \ud83d')
  decoder.end()
  expect(decoder.push('data: a\n\n')).toMatchObject([{ data: 'a' }])
  decoder.free()
})

/** What JSON has nothing of. */
const NO_JSON = [
  new Error('x'),
  /x/,
  new Headers({ a: 'b' }),
  new Response('x'),
  new Event('x'),
  new Map([[1, 2]]),
  new WeakRef({}),
  [1].values(),
  new (class {
    #data = 1
    get [Symbol.toStringTag]() {
      return `Data${this.#data}`
    }
  })(),
]

/** What `fetch` takes no more, or takes for its text. */
const NO_BODIES: [name: string, body: () => unknown][] = [
  [
    'a stream that was read before',
    () => {
      const stream = new Blob(['x']).stream()
      void stream.cancel()
      return stream
    },
  ],
  ['shared memory', () => new SharedArrayBuffer(1)],
  ['a view of shared memory', () => new Uint8Array(new SharedArrayBuffer(1))],
  [
    'bytes that were transferred',
    () => {
      const bytes = new Uint8Array(1)
      structuredClone(bytes, { transfer: [bytes.buffer] })
      return bytes
    },
  ],
  ['an object that only looks like a stream', () => ({ pipe() {} })],
]

for (const [name, body] of NO_BODIES) {
  test(`a body that is ${name} is an error, and nothing is sent`, async () => {
    const { length } = backend.received
    const stream = openStream(`${backend.url}/`, {
      method: 'POST',
      retry: true,
      body: body() as Body,
    })
    await expect(stream.next()).rejects.toMatchObject({ code: 'invalid-options' })
    expect(backend.received).toHaveLength(length)
  })
}

test('values may be promises that return nothing from `then()`', async () => {
  // oxlint-disable-next-line unicorn/no-thenable -- it is what is tested
  const later = <T>(value: T) => ({ then: (done: (value: T) => void) => void done(value) }) as never
  const headers = later({ authorization: 'Bearer t' })
  const body = later({ a: 1 })
  await data(openStream(`${backend.url}/`, { method: 'POST', retry: false, headers, body }))
  const received = backend.received.at(-1)!
  expect([received.headers.authorization, received.body]).toEqual(['Bearer t', '{"a":1}'])
})

test('a header may be called `next`', async () => {
  await data(openStream(`${backend.url}/`, { retry: false, headers: { next: '1' } }))
  expect(backend.received.at(-1)!.headers['next']).toBe('1')
})

const FILE = new Blob(['x'.repeat(35_000)])

/** Bodies of notifications, and whether a browser takes them with `keepalive`: up to 64 KiB, and no streams. */
const NOTIFICATIONS: [name: string, body: () => Body, isKeptAlive: boolean][] = [
  ['nothing', () => undefined, true],
  ['a text', () => 'x', true],
  ['a long text', () => '漢'.repeat(30_000), false],
  ['a long form', () => new URLSearchParams({ a: 'x'.repeat(70_000) }), false],
  ['a file', () => new Blob(['x']), true],
  ['a long file', () => new Blob(['x'.repeat(70_000)]), false],
  ['a form with a file', () => formOf('é', new Blob(['x'])), true],
  ['a form with long files', () => formOf(FILE, FILE), false],
  ['a form with a long text', () => formOf('漢'.repeat(30_000)), false],
  ['a stream', () => new Blob(['x']).stream(), false],
]

function formOf(...values: (string | Blob)[]): FormData {
  const form = new FormData()
  for (const value of values) form.append('name', value as string)
  return form
}

for (const [name, body, isKeptAlive] of NOTIFICATIONS) {
  test(`a cancel notification whose body is ${name}: keepalive is ${isKeptAlive}`, async () => {
    const inits: RequestInit[] = []
    const fetch = async (url: string, init: RequestInit) => {
      if (url.endsWith('/stop')) inits.push(init)
      return globalThis.fetch(`${backend.url}/held`, { signal: init.signal! })
    }
    const cancel = { url: `${backend.url}/stop`, body }
    const stream = openStream(`${backend.url}/held`, { fetch, cancel })
    await stream.next()
    expect(await stream.cancel()).toMatchObject({ notified: true })
    expect(inits.map(({ keepalive }) => keepalive)).toEqual([isKeptAlive])
  })
}

/** What code over `fetch` throws for a response with an error status. */
const THROWN: [name: string, thrown: (response: Response) => unknown][] = [
  ['an error with the response', (response) => Object.assign(new Error('failed'), { response })],
  ['the response', (response) => response],
]

for (const [name, thrown] of THROWN) {
  test(`a fetch that throws ${name}: its status counts`, async () => {
    let calls = 0
    const fetch = async () => {
      calls++
      throw thrown(new Response('{"error":"no such user"}', { status: 401 }))
    }
    await expect(openStream(backend.url, { fetch }).next()).rejects.toMatchObject({
      code: 'http',
      status: 401,
      message: `${backend.url}/ answered 401. It says: no such user`,
    })
    expect(calls).toBe(1)
  })
}

test('a fetch that throws an error with something else as its response: a failed network', async () => {
  const fetch = async () => {
    throw Object.assign(new Error('failed'), { response: { status: 503, headers: {} } })
  }
  await expect(openStream(backend.url, { fetch, retry: false }).next()).rejects.toMatchObject({
    code: 'network',
    retryable: true,
  })
})

for (const body of NO_JSON) {
  const tag = Object.prototype.toString.call(body)
  test(`${tag} as a body is an error, and nothing is sent`, async () => {
    const { length } = backend.received
    const stream = openStream(`${backend.url}/`, { method: 'POST', body })
    await expect(stream.next()).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining(`not ${tag}`),
    })
    expect(backend.received).toHaveLength(length)
  })
}

test('objects without members, and those that say what they are, are JSON', async () => {
  const bodies = [{}, new (class {})(), Object.assign(new Map(), { toJSON: () => ({}) })]
  for (const body of bodies) {
    await data(openStream(`${backend.url}/`, { method: 'POST', retry: false, body }))
    expect(backend.received.at(-1)!.body).toBe('{}')
  }
})

test('forms are sent as forms, also those of Bun, which have a `toJSON`', async () => {
  const forms: [form: URLSearchParams | FormData, type: RegExp][] = [
    [new URLSearchParams({ name: 'x' }), /^application\/x-www-form-urlencoded/],
    [formOf('x'), /^multipart\/form-data; boundary=/],
  ]
  for (const [form, type] of forms) {
    const body = Object.assign(form, { toJSON: () => ({ name: 'x' }) })
    await data(openStream(`${backend.url}/`, { method: 'POST', retry: false, body }))
    expect(backend.received.at(-1)!.headers['content-type']).toMatch(type)
  }
})

test('options of a class count beside a Request', async () => {
  class Options {
    get method() {
      return 'PUT'
    }
    get body() {
      return { own: true }
    }
    get retry() {
      return false
    }
  }
  const request = new Request(`${backend.url}/`, { method: 'POST', body: 'x', headers: { a: 'b' } })
  await data(openStream(request, new Options()))
  const { method, body, headers } = backend.received.at(-1)!
  expect({ method, body, a: headers['a'] }).toEqual({ method: 'PUT', body: '{"own":true}', a: 'b' })
})

/** Bodies of mocks. */
const MOCKED: [name: string, body: unknown][] = [
  ['an array of chunks', ['data: a\n', new TextEncoder().encode('\n')]],
  [
    'a reader that answers at once',
    {
      getReader() {
        const values = ['data: a\n\n'].values()
        return { read: () => values.next() }
      },
    },
  ],
]

for (const [name, body] of MOCKED) {
  test(`a body that is ${name}`, async () => {
    const headers = new Map([['content-type', 'text/event-stream']])
    const fetch = async () => ({ status: 200, headers, body }) as never
    expect(await data(openStream('https://x.test', { retry: false, fetch }))).toEqual(['a'])
  })
}

/** Sources that keep to no protocol. */
const BROKEN: [name: string, source: object][] = [
  ['a reader that returns nothing', { getReader: () => ({ read: async () => undefined }) }],
  [
    'a reader that throws',
    {
      getReader: () => ({
        read() {
          throw new TypeError('not now')
        },
      }),
    },
  ],
  ['no reader', { getReader: () => null }],
  ['an iterator that returns nothing', { [Symbol.asyncIterator]: () => ({ next: () => {} }) }],
]

for (const [name, source] of BROKEN) {
  test(`decode() of a source with ${name} rejects`, async () => {
    await expect(decode(source as never).next()).rejects.toBeInstanceOf(TypeError)
  })
}

/** Answers with an event, and no end; a notification at once. */
const heldFetch = async (url: string) => {
  const body = new PassThrough()
  body.write('data: a\n\n')
  if (url.endsWith('/stop')) body.end()
  return { headers: new Map([['content-type', 'text/event-stream']]), body } as never
}

test('cancel() ends in time, whatever its functions wait for, and sends nothing then', async () => {
  let sent = 0
  let tell: ((url: string) => void) | undefined
  const fetch = async (url: string, { signal }: RequestInit) => {
    if (url.endsWith('/stop') && !signal?.aborted) sent++
    return heldFetch(url)
  }
  const cancel = { url: () => new Promise<string>((resolve) => (tell = resolve)), timeout: 20 }
  const stream = openStream('https://x.test/', { fetch, cancel })
  await stream.next()
  expect(await stream.cancel()).toMatchObject({
    notified: false,
    error: { code: 'connect-timeout', message: expect.stringContaining('within 20 ms') },
  })
  tell!('https://x.test/stop')
  await new Promise(setImmediate)
  expect(sent).toBe(0)
})

for (const stop of ['cancel', 'close', 'return'] as const) {
  test(`${stop}() before the headers are there takes no turn from other streams`, async () => {
    const options = { maxConnections: 1, fetch: heldFetch }
    let tell: ((headers: object) => void) | undefined
    const headers = () => new Promise<object>((resolve) => (tell = resolve)) as Promise<HeadersInit>
    const stream = openStream(`https://${stop}.test/`, { ...options, headers })
    void stream[stop]()
    await stream.closed
    tell!({})
    await new Promise(setImmediate)
    const next = openStream(`https://${stop}.test/`, options)
    expect((await next.next()).value?.data).toBe('a')
    next.close()
  })
}
