// How the text views begin, go on and end, over a real connection and in memory.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { decode, type EventStream, openStream, type StreamError } from 'sluicegate'
import { type Answer, type AnswerFormat, deltasOf, textOf } from 'sluicegate/llm'
import { eventsOf, TRANSCRIPTS } from './transcripts.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let handle: Handler
let requests = 0
let url = ''
const server = createServer((request, response) => {
  requests++
  handle(request, response)
})

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

/** Serves one answer: `write` does with the response what it will, and the client's going away is seen. */
function serve(write: (response: ServerResponse) => void, type = 'text/event-stream') {
  requests = 0
  return new Promise<void>((resolve) => {
    handle = (_, response) => {
      response.on('close', resolve)
      response.writeHead(200, { 'content-type': type })
      write(response)
    }
  })
}

const text = (content: string) =>
  `id: 1\ndata: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`
const END = 'data: [DONE]\n\n'

/** A stream that would reconnect for ever if nobody ended it. */
function open(): EventStream {
  return openStream(url, { retry: { minDelay: 0, initialDelay: 0 } })
}

test('the end marker closes the connection, and the stream is done', async () => {
  // The server itself never ends the response.
  const gone = serve((response) => response.write(text('Hel') + text('lo') + END + text('late')))
  const stream = open()
  const answer = textOf(stream, 'openai-chat')
  const texts = []
  for await (const part of answer) texts.push(part)
  assert.deepEqual(texts, ['Hel', 'lo'])
  assert.equal((await answer.done).text, 'Hello')
  await gone
  assert.deepEqual(await stream.closed, { type: 'done', dropped: 1 })
  assert.equal(requests, 1)
})

const RESPONSES = {
  delta: { type: 'response.output_text.delta', delta: 'Hel' },
  completed: {
    type: 'response.completed',
    response: {
      id: 'r1',
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
      usage: { input_tokens: 1, output_tokens: 2 },
    },
  },
  incomplete: {
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  },
  failed: {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_error', message: 'overloaded' } },
  },
}
const EVENTS_AND_ENDS: [string, AnswerFormat, object[], object, object][] = [
  [
    'completed',
    'auto',
    [RESPONSES.delta],
    RESPONSES.completed,
    { text: 'Hello', finishReason: 'completed', outputTokens: 2, id: 'r1' },
  ],
  [
    'that is all of it',
    'auto',
    [],
    RESPONSES.completed,
    { text: 'Hello', finishReason: 'completed', outputTokens: 2, id: 'r1' },
  ],
  [
    'incomplete',
    'openai-responses',
    [RESPONSES.delta],
    RESPONSES.incomplete,
    { text: 'Hel', finishReason: 'max_output_tokens' },
  ],
  ['failed', 'auto', [RESPONSES.delta], RESPONSES.failed, { text: 'Hel', error: 'upstream' }],
  ['failed at once', 'auto', [], RESPONSES.failed, { text: '', error: 'upstream' }],
  [
    "of Dify's",
    'auto',
    [{ event: 'message', answer: 'Hi' }],
    { event: 'message_end', metadata: { usage: { prompt_tokens: 3, completion_tokens: 4 } } },
    { text: 'Hi', finishReason: 'stop', outputTokens: 4 },
  ],
  [
    'that is text, which is none of the answer',
    'auto',
    [{ choices: [{ delta: { content: 'Hi' } }] }],
    { choices: [{ delta: { content: '!' }, finish_reason: 'stop' }] },
    { text: 'Hi', finishReason: 'stop' },
  ],
  [
    "that is no vendor's",
    'openai-chat',
    [{ choices: [{ delta: { content: 'Hi' } }] }],
    [1],
    { text: 'Hi' },
  ],
]
for (const [what, format, events, end, expected] of EVENTS_AND_ENDS) {
  test(`the event that \`done\` finds tells how the answer ended: ${what}`, async () => {
    const last = JSON.stringify(end)
    const all = [...events, end].map((data) => `data: ${JSON.stringify(data)}\n\n`)
    for (const read of ['for await', 'batches', 'frames']) {
      const gone = serve((response) => response.write(all.join('')))
      const stream = openStream(url, { done: ({ data }) => data === last })
      const answer = textOf(stream, format)
      let text = ''
      let error: string | undefined
      try {
        const views = { batches: () => answer.batches(), frames: () => answer.frames() }
        const texts = views[read as 'batches']?.() ?? answer
        for await (const part of texts) text += part
      } catch (thrown) {
        error = (thrown as StreamError).code
      }
      await gone
      const { finishReason, usage, id } = await answer.done.catch(() => ({}) as Answer)
      const seen = { text, error, finishReason, outputTokens: usage?.outputTokens, id }
      assert.deepEqual(JSON.parse(JSON.stringify(seen)), expected, read)
      assert.equal((await stream.closed).type, 'done')
    }
  })
}

