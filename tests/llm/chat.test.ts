// openChat against the real relay, and what it sends to any other backend.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type ChatOptions, openChat } from 'sluicegate/llm'
import { RelayClient } from '../e2e/relay.js'
import { type Server, startServer } from '../webdriver/server.js'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const PROMPT = 'Tell me about rivers'

let server: Server
let relay: RelayClient

before(async () => {
  server = await startServer('sluicegate-relay', ['--tokens-per-second', '400'])
  relay = new RelayClient(server.url)
})
after(() => server.stop())

function ask(userId: string) {
  return openChat(`${server.url}/chat`, {
    messages: [{ role: 'system', content: 'Be brief.' }],
    body: { prompt: PROMPT, userId },
    cancel: { url: `${server.url}/chat/cancel`, body: { userId } },
  })
}

test('the relay answers to the end', async () => {
  const chat = ask('reader-to-the-end')
  const texts = []
  for await (const text of chat) texts.push(text)
  const whole = await relay.wholeAnswer(PROMPT)
  assert.equal(texts.join(''), whole.text)
  assert.equal(texts.length, whole.tokens)
  const { text, finishReason, id, usage } = await chat.done
  assert.deepEqual([text, finishReason, id], [whole.text, 'stop', chat.sessionId])
  assert.equal(usage?.outputTokens, whole.tokens)
  assert.equal((await chat.stream.closed).type, 'done')
  assert.match(chat.sessionId, UUID)
  const session = await relay.sessionWhere(({ sessionId }) => sessionId === chat.sessionId)
  assert.equal(session.state, 'completed')
})

test('cancel() stops that very answer on the relay', async () => {
  const chat = ask('reader-who-stops')
  const texts: string[] = []
  for await (const text of chat) {
    texts.push(text)
    if (texts.length < 3) continue
    const result = await chat.cancel()
    assert.deepEqual(result, { aborted: true, notified: true, status: 200 })
  }
  const whole = await relay.wholeAnswer(PROMPT)
  const { text, finishReason } = await chat.done
  assert.equal(text, texts.join(''))
  assert.ok(whole.text.startsWith(text) && text.length < whole.text.length, text)
  assert.equal(finishReason, undefined)
  assert.equal((await chat.stream.closed).type, 'cancelled')
  const session = await relay.sessionWhere(({ sessionId }) => sessionId === chat.sessionId)
  assert.equal(session.state, 'cancelled')
  assert.ok(session.tokens < whole.tokens)
})

test("the relay's refusal is an error with its reason", async () => {
  const chat = openChat(`${server.url}/chat`, { messages: [], body: { prompt: ' ', userId: 'u' } })
  await assert.rejects(chat.answer(), { code: 'http', status: 400 })
})

