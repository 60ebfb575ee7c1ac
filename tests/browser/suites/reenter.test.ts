import { expect } from 'chai'
import { createDecoder, decode, type Decoder, type OpenOptions } from 'sluicegate'
import { EventSource } from 'sluicegate/eventsource'
import { fetchEventSource } from 'sluicegate/fetch-event-source'
import { textOf } from 'sluicegate/llm'
import { all, data } from '../support/consume.js'
import { type Attempt, Sink, event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const OTHERS = `: other\nretry: 9\n${event('其他', { id: 'other-stream-id', type: 'other' })}`
const ATTEMPT: Attempt = {
  steps: [
    {
      send: `: comment\nretry: 1\n${event('å', { id: 1, type: 'one' })}${event('[2]', { id: 2 })}`,
    },
    { send: event('[3]', { type: 'three' }) },
    { stall: true },
  ],
}
const EVENTS = [
  { type: 'one', data: 'å', lastEventId: '1' },
  { type: 'message', data: '[2]', lastEventId: '2' },
  { type: 'three', data: '[3]', lastEventId: '2' },
]
const FAILING: Attempt = { status: 503 }
const QUICK = { initialDelay: 1, minDelay: 0 }

/** Uses the module in every way from where user code runs, and counts how often. */
class Disturber {
  count = 0
  #decoder!: Decoder

  async load(): Promise<this> {
    this.#decoder = await createDecoder()
    return this
  }

  readonly disturb = (): void => {
    this.count++
    // More memory each time: views of it that somebody keeps are detached.
    const text = `data: ${'汉'.repeat(100_000 * this.count)}\n\n${OTHERS}`
    const found = this.#decoder.push(new TextEncoder().encode(text))
    expect(found.map(({ type }) => type)).to.deep.equal(['message', 'other'])
    void decode(OTHERS).next()
    open('/unused').close()
  }

  /** A function that disturbs and then returns a value. */
  readonly returning =
    <T>(value: T) =>
    (): T => {
      this.disturb()
      return value
    }

  end(): void {
    expect(this.count).to.be.above(0)
    this.#decoder.free()
  }
}

async function disturber(): Promise<Disturber> {
  return new Disturber().load()
}

describe('callbacks that use other decoders and streams', () => {
  type Place = [name: string, options: (it: Disturber) => OpenOptions, attempts?: Attempt[]]
  const PLACES: Place[] = [
    ['headers()', ({ returning }) => ({ headers: returning({}) })],
    ['body()', ({ returning }) => ({ method: 'POST', body: returning({}) })],
    ['onOpen()', ({ disturb }) => ({ onOpen: disturb })],
    ['onComment()', ({ disturb }) => ({ onComment: disturb })],
    ['done()', ({ returning }) => ({ done: returning(false) })],
    ['fetch()', ({ disturb }) => ({ fetch: (...args) => (disturb(), globalThis.fetch(...args)) })],
    ['onRetry()', ({ disturb }) => ({ retry: QUICK, onRetry: disturb }), [FAILING, ATTEMPT]],
    [
      'shouldRetry()',
      ({ returning }) => ({ retry: { ...QUICK, shouldRetry: returning(true) } }),
      [FAILING, ATTEMPT],
    ],
  ]
  for (const [name, options, attempts = [ATTEMPT]] of PLACES) {
    test(`${name} of openStream`, async () => {
      const it = await disturber()
      const source = await script(attempts)
      const stream = open(source.url, options(it))
      const events = []
      while (events.length < EVENTS.length) events.push((await stream.next()).value)
      expect(events).to.deep.equal(EVENTS)
      stream.close()
      it.end()
    })
  }

  for (const part of ['url', 'headers', 'body'] as const) {
    test(`cancel.${part}() and ack.${part}() of openStream`, async () => {
      const it = await disturber()
      const [source, cancelled, acknowledged] = [await script([ATTEMPT]), new Sink(), new Sink()]
      const endpoint = ({ url }: Sink) => {
        return { url, [part]: it.returning(part === 'url' ? url : {}) }
      }
      const stream = open(source.url, {
        cancel: endpoint(cancelled),
        ack: endpoint(acknowledged),
      })
      const events = []
      while (events.length < EVENTS.length) events.push((await stream.next()).value)
      expect(events).to.deep.equal(EVENTS)
      expect(await stream.cancel()).to.include({ aborted: true, notified: true })
      await cancelled.received(1)
      it.end()
    })
  }

  test('hooks of decode()', async () => {
    const it = await disturber()
    const { disturb } = it
    const text = `: c\nretry: 5\n${event('å', { id: 1 })}id: 2\n\n${event('b')}`
    const options = { onComment: disturb, onRetry: disturb, onId: disturb }
    const found = await all(decode(text, options))
    expect(found).to.deep.equal([
      { type: 'message', data: 'å', lastEventId: '1' },
      { type: 'message', data: 'b', lastEventId: '2' },
    ])
    expect(it.count).to.equal(4)
    it.end()
  })

  test('a hook of decode() that leaves it', async () => {
    const events = decode(`: c\n${event('a')}`, { onComment: () => void events.return() })
    expect(await events.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('the consumer: json() and an extractor of textOf()', async () => {
    const it = await disturber()
    const json = decode(event('{"a":1}') + event('[2]')).json()
    const values = []
    for await (const value of json) {
      it.disturb()
      values.push(value)
    }
    expect(values).to.deep.equal([{ a: 1 }, [2]])
    const texts = textOf(decode(event('a') + event('b', { type: 'x' })), ({ type, data }) => {
      it.disturb()
      return type + data
    })
    expect((await all(texts)).join('')).to.equal('messageaxb')
    it.end()
  })

  test('listeners of EventSource', async () => {
    const it = await disturber()
    const source = await script([ATTEMPT])
    const target = new EventSource(source.url)
    const seen: unknown[] = []
    target.addEventListener('open', it.disturb)
    await new Promise<void>((resolve) => {
      for (const name of ['one', 'message', 'three']) {
        target.addEventListener(name, ({ type, data, lastEventId }: MessageEvent) => {
          it.disturb()
          seen.push({ type, data: data as string, lastEventId })
          if (seen.length === EVENTS.length) resolve()
        })
      }
    })
    target.close()
    expect(seen).to.deep.equal(EVENTS)
    it.end()
  })

  test('callbacks of fetchEventSource()', async () => {
    const it = await disturber()
    const source = await script([FAILING, ATTEMPT])
    const controller = new AbortController()
    const seen: string[] = []
    const ended = fetchEventSource(source.url, {
      signal: controller.signal,
      onopen: async ({ ok }) => {
        it.disturb()
        if (!ok) throw new Error('not yet')
      },
      onerror: it.returning(1),
      onmessage: ({ event, data }) => {
        it.disturb()
        if (data !== '') seen.push(`${event}:${data}`)
        if (seen.length === EVENTS.length) controller.abort()
      },
    })
    await ended.catch(({ name }: Error) => expect(name).to.equal('AbortError'))
    expect(seen).to.deep.equal(['one:å', ':[2]', 'three:[3]'])
    it.end()
  })
})

describe('comments at the end', () => {
  test('of a stream reach onComment', async () => {
    const source = await streaming(
      { send: `${event('a')}data: unfinished\n: inside\n` },
      { end: true },
    )
    const comments: string[] = []
    const stream = open(source.url, { retry: false, onComment: (text) => comments.push(text) })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(comments).to.deep.equal([' inside'])
  })

  test('stop with a stream that one of them stops', async () => {
    const source = await streaming({ send: `: a\n: b\n${event('a')}` }, { stall: true })
    let count = 0
    const stream = open(source.url, {
      onComment: () => {
        count++
        stream.close()
      },
    })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    expect(count).to.equal(1)
  })

  test('an error that the last one throws fails the stream', async () => {
    const source = await streaming({ send: `data: unfinished\n: inside\n` }, { end: true })
    const thrown = new Error('hook')
    const stream = open(source.url, {
      retry: { initialDelay: 1, minDelay: 0 },
      onComment: () => {
        throw thrown
      },
    })
    expect(await stream.next().catch((error: unknown) => error)).to.equal(thrown)
    await source.over(1)
  })
})