test('a break leaves the stream and keeps what was read', async () => {
  const gone = serve((response) => response.write(text('one') + text('two')))
  const stream = open()
  const answer = textOf(stream)
  for await (const part of answer) {
    assert.equal(part, 'one')
    break
  }
  await gone
  assert.equal((await stream.closed).type, 'closed')
  const { text: read, finishReason } = await answer.done
  assert.deepEqual([read, finishReason], ['one', undefined])
  assert.deepEqual(await answer.next(), { done: true, value: undefined })
  assert.equal(requests, 1)
})

test('return() ends a next() that waits, and an answer that nobody began', async () => {
  const gone = serve((response) => response.flushHeaders())
  const stream = open()
  const answer = textOf(stream)
  const waiting = answer.next()
  await stream.opened
  assert.deepEqual(await answer.return(), { done: true, value: undefined })
  assert.deepEqual(await waiting, { done: true, value: undefined })
  assert.equal((await answer.done).text, '')
  await gone

  const unread = textOf(decode(text('one')))
  await unread.return()
  assert.equal((await unread.done).text, '')
  assert.deepEqual(await unread.next(), { done: true, value: undefined })
})

test('cancel() ends the text, and the answer is what there was', async () => {
  const gone = serve((response) => response.write(text('one')))
  const stream = open()
  const answer = textOf(stream)
  assert.deepEqual(await answer.next(), { done: false, value: 'one' })
  const waiting = answer.next()
  assert.equal((await stream.cancel()).aborted, true)
  assert.deepEqual(await waiting, { done: true, value: undefined })
  assert.equal((await answer.done).text, 'one')
  assert.equal((await stream.closed).type, 'cancelled')
  await gone
})

test("the vendor's error fails the stream, once", async () => {
  const gone = serve((response) =>
    response.write(`${text('one')}data: {"error":{"type":"server_error","message":"no"}}\n\n`),
  )
  const stream = open()
  const answer = textOf(stream)
  assert.equal((await answer.next()).value, 'one')
  const failure = await answer.next().then(
    () => assert.fail('no error'),
    (error: StreamError) => error,
  )
  assert.equal(failure.code, 'upstream')
  await assert.rejects(answer.done, failure)
  assert.deepEqual(await stream.closed, { type: 'failed', error: failure, dropped: 0 })
  assert.deepEqual(await answer.next(), { done: true, value: undefined })
  await gone
  assert.equal(requests, 1)
})

test('a failing stream fails the text with its own error', async () => {
  requests = 0
  handle = (_, response) => response.writeHead(401).end('no key')
  const stream = open()
  const answer = textOf(stream)
  const { error } = await stream.closed
  await assert.rejects(answer.answer(), error as StreamError)
  await assert.rejects(answer.done, { code: 'http', status: 401, body: 'no key' })
})

test('the end of a response without a marker is the end, and no success', async () => {
  const answer = await textOf(decode(text('one')), 'openai-chat').answer()
  assert.deepEqual([answer.text, answer.finishReason], ['one', undefined])
})

const UNFINISHED = [
  ['no line end', text('Hel') + text('lo').trimEnd(), 'Hello'],
  ['one line end', text('Hel') + text('lo').slice(0, -1), 'Hello'],
  ['CRLF', text('Hel') + text('lo').trimEnd() + '\r\n', 'Hello'],
  ['an end marker', text('Hello') + END.trimEnd(), 'Hello'],
  [
    'no blank line at all',
    text('Hel').slice(0, -1) + text('lo').slice(0, -1) + 'data: [DONE]\n',
    'Hello',
  ],
  ['cut JSON', text('Hello') + text('!').slice(0, -9), undefined],
  ['a cut field', `${text('Hello')}dat`, 'Hello'],
  ['a cut comment', `${text('Hello')}: keep-`, 'Hello'],
] as const

