import type { UIMessage, UIMessageChunk } from 'ai'
import { SluicegateChatTransport, type SluicegateChatTransportOptions } from 'sluicegate/ai-sdk'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bytesOf, SDKS, testChatOf } from '../browser/support/chat.js'

type Options = SluicegateChatTransportOptions<UIMessage>

const API = 'http://127.0.0.1/api/chat'
const AT_ONCE = { initialDelay: 0, minDelay: 0, maxAttempts: 2 }
const PARTS: UIMessageChunk[] = [
  { type: 'start' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'Hi' },
  { type: 'text-end', id: 't' },
  { type: 'finish' },
]
const DONE = 'data: [DONE]\n\n'

afterEach(() => vi.useRealTimers())

/** A response with this body, and no content type but that of `headers`. */
function answer(text: string, headers: HeadersInit = {}): Response {
  return new Response(new TextEncoder().encode(text), { headers })
}

function sending(chatId = 'c1') {
  const trigger = 'submit-message' as const
  return { chatId, trigger, messageId: undefined, messages: [], abortSignal: undefined }
}

async function sent(options: Options): Promise<UIMessageChunk[]> {
  const transport = new SluicegateChatTransport({ api: API, ...options })
  const parts: UIMessageChunk[] = []
  for await (const part of await transport.sendMessages(sending())) parts.push(part)
  return parts
}

function withResolvers<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((resolveIt) => (resolve = resolveIt))
  return { promise, resolve }
}

describe('the content type of an answer', () => {
  for (const type of [
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'application/json',
  ]) {
    test(`${type} is read`, async () => {
      const fetch = async () => answer(bytesOf(PARTS) + DONE, { 'content-type': type })
      expect(await sent({ fetch })).toEqual(PARTS)
    })
  }

  test('none is needed', async () => {
    expect(await sent({ fetch: async () => answer(bytesOf(PARTS) + DONE) })).toEqual(PARTS)
  })

  test('an HTML page is none', async () => {
    const fetch = async () => answer('<p>Sign in', { 'content-type': 'Text/HTML; charset=utf-8' })
    await expect(sent({ fetch })).rejects.toMatchObject({
      code: 'content-type',
      message: expect.stringMatching(/answered with text\/html, not text\/event-stream/i),
    })
  })
})

describe('`connectTimeout`', () => {
  test('is none by default', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { promise, resolve } = withResolvers<Response>()
    const fetch = vi.fn(() => promise)
    const parts = sent({ fetch })
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
    await vi.advanceTimersByTimeAsync(3_600_000)
    resolve(answer(bytesOf(PARTS) + DONE))
    expect(await parts).toEqual(PARTS)
  })

  test('is as for a stream', async () => {
    const fetch = () => new Promise<never>(() => undefined)
    await expect(sent({ fetch, connectTimeout: 20 })).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringMatching(/^network error: /),
      cause: { code: 'connect-timeout' },
    })
  })
})

