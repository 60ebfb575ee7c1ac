// A real gateway in between: openChat straight to LiteLLM's proxy, and the relay with LiteLLM as its upstream.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStreamError, type StreamError } from 'sluicegate'
import { type Answer, type Chat, openChat } from 'sluicegate/llm'
import { TRANSCRIPTS } from '../llm/transcripts.js'
import { type Server, startServer } from '../webdriver/server.js'
import { type Gateway, type Route, startGateway } from './gateway.js'
import { RelayClient } from './relay.js'
import { ENDLESS, Vendor } from './vendor.js'

/** LiteLLM sends three code points per chunk, so that graphemes come in pieces. */
const TEXT = 'Die Schleuse öffnet sich 🌊 langsam, 水が流れる。\n\n  {"a": 1} [DONE]\n👩‍👩‍👧 é שלום'

/** Models whose answer, or error, is made by LiteLLM itself; it streams those by its API of chat completions alone. */
const MOCKS = {
  text: TEXT,
  limited: 'litellm.RateLimitError',
  broken: 'litellm.InternalServerError',
  'too-long': 'litellm.ContextWindowExceededError',
}

/** LiteLLM's APIs, the vendor behind each, and what a request needs besides the model. */
const APIS = {
  'openai-chat': {
    path: '/v1/chat/completions',
    vendor: 'openai',
    base: '/v1',
    body: { stream_options: { include_usage: true } },
  },
  'openai-responses': {
    path: '/v1/responses',
    vendor: 'openai',
    base: '/v1',
    body: { input: 'Hi' },
  },
  anthropic: { path: '/v1/messages', vendor: 'anthropic', base: '', body: { max_tokens: 100 } },
}

type Api = keyof typeof APIS

/** Vendors' answers that LiteLLM passes on whole. It drops a chat's `refusal`, and fails at half a character. */
const ANSWERS = [
  'openai-chat/text.sse',
  'openai-chat/usage.sse',
  'openai-chat/tool-calls.sse',
  'openai-chat/reasoning.sse',
  'openai-chat/azure.sse',
  'openai-responses/text.sse',
  'openai-responses/tool-calls.sse',
  'openai-responses/refusal.sse',
  'openai-responses/incomplete.sse',
  'openai-responses/unicode.sse',
  'anthropic/text.sse',
  'anthropic/tool-use.sse',
  'anthropic/thinking.sse',
  'anthropic/refusal.sse',
  'anthropic/unicode.sse',
]

/** Answers that end with the vendor's error; LiteLLM rewrites some of them. */
const FAILURES = [
  'openai-chat/error.sse',
  'openai-responses/failed.sse',
  'openai-responses/error.sse',
  'anthropic/error.sse',
]

const apiOf = (transcript: string) => transcript.slice(0, transcript.indexOf('/')) as Api

function expectedOf(transcript: string) {
  const found = TRANSCRIPTS.find(({ name }) => name === transcript)
  assert.ok(found, transcript)
  return found.expected
}

let vendor: Vendor
let gateway: Gateway

before(async () => {
  vendor = await Vendor.start()
  const routes: Record<string, Route> = {
    [ENDLESS]: { model: `openai/${ENDLESS}`, api_base: `${vendor.url}/v1` },
  }
  for (const [name, mock_response] of Object.entries(MOCKS)) {
    routes[name] = { model: `openai/${name}`, mock_response }
  }
  for (const name of [...ANSWERS, ...FAILURES]) {
    const { vendor: kind, base } = APIS[apiOf(name)]
    routes[name] = { model: `${kind}/${name}`, api_base: vendor.url + base }
  }
  gateway = await startGateway(routes)
})