/** What a backend is sent, at `/chat` and at `/cancel`, by a chat that is cancelled once it answers. */
async function sent(options: Omit<ChatOptions, 'messages'>) {
  const bodies: Record<string, string> = {}
  const backend = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    bodies[`${request.method} ${request.url}`] = body
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (request.url === '/chat') response.write('data: Hi\n\n')
    else response.end()
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`
  const { cancel } = options
  const chat = openChat(`${base}/chat`, {
    messages: [{ role: 'user', content: 'Hi?' }],
    ...options,
    ...(typeof cancel === 'object' && 'url' in cancel
      ? { cancel: { ...cancel, url: `${base}/cancel` } }
      : { cancel: new URL('/cancel', base) }),
  })
  assert.equal((await chat.next()).value, 'Hi')
  assert.equal((await chat.cancel('enough')).notified, true)
  backend.closeAllConnections()
  backend.close()
  return { bodies, sessionId: chat.sessionId }
}

test('the conversation, further members and the session go out; the endpoint alone gets the session', async () => {
  const { bodies, sessionId } = await sent({ body: { model: 'm', stream: true } })
  assert.match(sessionId, UUID)
  assert.deepEqual(JSON.parse(bodies['POST /chat']!), {
    messages: [{ role: 'user', content: 'Hi?' }],
    model: 'm',
    stream: true,
    sessionId,
  })
  assert.deepEqual(JSON.parse(bodies['POST /cancel']!), { sessionId })
})

test('each chat has a session of its own', async () => {
  const [one, other] = await Promise.all([sent({}), sent({})])
  assert.notEqual(one.sessionId, other.sessionId)
})

test('a session and a body of your own', async () => {
  const { bodies, sessionId } = await sent({
    sessionId: 'mine',
    cancel: { url: '', body: { userId: 'u' } },
  })
  assert.equal(sessionId, 'mine')
  assert.deepEqual(JSON.parse(bodies['POST /cancel']!), { userId: 'u', sessionId: 'mine' })
})

test('functions that give the body that cancels, at once or late', async () => {
  const now = await sent({ cancel: { url: '', body: ({ reason }) => ({ reason }) } })
  const { sessionId } = now
  assert.deepEqual(JSON.parse(now.bodies['POST /cancel']!), { reason: 'enough', sessionId })
  const late = await sent({ sessionId: 's', cancel: { url: '', body: async () => ({ a: 1 }) } })
  assert.deepEqual(JSON.parse(late.bodies['POST /cancel']!), { a: 1, sessionId: 's' })
})

test('an endpoint that is asked by GET or HEAD gets no body', async () => {
  const get = await sent({ cancel: { url: '', method: 'get' } })
  assert.equal(get.bodies['GET /cancel'], '')
  const head = await sent({ cancel: { url: '', method: 'HEAD' } })
  assert.equal(head.bodies['HEAD /cancel'], '')
  const stream = openChat('http://127.0.0.1/', {
    messages: [],
    cancel: { url: 'http://127.0.0.1/', method: 'GET', body: { a: 1 } },
  })
  await assert.rejects(stream.next(), { code: 'invalid-options' })
})

test('a form is sent with the conversation and the session, and stays as it is', async () => {
  const form = new FormData()
  form.append('file', new Blob(['x']), 'x.txt')
  form.append('tag', 'a')
  form.append('tag', 'b')
  const { bodies, sessionId } = await sent({ body: form })
  const body = bodies['POST /chat']!
  assert.match(body, /name="file"; filename="x.txt"/)
  assert.equal(body.match(/name="tag"/g)?.length, 2)
  assert.match(body, /name="messages"\r\n\r\n\[\{"role":"user","content":"Hi\?"\}\]/)
  assert.ok(body.includes(`name="sessionId"\r\n\r\n${sessionId}`))
  assert.ok(!form.has('sessionId'))
  const query = await sent({ body: new URLSearchParams({ model: 'm' }), sessionId: 's' })
  const messages = encodeURIComponent('[{"role":"user","content":"Hi?"}]')
  assert.equal(query.bodies['POST /chat'], `model=m&messages=${messages}&sessionId=s`)
})

test('a body with toJSON is what that returns, others are refused', async () => {
  const { bodies, sessionId } = await sent({ body: { toJSON: () => ({ model: 'm' }) } })
  const messages = [{ role: 'user', content: 'Hi?' }]
  assert.deepEqual(JSON.parse(bodies['POST /chat']!), { messages, model: 'm', sessionId })
  const refused: unknown[] = [
    'text',
    new Map(),
    [1],
    new Blob(['x']),
    () => ({}),
    new Uint8Array(1),
  ]
  for (const body of refused) {
    assert.throws(() => openChat('/chat', { messages: [], body: body as object }), {
      code: 'invalid-options',
    })
  }
})

test('a server that answers with JSON, and does not stream', async () => {
  const answers = [
    '{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}',
    '{"error":{"message":"no such model"}}',
  ]
  const backend = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(answers.shift())
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`
  const chat = openChat(url, { messages: [] })
  assert.equal((await chat.answer()).text, 'Hi')
  assert.equal((await chat.stream.closed).type, 'done')
  await assert.rejects(openChat(url, { messages: [] }).answer(), (error: Error) => {
    return error.message.includes('no such model')
  })
  backend.close()
})

test('a body that is no plain object stays as it is', async () => {
  const { bodies } = await sent({ cancel: { url: '', body: 'session=1' } })
  assert.equal(bodies['POST /cancel'], 'session=1')
})

test('without crypto.randomUUID, as over plain HTTP, the session is a UUID too', async () => {
  const { crypto } = globalThis
  const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) }
  Object.defineProperty(globalThis, 'crypto', { value: insecure, configurable: true })
  try {
    const { sessionId } = await sent({})
    assert.match(sessionId, UUID)
  } finally {
    Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true })
  }
})