for (const [what, body, whole] of UNFINISHED) {
  test(`the last event without its blank line: ${what}`, async () => {
    const posted = () => {
      void serve((response) => response.end(body))
      return openStream(url, { method: 'POST', body: {} })
    }
    for (const format of ['auto', 'openai-chat'] as const) {
      for (const source of [decode(body), decode(body.match(/[^]/g)!), posted()]) {
        const answer = textOf(source, format).answer()
        if (whole === undefined) await assert.rejects(answer, { code: 'parse-json' })
        else assert.equal((await answer).text, whole)
      }
    }
  })
}

/** Serves this body until it was asked for three times. */
function serveAgain(body: string): void {
  requests = 0
  handle = (_, response) => {
    if (requests > 2) response.writeHead(204).end()
    else response.setHeader('content-type', 'text/event-stream').end(body)
  }
}

test('an event without its blank line is not read if it is going to come again', async () => {
  serveAgain(text('Hi') + text('!').trimEnd())
  assert.equal((await textOf(open(), 'openai-chat').answer()).text, 'HiHi')
})

test('what was not understood is no empty answer because a 204 came after it', async () => {
  serveAgain(text('Hi').trimEnd())
  await assert.rejects(textOf(open(), 'openai-chat').answer(), { code: 'unknown-format' })
})

test("a page's own format sees no event without its blank line", async () => {
  const answer = textOf(decode('data: a\n\ndata: b'), ({ data }) => data)
  assert.equal((await answer.answer()).text, 'a')
})

test('NDJSON over a connection', async () => {
  const { bytes } = TRANSCRIPTS.find(({ name }) => name === 'ollama/text.ndjson')!
  const gone = serve((response) => response.write(bytes), 'application/x-ndjson')
  const stream = open()
  assert.equal((await textOf(stream).answer()).text, 'Hello! How can I\nhelp?')
  await gone
  assert.equal((await stream.closed).type, 'done')
})

test('a line of NDJSON that is all of the body is read once', async () => {
  const bodies = [
    { choices: [{ delta: { content: 'Hi' } }] },
    [{ candidates: [{ content: { parts: [{ text: 'Hi' }] } }] }],
    { result: { response: 'Hi' } },
  ]
  for (const body of bodies) {
    const answer = textOf(decode(JSON.stringify(body), { format: 'ndjson' }))
    assert.equal((await answer.answer()).text, 'Hi')
  }
})

