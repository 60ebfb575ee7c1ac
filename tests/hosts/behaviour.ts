import { decode, openStream, type OpenOptions, type ServerSentEvent } from 'sluicegate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Backend } from './server.js'

export interface Host {
  /** The options that make it this host. */
  options?: OpenOptions
  /** Its `fetch` resolves only once the whole body is there. */
  isWhole?: true
}

export async function data(events: AsyncIterable<ServerSentEvent>): Promise<string[]> {
  const all: string[] = []
  for await (const event of events) all.push(event.data)
  return all
}

/** What a promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}

/** What has to work wherever the package runs. */
export function behaves(name: string, { options = {}, isWhole }: Host = {}): void {
  describe(name, () => {
    let backend: Backend
    beforeAll(async () => {
      backend = await Backend.start()
    })
    afterAll(() => backend.stop())

    const open = (path: string, more: OpenOptions = {}) =>
      openStream(backend.url + path, { retry: false, ...options, ...more })

    test('streams', async () => {
      expect(await data(open('/'))).toEqual(['żółć', '漢字 😀'])
    })

    test('sends headers and JSON', async () => {
      const headers = { authorization: 'Bearer t' }
      await data(open('/posted', { method: 'POST', headers, body: { prompt: '漢' } }))
      const received = backend.received.find(({ path }) => path === '/posted')!
      expect(received).toMatchObject({ method: 'POST', body: '{"prompt":"漢"}' })
      expect(received.headers).toMatchObject({
        authorization: 'Bearer t',
        'content-type': 'application/json',
        accept: 'text/event-stream, application/x-ndjson;q=0.9',
      })
    })

    test('takes Headers, a URL and a Request', async () => {
      const url = new URL(`${backend.url}/values`)
      const headers = new Headers({ authorization: 'Bearer t' })
      await data(openStream(url, { retry: false, ...options, headers }))
      const request = new Request(url, { method: 'POST', body: 'asked', headers })
      await data(openStream(request, { retry: false, ...options }))
      const received = backend.received.filter(({ path }) => path === '/values')
      expect(received.map(({ method, body }) => `${method} ${body}`)).toEqual([
        'GET ',
        'POST asked',
      ])
      for (const { headers } of received) expect(headers.authorization).toBe('Bearer t')
    })

    test('says what the server said', async () => {
      expect(await rejection(open('/error').next())).toMatchObject({
        code: 'http',
        status: 422,
        message: expect.stringContaining('It says: no such model'),
      })
    })

    // A whole body that breaks off is nothing at all.
    test.skipIf(isWhole)('resumes', async () => {
      const stream = open('/breaks', { retry: { initialDelay: 1, minDelay: 0 } })
      expect((await stream.next()).value).toMatchObject({ data: 'a' })
      expect((await stream.next()).value).toMatchObject({ data: 'b' })
      stream.close()
    })

    test.skipIf(isWhole)('ends with its signal', async () => {
      const controller = new AbortController()
      const stream = open('/held', { signal: controller.signal })
      await stream.next()
      const next = stream.next()
      controller.abort()
      expect(await rejection(next)).toMatchObject({ name: 'AbortError' })
    })

    test.skipIf(isWhole)('cancel() tells the backend', async () => {
      const stream = open('/held', { cancel: { url: `${backend.url}/stop`, body: { id: 1 } } })
      await stream.next()
      expect(await stream.cancel()).toEqual({ aborted: true, notified: true, status: 200 })
      const stop = backend.received.find(({ path }) => path === '/stop')
      expect(stop).toMatchObject({ method: 'POST', body: '{"id":1}' })
    })

    test('decode() reads its responses', async () => {
      const response = await (options.fetch ?? fetch)(`${backend.url}/`, {})
      expect(await data(decode(response))).toEqual(['żółć', '漢字 😀'])
    })
  })
}
