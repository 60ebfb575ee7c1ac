import { expect } from 'chai'
import { createDecoder, decode, EventStreamDecoderStream, type ServerSentEvent } from 'sluicegate'
import { all, data, rejection } from '../support/consume.js'
import { event, script, streaming } from '../support/server.js'
import { test } from '../support/test.js'

const TEXT = `${event('żółć', { id: 1 })}${event('two\nlines', { type: 'delta' })}data: unfinished`
const EVENTS: ServerSentEvent[] = [
  { type: 'message', data: 'żółć', lastEventId: '1' },
  { type: 'delta', data: 'two\nlines', lastEventId: '1' },
]
const LINES = '{"n":1}\n\n{"n":2}\r\n"last"'

const encode = (text: string) => new TextEncoder().encode(text)

/** Cut inside a character, with an empty piece in between. */
function* pieces(text = TEXT): Generator<Uint8Array> {
  const bytes = encode(text)
  yield bytes.subarray(0, 14)
  yield new Uint8Array(0)
  yield bytes.subarray(14)
}

async function* slowly(text = TEXT): AsyncGenerator<Uint8Array> {
  for (const piece of pieces(text)) yield await Promise.resolve(piece)
}

function streamOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

describe('decode()', () => {
  const SOURCES: [name: string, source: () => Parameters<typeof decode>[0]][] = [
    ['a string', () => TEXT],
    ['a Uint8Array', () => encode(TEXT)],
    ['an ArrayBuffer', () => encode(TEXT).buffer],
    ['an iterable of bytes', () => pieces()],
    ['an async iterable of bytes', () => slowly()],
    ['a ReadableStream', () => streamOf(pieces())],
    ['a Response', () => new Response(TEXT)],
  ]
  for (const [name, source] of SOURCES) {
    test(`takes ${name}`, async () => {
      expect(await all(decode(source()))).to.deep.equal(EVENTS)
    })
  }

  test('takes a Response of the network', async () => {
    const { url } = await streaming({ drip: TEXT })
    expect(await all(decode(await fetch(url)))).to.deep.equal(EVENTS)
  })

  test('a Response without a body, and an empty string, have no events', async () => {
    expect(await all(decode(new Response(null)))).to.deep.equal([])
    expect(await all(decode(''))).to.deep.equal([])
  })

  test('a Response’s content type says what it is, the option wins', async () => {
    const source = await script([
      {
        headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
        steps: [{ send: LINES }],
      },
    ])
    const events = await all(decode(await fetch(source.url)))
    expect(data(events)).to.deep.equal(['{"n":1}', '{"n":2}', '"last"'])
    const asEvents = await all(decode(await fetch(source.url), { format: 'sse' }))
    expect(asEvents).to.deep.equal([])
  })

  test('NDJSON by the option', async () => {
    for (const source of [LINES, slowly(LINES)]) {
      const values = await all(decode(source, { format: 'ndjson' }).json())
      expect(values).to.deep.equal([{ n: 1 }, { n: 2 }, 'last'])
    }
  })

  test('has the views of a stream', async () => {
    expect((await all(decode(TEXT).batches())).flat()).to.deep.equal(EVENTS)
    expect((await all(decode(TEXT).frames())).flat()).to.deep.equal(EVENTS)
    const reader = decode(TEXT).toReadableStream().getReader()
    expect(await reader.read()).to.deep.equal({ done: false, value: EVENTS[0] })
    await reader.cancel()
  })

  test('gives comments and reconnection times to its hooks', async () => {
    const heard: unknown[] = []
    const text = ': beat\nretry: 50\n\nretry: +5\n\nretry: 007\n\n'
    const options = {
      onComment: (comment: string) => heard.push(comment),
      onRetry: (milliseconds: number) => heard.push(milliseconds),
    }
    expect(await all(decode(text, options))).to.deep.equal([])
    expect(heard).to.deep.equal([' beat', 50, 7])
  })

  test('leaving it cancels the source', async () => {
    let isCancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encode(event('x'))),
      cancel: () => {
        isCancelled = true
      },
    })
    for await (const { data } of decode(endless)) {
      expect(data).to.equal('x')
      break
    }
    expect(isCancelled).to.equal(true)

    let isReturned = false
    async function* source() {
      try {
        for (;;) yield encode(event('x'))
      } finally {
        isReturned = true
      }
    }
    const events = decode(source())
    await events.next()
    await events.return?.()
    await Promise.resolve()
    expect(isReturned).to.equal(true)
    expect(await events.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('fails as its source fails, after the events before', async () => {
    const thrown = new Error('source')
    async function* source() {
      yield encode(event('x'))
      throw thrown
    }
    const events = decode(source())
    expect((await events.next()).value).to.include({ data: 'x' })
    expect(await rejection(events.next())).to.equal(thrown)
    expect(await events.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('an event over the limit: those before it, then the error', async () => {
    const events = decode(event('a') + event('x'.repeat(1_000)), { maxEventSize: 500 })
    expect((await events.next()).value).to.include({ data: 'a' })
    expect(await rejection(events.next())).to.include({
      name: 'StreamError',
      code: 'event-too-large',
      message:
        'an event is larger than 500 bytes: raise `maxEventSize` if such events are expected',
    })
    expect(await events.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('chunks that are no bytes are a TypeError', async () => {
    for (const chunk of [5, {}, null, [1]]) {
      const chunks = [chunk] as unknown as Uint8Array[]
      expect(await rejection(decode(chunks).next())).to.be.instanceOf(TypeError)
    }
  })
})

describe('an id without data', () => {
  const TEXT = 'id: 1\ndata: a\n\nid: 2\n\ndata: b\n\nid: 3\n\n'

  test('decode(): lastEventId is that of what was handed out', async () => {
    const ids: string[] = []
    const events = decode(TEXT, { onId: (id) => ids.push(id) })
    const seen = [events.lastEventId]
    for await (const { lastEventId } of events) seen.push(lastEventId, events.lastEventId)
    expect(seen).to.deep.equal(['', '1', '1', '2', '3'])
    expect(events.lastEventId).to.equal('3')
    expect(ids).to.deep.equal(['1', '2', '3'])
  })

  test('decode(): leaving keeps the id of the event that was read last', async () => {
    const events = decode(['id: 0\n\n', TEXT] as unknown as Uint8Array[])
    for await (const { data } of events) {
      expect(data).to.equal('a')
      break
    }
    expect(events.lastEventId).to.equal('1')
  })

  test('EventStreamDecoderStream: the same', async () => {
    const stream = new EventStreamDecoderStream()
    const reader = streamOf([encode(TEXT)])
      .pipeThrough(stream)
      .getReader()
    expect((await reader.read()).value).to.include({ data: 'a' })
    expect(stream.lastEventId).to.equal('1')
    expect((await reader.read()).value).to.include({ data: 'b', lastEventId: '2' })
    expect(await reader.read()).to.deep.equal({ done: true, value: undefined })
    expect(stream.lastEventId).to.equal('3')
  })
})

describe('a hook that throws', () => {
  const toss = () => {
    throw new Error('hook')
  }

  test('decode(): the events of the chunk, then the error', async () => {
    const events = decode(`: beat\n${event('a')}${event('b')}`, { onComment: toss })
    expect((await events.next()).value).to.include({ data: 'a' })
    expect((await events.next()).value).to.include({ data: 'b' })
    expect(await rejection(events.next())).to.include({ message: 'hook' })
    expect(await events.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('EventStreamDecoderStream: the same, and the writer fails with it', async () => {
    const stream = new EventStreamDecoderStream({ onComment: toss })
    expect(stream).to.be.instanceOf(TransformStream)
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encode(`: beat\n${event('a')}${event('b')}`)),
    })
    const piped = rejection(endless.pipeTo(stream.writable))
    const reader = stream.readable.getReader()
    expect((await reader.read()).value).to.include({ data: 'a' })
    expect((await reader.read()).value).to.include({ data: 'b' })
    expect(await rejection(reader.read())).to.include({ message: 'hook' })
    expect(await piped).to.include({ message: 'hook' })
  })
})

describe('EventStreamDecoderStream', () => {
  test('makes events of bytes, in a pipe', async () => {
    const reader = streamOf(pieces()).pipeThrough(new EventStreamDecoderStream()).getReader()
    const events = []
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      events.push(value)
    }
    expect(events).to.deep.equal(EVENTS)
  })

  test('gives the last line of NDJSON at the end', async () => {
    const stream = streamOf(pieces(LINES)).pipeThrough(
      new EventStreamDecoderStream({ format: 'ndjson' }),
    )
    const seen: string[] = []
    await stream.pipeTo(
      new WritableStream({ write: ({ data }: ServerSentEvent) => void seen.push(data) }),
    )
    expect(seen).to.deep.equal(['{"n":1}', '{"n":2}', '"last"'])
  })

  test('fails on an event over the limit', async () => {
    const stream = streamOf([encode(event('x'.repeat(100)))]).pipeThrough(
      new EventStreamDecoderStream({ maxEventSize: 50 }),
    )
    const error = await rejection(stream.getReader().read())
    expect(error).to.include({ code: 'event-too-large' })
  })
})

describe('createDecoder()', () => {
  test('decodes chunk by chunk, synchronously', async () => {
    const decoder = await createDecoder()
    const [first, empty, last] = [...pieces()]
    expect(decoder.push(first!)).to.deep.equal([])
    expect(decoder.push(empty!)).to.deep.equal([])
    expect(decoder.push(last!)).to.deep.equal(EVENTS)
    expect(decoder.end()).to.deep.equal([])
    decoder.free()
  })

  test('several at a time do not mix', async () => {
    const [one, two] = await Promise.all([createDecoder(), createDecoder({ format: 'ndjson' })])
    expect(one.push(encode('id: 7\ndata: a'))).to.deep.equal([])
    expect(two.push(encode('{"half":'))).to.deep.equal([])
    expect(one.push(encode('\n\n'))).to.deep.equal([
      { type: 'message', data: 'a', lastEventId: '7' },
    ])
    expect(data(two.push(encode('1}\n')))).to.deep.equal(['{"half":1}'])
    expect(data(two.push(encode('2')).concat(two.end()))).to.deep.equal(['2'])
    one.free()
    two.free()
  })

  const INVALID: [options: object, message: string][] = [
    [{ format: 'xml' }, "`format` must be 'sse' or 'ndjson'"],
    [{ maxEventSize: 0 }, '`maxEventSize` must be a number of at least 1'],
    [{ maxEventSize: '9' }, '`maxEventSize` must be a number of at least 1'],
  ]

  for (const [options, message] of INVALID) {
    test(`refuses ${JSON.stringify(options)}`, async () => {
      const expected = { code: 'invalid-options', message }
      expect(await rejection(createDecoder(options))).to.include(expected)
      expect(await rejection(decode('data: a\n\n', options).next())).to.include(expected)
    })
  }
})