after(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

/** Reads to the end: the texts, and the answer or the error. */
async function read(chat: Chat): Promise<{ text: string; answer?: Answer; error?: StreamError }> {
  let text = ''
  try {
    for await (const piece of chat) text += piece
    return { text, answer: await chat.done }
  } catch (error) {
    assert.ok(isStreamError(error), String(error))
    return { text, error }
  }
}

/** Reads until some text is there, and stops the answer. */
async function stopEarly(chat: Chat): Promise<void> {
  let text = ''
  for await (const piece of chat) {
    text += piece
    if (!text.includes('token 3')) continue
    assert.equal(vendor.readers, 1)
    await chat.cancel()
  }
  assert.match(text, /^token 0 token 1 token 2 token 3/)
}

describe('openChat at a gateway', () => {
  function ask(model: string, api: Api = 'openai-chat', stream = true): Chat {
    const { path, body } = APIS[api]
    return openChat(gateway.url + path, {
      messages: [{ role: 'user', content: 'Hi' }],
      body: { model, stream, ...(stream ? body : { max_tokens: 100 }) },
    })
  }

  test('the answer is whole', async () => {
    const { text, answer } = await read(ask('text'))
    assert.equal(text, TEXT)
    assert.deepEqual([answer?.text, answer?.finishReason, answer?.model], [TEXT, 'stop', 'text'])
    assert.ok(answer?.usage?.inputTokens && answer.usage.outputTokens, 'counted by the gateway')
  })

  for (const [api, reason] of [
    ['openai-chat', 'stop'],
    ['anthropic', 'end_turn'],
  ] as const) {
    test(`an answer that is not streamed comes in one piece: ${api}`, async () => {
      const { text, answer, error } = await read(ask('text', api, false))
      assert.equal(error, undefined)
      assert.equal(text, TEXT)
      assert.deepEqual([answer?.finishReason, answer?.model], [reason, 'text'])
      assert.ok(answer?.usage?.inputTokens && answer.usage.outputTokens)
    })
  }

  for (const name of ANSWERS) {
    test(`${name} is what it is without a gateway`, async () => {
      const { answer, error } = await read(ask(name, apiOf(name)))
      assert.equal(error, undefined)
      const { model: _, id: __, usage, ...expected } = expectedOf(name)
      const { model: ___, id: ____, usage: counted, ...rest } = answer!
      assert.deepEqual(rest, expected)
      // Where the vendor does not count, the gateway does.
      if (usage) assert.deepEqual([counted?.inputTokens, counted?.outputTokens], usage)
    })
  }

  for (const name of FAILURES) {
    test(`${name} is an error behind its text`, async () => {
      const { text, error } = await read(ask(name, apiOf(name)))
      assert.deepEqual([text, error?.code], [expectedOf(name).text, 'upstream'])
    })
  }

  for (const [model, status, retryable, message] of [
    ['limited', 429, true, 'this is a mock rate limit error'],
    ['broken', 500, true, 'this is a mock internal server error'],
    ['too-long', 400, false, 'this is a mock context window exceeded error'],
  ] as const) {
    test(`a gateway's ${status} is an error with its reason`, async () => {
      const { text, error } = await read(ask(model))
      assert.equal(text, '')
      assert.deepEqual([error?.code, error?.status, error?.retryable], ['http', status, retryable])
      assert.ok(error?.body?.includes(message), error?.body)
    })
  }

  test('cancel() stops the vendor behind it', async () => {
    await stopEarly(ask(ENDLESS))
    await vendor.idle()
  })
})

describe('the relay in front of a gateway', () => {
  const relays: Partial<Record<Api, Server>> = {}

  after(() => Promise.all(Object.values(relays).map((relay) => relay.stop())))

  async function relayTo(api: Api): Promise<string> {
    const models = ['text', 'limited', ENDLESS, ...ANSWERS, ...FAILURES]
    const upstream = ['--upstream', `${gateway.url}/v1`, '--upstream-kind', api]
    relays[api] ??= await startServer(
      'sluicegate-relay',
      upstream.concat(
        ['--upstream-retries', '0'],
        models.flatMap((model) => ['--model', model]),
      ),
    )
    return relays[api].url
  }

  async function ask(model: string, api: Api = 'openai-chat'): Promise<Chat> {
    const url = await relayTo(api)
    const userId = 'page'
    return openChat(`${url}/chat`, {
      messages: [],
      body: { prompt: 'Hi', userId, model },
      cancel: { url: `${url}/chat/cancel`, body: { userId } },
    })
  }

  /** The session as the relay remembers it. */
  async function sessionOf({ sessionId }: Chat, api: Api = 'openai-chat') {
    const client = new RelayClient(await relayTo(api))
    return client.sessionWhere((session) => session.sessionId === sessionId)
  }

  for (const [api, model, expected] of [
    ['openai-chat', 'text', TEXT],
    ['openai-responses', 'openai-responses/unicode.sse', undefined],
    ['anthropic', 'anthropic/unicode.sse', undefined],
  ] as const) {
    test(`the answer of ${api} is whole`, async () => {
      const chat = await ask(model, api)
      const { text, error } = await read(chat)
      assert.equal(error, undefined)
      assert.equal(text, expected ?? expectedOf(model).text)
      assert.equal((await sessionOf(chat, api)).state, 'completed')
    })
  }

  for (const [api, model] of [
    ['openai-chat', 'openai-chat/tool-calls.sse'],
    ['openai-responses', 'openai-responses/tool-calls.sse'],
    ['anthropic', 'anthropic/tool-use.sse'],
  ] as const) {
    test(`calls of tools of ${api} are parts of a UI message stream`, async () => {
      const messages = [{ id: 'q', role: 'user', parts: [{ type: 'text', text: 'Hi' }] }]
      const response = await fetch(`${await relayTo(api)}/api/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: `tools-${api}`, messages, model }),
      })
      const data = (await response.text()).matchAll(/^data: (\{.*)$/gm)
      const parts = [...data].map(([, json]) => JSON.parse(json!) as Record<string, unknown>)
      const calls = parts.filter(({ type }) => type === 'tool-input-available')
      assert.deepEqual(
        calls.map(({ toolCallId, toolName, input }) => [toolCallId, toolName, input]),
        expectedOf(model).toolCalls!.map((call) => [
          call.id,
          call.name,
          JSON.parse(call.arguments),
        ]),
      )
    })
  }

  test("the gateway's refusal is an error", async () => {
    const { error } = await read(await ask('limited'))
    assert.deepEqual([error?.code, error?.status], ['http', 502])
    assert.match(error?.body ?? '', /"code":"upstream-status"/)
  })

  for (const [api, model] of [
    ['openai-chat', 'openai-chat/error.sse'],
    ['openai-responses', 'openai-responses/failed.sse'],
    ['anthropic', 'anthropic/error.sse'],
  ] as const) {
    test(`an error in the stream of ${api} is one behind its text`, async () => {
      const chat = await ask(model, api)
      const { text, error } = await read(chat)
      assert.deepEqual([text, error?.code], [expectedOf(model).text, 'upstream'])
      assert.equal((await sessionOf(chat, api)).state, 'upstream-error')
    })
  }

  test('cancel() stops the vendor behind both', async () => {
    const chat = await ask(ENDLESS)
    await stopEarly(chat)
    await vendor.idle()
    assert.equal((await sessionOf(chat)).state, 'cancelled')
  })
})
