import { expect } from 'chai'
import { decode, type OpenOptions, type StreamErrorCode } from 'sluicegate'
import { all, data, rejection } from '../support/consume.js'
import { event } from '../support/server.js'
import { open, test } from '../support/test.js'

const TEXT = event('żółć', { id: 1 }) + event('漢字 😀')
const EXPECTED = ['żółć', '漢字 😀']
const bytes = () => new TextEncoder().encode(TEXT)
const headers = new Headers({ 'content-type': 'text/event-stream' })

/** A `fetch` that returns whatever it is. */
function returning(make: () => unknown): { fetch: typeof fetch; calls: () => number } {
  let calls = 0
  const fetch = async () => {
    calls++
    return make() as Response
  }
  return { fetch, calls: () => calls }
}

async function* inPieces(): AsyncGenerator<Uint8Array> {
  const all = bytes()
  yield all.subarray(0, 17)
  yield all.subarray(17)
}

/** An async iterable as bare as can be. */
function bare(): AsyncIterable<Uint8Array> {
  const chunks = inPieces()
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
}

function streamOf(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

/** Neither of a class of ours nor of the browser's. */
const READABLE: [name: string, response: () => object][] = [
  ['a look-alike with a stream', () => ({ headers, status: 200, body: streamOf(bytes()) })],
  ['one without a status', () => ({ headers, body: streamOf(bytes()) })],
  ['headers that are a Map', () => ({ headers: new Map(headers), body: streamOf(bytes()) })],
  ['a body that is an async generator', () => ({ headers, body: inPieces() })],
  ['a body that is an async iterable without return()', () => ({ headers, body: bare() })],
  ['a body that is text', () => ({ headers, body: TEXT })],
  ['a body that is bytes', () => ({ headers, body: bytes() })],
  [
    'a body that only a reader reads',
    () => {
      const reader = streamOf(bytes()).getReader()
      return {
        headers,
        body: { getReader: () => ({ read: () => reader.read(), cancel: async () => {} }) },
      }
    },
  ],
  ['no body, but arrayBuffer()', () => ({ headers, arrayBuffer: async () => bytes().buffer })],
  ['no body, but text()', () => ({ headers, text: async () => TEXT })],
  [
    'an arrayBuffer() that is not implemented',
    () => ({
      headers,
      arrayBuffer: async () => {
        throw new Error('not implemented')
      },
      text: async () => TEXT,
    }),
  ],
  [
    'an arrayBuffer() that fails and uses the body up',
    () => {
      const make = (): object => {
        let isUsed = false
        return {
          headers,
          arrayBuffer: async () => {
            isUsed = true
            throw new Error('FileReader.readAsArrayBuffer is not implemented')
          },
          text: async () => {
            if (isUsed) throw new TypeError('Already read')
            return TEXT
          },
          clone: make,
        }
      }
      return make()
    },
  ],
  [
    'a body that can’t be read, but arrayBuffer()',
    () => ({
      headers,
      body: {},
      arrayBuffer: async () => bytes().buffer,
    }),
  ],
]

const CHUNKS: [name: string, chunk: () => unknown][] = [
  ['an ArrayBuffer', () => bytes().buffer],
  ['a DataView', () => new DataView(bytes().buffer)],
  ['a view of another type', () => new Int8Array(bytes().buffer)],
  [
    'a part of a buffer',
    () => {
      const larger = new Uint8Array(bytes().length + 10).fill(120)
      larger.set(bytes(), 5)
      return larger.subarray(5, -5)
    },
  ],
  ['text', () => TEXT],
]

const WRONG: [name: string, response: () => unknown, code: StreamErrorCode, message: string][] = [
  [
    'nothing',
    () => undefined,
    'invalid-options',
    '`fetch` returned [object Undefined], not a Response',
  ],
  ['null', () => null, 'invalid-options', '`fetch` returned [object Null], not a Response'],
  ['text', () => TEXT, 'invalid-options', '`fetch` returned [object String], not a Response'],
  [
    'an object',
    () => ({ ok: true }),
    'invalid-options',
    '`fetch` returned [object Object], not a Response',
  ],
  [
    'headers that are no Headers',
    () => ({ headers: {} }),
    'invalid-options',
    '`fetch` returned [object Object], not a Response',
  ],
  [
    'a body that can’t be read',
    () => ({ headers, body: {} }),
    'unsupported',
    "the response's body can't be read: it is [object Object], and the response has no arrayBuffer() and no text()",
  ],
  [
    'no body at all',
    () => ({ headers }),
    'unsupported',
    "the response's body can't be read: it is [object Undefined], and the response has no arrayBuffer() and no text()",
  ],
  [
    'a body that somebody else reads',
    () => {
      const body = streamOf(bytes())
      body.getReader()
      return { headers, body }
    },
    'unsupported',
    "the response's body can't be read: it was read already, or something else is reading it",
  ],
  [
    'a response that was read',
    () => {
      const response = new Response(TEXT, { headers })
      void response.text()
      return response
    },
    'unsupported',
    "the response's body can't be read: it was read already, or something else is reading it",
  ],
  [
    'a chunk that is an object',
    () => ({ headers, body: streamOf({}) }),
    'unsupported',
    "a chunk of the response's body is [object Object], not bytes",
  ],
  [
    'a chunk that is an array',
    () => ({ headers, body: streamOf([1, 2]) }),
    'unsupported',
    "a chunk of the response's body is [object Array], not bytes",
  ],
  [
    'a chunk that is null',
    () => ({ headers, body: streamOf(null) }),
    'unsupported',
    "a chunk of the response's body is [object Null], not bytes",
  ],
]

describe('responses by their shape', () => {
  for (const [name, response] of READABLE) {
    test(name, async () => {
      const { fetch, calls } = returning(response)
      const stream = open('/unused', { fetch, retry: false })
      expect(data(await all(stream))).to.deep.equal(EXPECTED)
      expect(await stream.closed).to.deep.equal({ type: 'ended', dropped: 0 })
      expect(calls()).to.equal(1)
      expect(data(await all(decode(response() as Response)))).to.deep.equal(EXPECTED)
    })
  }

  for (const [name, chunk] of CHUNKS) {
    test(`a chunk that is ${name}`, async () => {
      const { fetch } = returning(() => new Response(streamOf(chunk()), { headers }))
      expect(data(await all(open('/unused', { fetch, retry: false })))).to.deep.equal(EXPECTED)
      expect(data(await all(decode(streamOf(chunk()))))).to.deep.equal(EXPECTED)
    })
  }

  for (const retry of [undefined, true] satisfies (boolean | undefined)[]) {
    for (const [name, response, code, message] of WRONG) {
      test(`${name}: final, whatever \`retry\` is: ${retry}`, async () => {
        const { fetch, calls } = returning(response)
        const options: OpenOptions = retry === undefined ? { fetch } : { fetch, retry }
        const error = await rejection(open('/unused', options).next())
        expect(error).to.include({ code, message, retryable: false })
        expect(calls()).to.equal(1)
      })
    }
  }

  test('leaving cancels the iterator', async () => {
    let isReturned = false
    async function* endless() {
      try {
        for (;;) yield bytes()
      } finally {
        isReturned = true
      }
    }
    const { fetch } = returning(() => ({ headers, body: endless() }))
    for await (const _event of open('/unused', { fetch })) break
    await new Promise((resolve) => setTimeout(resolve))
    expect(isReturned).to.equal(true)
  })

  test('a read that fails is a failed network, in whatever way the body is read', async () => {
    const broken = new Error('reset')
    const bodies = [
      { body: new ReadableStream({ pull: (controller) => controller.error(broken) }) },
      { body: { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken) }) } },
      { arrayBuffer: () => Promise.reject(broken) },
      { text: () => Promise.reject(broken) },
    ]
    for (const body of bodies) {
      const { fetch } = returning(() => ({ headers, ...body }))
      const error = await rejection(open('/unused', { fetch, retry: false }).next())
      expect(error).to.include({ code: 'network', retryable: true, cause: broken })
    }
  })
})