describe('cancel() while a request is prepared', () => {
  /** What a function of the page may wait for. */
  const { promise: never } = withResolvers<never>()
  const cases: [string, (wait: Promise<undefined>) => Options][] = [
    ['headers', (wait) => ({ headers: () => wait.then(() => ({ 'x-a': '1' })) })],
    ['body', (wait) => ({ body: () => wait.then(() => ({ a: 1 })) })],
    [
      'prepareSendMessagesRequest',
      (wait) => ({ prepareSendMessagesRequest: () => wait.then(() => ({ body: {} })) }),
    ],
  ]
  for (const [version, sdk] of Object.entries(SDKS)) {
    const TestChat = testChatOf(sdk)
    for (const [name, optionsOf] of cases) {
      test(`${name}, ${version}: nothing is sent`, async () => {
        const { promise, resolve } = withResolvers<undefined>()
        const fetch = vi.fn(() => never)
        const transport = new SluicegateChatTransport({ api: API, fetch, ...optionsOf(promise) })
        const chat = new TestChat({ id: 'c1', transport })
        const sent = chat.sendMessage({ text: 'Hi' })
        await vi.waitFor(() => expect(chat.status).toBe('submitted'))
        expect(await transport.cancel('c2')).toEqual({ aborted: false, notified: false })
        expect(await transport.cancel('c1')).toEqual({ aborted: true, notified: false })
        resolve(undefined)
        await sent
        expect(fetch).not.toHaveBeenCalled()
        expect(chat).toMatchObject({ status: 'ready', errors: [] })
        expect(chat.finishes).toEqual([{ isAbort: true, isDisconnect: false, isError: false }])
        expect(await transport.cancel('c1')).toEqual({ aborted: false, notified: false })
      })
    }
  }

  test('also to reconnect', async () => {
    const { promise, resolve } = withResolvers<undefined>()
    const fetch = vi.fn(() => never)
    const transport = new SluicegateChatTransport({
      api: API,
      fetch,
      prepareReconnectToStreamRequest: () => promise.then(() => ({})),
    })
    const reconnecting = transport.reconnectToStream({ chatId: 'c1' })
    expect(await transport.cancel('c1')).toEqual({ aborted: true, notified: false })
    resolve(undefined)
    await expect(reconnecting).rejects.toMatchObject({ name: 'AbortError' })
    expect(fetch).not.toHaveBeenCalled()
  })

  test('a request that fails to be prepared is none that can be cancelled', async () => {
    const error = new RangeError('no token')
    const headers = () => Promise.reject(error)
    const transport = new SluicegateChatTransport({ api: API, headers })
    await expect(transport.sendMessages(sending())).rejects.toBe(error)
    expect(await transport.cancel('c1')).toEqual({ aborted: false, notified: false })
  })
})

describe("what the page's own `fetch` throws", () => {
  const failing = (error: Error) => ({
    api: API,
    retry: AT_ONCE,
    fetch: async () => {
      throw error
    },
  })

  test('comes out as it is', async () => {
    const error = new (class AuthError extends Error {})('please sign in')
    const transport = new SluicegateChatTransport(failing(error))
    await expect(transport.sendMessages(sending())).rejects.toBe(error)
    await expect(transport.reconnectToStream({ chatId: 'c1' })).rejects.toBe(error)
  })

  test("is an error of the network if it is the platform's", async () => {
    const transport = new SluicegateChatTransport(failing(new TypeError('fetch failed')))
    for (const failed of [
      transport.sendMessages(sending()),
      transport.reconnectToStream({ chatId: 'c1' }),
    ]) {
      await expect(failed).rejects.toMatchObject({
        name: 'TypeError',
        message: expect.stringMatching(/^network error: /),
      })
    }
  })
})

test('a `retry` that is no policy is refused before anything is sent', async () => {
  for (const retry of [5, 'always']) {
    const fetch = vi.fn(async () => answer(bytesOf(PARTS)))
    await expect(sent({ fetch, retry: retry as never })).rejects.toMatchObject({
      code: 'invalid-options',
      message: '`retry` must be a boolean or an object',
    })
    expect(fetch).not.toHaveBeenCalled()
  }
})

test('an HTML page is an error that suggests no option that the transport lacks', async () => {
  const fetch = async () => answer('<html>', { 'content-type': 'text/html' })
  await expect(sent({ fetch })).rejects.toMatchObject({
    code: 'content-type',
    message: `${API} answered with text/html, not text/event-stream: check the URL and the server`,
  })
})

test('parts after `finish` leave the answer complete, also without [DONE]', async () => {
  const parts = [
    ...PARTS,
    { type: 'message-metadata', messageMetadata: { a: 1 } },
    { type: 'data-usage', data: { tokens: 1 } },
  ] as UIMessageChunk[]
  const fetch = vi.fn(async () => answer(bytesOf(parts)))
  expect(await sent({ fetch, retry: AT_ONCE })).toEqual(parts)
  expect(fetch).toHaveBeenCalledOnce()
})
