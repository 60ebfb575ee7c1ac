import { get } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { decode, openStream } from 'sluicegate'
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