test('JSON on several lines of NDJSON is no text', async () => {
  const pretty = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`
  const line = pretty({ message: { content: 'Hi' }, done: false })
  const answer = (body: string) => textOf(decode(body, { format: 'ndjson' })).answer()
  assert.equal((await answer(line)).text, 'Hi')
  for (const body of [line + line, pretty({ foo: 'bar' }), pretty([{ foo: 'bar' }])]) {
    await assert.rejects(answer(body), { code: 'unknown-format' })
  }
})

test('frames() gives the text of each frame at once', async () => {
  const words = Array.from({ length: 1000 }, (_, i) => `${i} `)
  const bytes = new TextEncoder().encode(words.map(text).join('') + END)
  const answer = textOf(decode(bytes), 'openai-chat')
  const frames = []
  for await (const frame of answer.frames()) frames.push(frame)
  assert.equal(frames.join(''), words.join(''))
  // Nothing but a timer paces them here: the bytes are there at once, in two batches.
  assert.ok(frames.length <= 2, `${frames.length} frames`)
  assert.equal((await answer.done).text, words.join(''))
})

test('frames() gives what came before an error, then the error', async () => {
  const bytes = `${text('one')}${text('two')}event: error\ndata: {"message":"no"}\n\n`
  const frames = textOf(decode(bytes), 'openai-chat').frames()
  assert.deepEqual(await frames.next(), { done: false, value: 'onetwo' })
  await assert.rejects(frames.next(), { code: 'upstream' })
  assert.deepEqual(await frames.next(), { done: true, value: undefined })
})

test('leaving frames() leaves the stream', async () => {
  const gone = serve((response) => response.write(text('one')))
  const stream = open()
  const answer = textOf(stream)
  for await (const frame of answer.frames()) {
    assert.equal(frame, 'one')
    break
  }
  await gone
  assert.equal((await stream.closed).type, 'closed')
  assert.equal((await answer.done).text, 'one')
})

test('frames of deltas are arrays', async () => {
  const transcript = TRANSCRIPTS.find(({ name }) => name === 'openai-chat/tool-calls.sse')!
  const answer = deltasOf(eventsOf(transcript, [transcript.bytes]))
  const types = []
  for await (const frame of answer.frames()) types.push(...frame.map(({ type }) => type))
  assert.equal(types.filter((type) => type === 'tool-call').length, 9)
  assert.equal(types.at(-1), 'finish')
  assert.equal((await answer.done).toolCalls?.length, 2)
})

test('a source that is not ours is read, and left at the end', async () => {
  const events = decode(text('one') + END + text('two'))
  let isLeft = false
  const source = {
    next: () => events.next(),
    frames: () => events.frames(),
    return: () => {
      isLeft = true
      return Promise.reject(new Error('nobody hears this'))
    },
  }
  const answer = textOf(source, 'openai-chat')
  assert.equal((await answer.answer()).text, 'one')
  assert.ok(isLeft)
})

test('calls of next() may overlap', async () => {
  const skipped = 'data: {"choices":[]}\n\n'
  const answer = textOf(decode(skipped + text('one') + skipped + text('two') + END), 'openai-chat')
  const results = await Promise.all([answer.next(), answer.next(), answer.next()])
  assert.deepEqual(
    results.map(({ value }) => value),
    ['one', 'two', undefined],
  )
})

test('an extractor of your own', async () => {
  const source = decode('data: a\n\ndata: \n\ndata: b\n\ndata: end\n\ndata: c\n\n')
  const answer = textOf(source, ({ data }) =>
    data === 'end' ? { finishReason: 'mine', isEnd: true } : data && `<${data}>`,
  )
  const { text: whole, finishReason } = await answer.answer()
  assert.deepEqual([whole, finishReason], ['<a><b>', 'mine'])
})

test('what an extractor throws fails the stream with that very error', async () => {
  const gone = serve((response) => response.write('data: a\n\n'))
  const thrown = new RangeError('mine')
  const stream = open()
  const answer = textOf(stream, () => {
    throw thrown
  })
  await assert.rejects(answer.next(), thrown)
  await assert.rejects(answer.done, thrown)
  assert.deepEqual(await stream.closed, { type: 'failed', error: thrown, dropped: 0 })
  await gone
})

test('broken JSON is an error, other text is none', async () => {
  const source = () => decode(`data: ping\n\nevent: new\ndata: hey\n\n${text('one')}data: {"a\n\n`)
  const answer = textOf(source(), 'openai-chat')
  assert.equal((await answer.next()).value, 'one')
  await assert.rejects(answer.next(), {
    code: 'parse-json',
    message: `the data of an event 'message' of the model's API is broken JSON: "{\\"a"`,
  })
})

test('plain text is recognized, and its end', async () => {
  const answer = await textOf(
    decode('data: Hi\n\ndata: 5\n\ndata: {}\n\ndata: [DONE]\n\ndata: no\n\n'),
  ).answer()
  assert.equal(answer.text, 'Hi5{}')
})

test('a first event that shows nothing leaves the format open', async () => {
  const nothing = ['{"error":null,"text":"no"}', '{"text":"no"}']
  const source = nothing.map((data) => `data: ${data}\n\n`).join('') + text('one') + END
  assert.equal((await textOf(decode(source)).answer()).text, 'one')
})

test('what was cancelled or left before anything came is no failure', async () => {
  const gone = serve((response) => response.write('event: ping\ndata: {}\n\n'))
  const stream = open()
  const answer = textOf(stream)
  const waiting = answer.next()
  await stream.opened
  await stream.cancel()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  assert.equal((await answer.done).text, '')
  await gone
  requests = 0
  handle = (_, response) => response.writeHead(204).end()
  assert.equal((await textOf(open()).answer()).text, '')
})

test('an unframed error fails a stream that would reconnect for ever', async () => {
  const gone = serve((response) => response.end('{"error":{"message":"no"}}'))
  const stream = open()
  const answer = textOf(stream)
  await assert.rejects(answer.answer(), {
    code: 'unknown-format',
    body: '{"error":{"message":"no"}}',
  })
  await assert.rejects(answer.done, { code: 'unknown-format' })
  await gone
  assert.equal((await stream.closed).type, 'failed')
  assert.equal(requests, 1)
})

test('a format that is none is refused', () => {
  assert.throws(() => textOf(decode(''), 'toString' as AnswerFormat), {
    code: 'invalid-options',
    message:
      '`format` must be a function or one of auto, relay, message-frames, anthropic, openai-responses, gemini-interactions, ai-sdk, ag-ui, coze, dify, gemini, openai-chat, ollama, cloudflare, llama-cpp',
  })
})