/** As of React Native and of polyfills: no reason, and no class that anybody knows. */
class BareSignal {
  aborted = false
  #listeners = new Set<() => void>()

  addEventListener(_type: string, listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: string, listener: () => void): void {
    this.#listeners.delete(listener)
  }

  abort(): void {
    this.aborted = true
    for (const listener of this.#listeners) listener()
  }
}

describe('signals without a reason', () => {
  for (const isEarly of [true, false]) {
    test(`end with an AbortError, ${isEarly ? 'aborted before' : 'aborted later'}`, async () => {
      const bare = new BareSignal()
      const signal = bare as unknown as AbortSignal
      if (isEarly) bare.abort()
      const { fetch } = returning(() => ({ headers, body: new ReadableStream() }))
      const stream = open('/unused', { fetch, signal })
      const next = stream.next()
      if (!isEarly) {
        await stream.opened
        bare.abort()
      }
      const error = await rejection(next)
      expect(error).to.be.instanceOf(DOMException).and.include({ name: 'AbortError' })
      expect(await stream.closed).to.deep.equal({ type: 'aborted', error, dropped: 0 })
      if (isEarly) expect(await rejection(stream.opened)).to.equal(error)
    })
  }

  test('what can’t be listened to is refused', async () => {
    const signal = { aborted: false, onabort: null } as unknown as AbortSignal
    const error = await rejection(open('/unused', { signal }).next())
    expect(error).to.include({
      code: 'invalid-options',
      message: '`signal` must be an AbortSignal',
    })
  })
})
