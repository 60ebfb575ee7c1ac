// The decoder where no browser is needed: its hooks, its end, and what it keeps alive.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDecoder, type Decoder, type DecoderOptions, type ServerSentEvent } from 'sluicegate'

const encode = (text: string) => new TextEncoder().encode(text)
const data = (events: ServerSentEvent[]) => events.map((event) => event.data)

const TEXT = 'retry: 5\n: beat\nid: 1\ndata: żółć\n\nid: 2\n\nevent: delta\ndata: b\n\n'
const EVENTS: ServerSentEvent[] = [
  { type: 'message', data: 'żółć', lastEventId: '1' },
  { type: 'delta', data: 'b', lastEventId: '2' },
]

type HookName = 'onComment' | 'onRetry' | 'onId'
const HOOKS: HookName[] = ['onComment', 'onRetry', 'onId']

const hooked = (name: HookName, hook: () => void) =>
  createDecoder({ [name]: hook } as DecoderOptions)

describe('hooks', () => {
  test('are called in the order of the stream, before push() returns', async () => {
    const heard: unknown[] = []
    const note = (value: unknown) => void heard.push(value)
    const decoder = await createDecoder({ onComment: note, onRetry: note, onId: note })
    assert.deepEqual(decoder.push(TEXT), EVENTS)
    assert.deepEqual(heard, [5, ' beat', '1', '2'])
    assert.equal(decoder.lastEventId, '2')
    decoder.free()
    assert.equal(decoder.lastEventId, '2')
  })

  for (const name of HOOKS) {
    test(`${name} may use other decoders, also ones that make the memory grow`, async () => {
      const large = `data: ${'汉'.repeat(1_000_000)}\n\n`
      const other = await createDecoder()
      const decoder = await hooked(name, () => {
        assert.equal(other.push(large + TEXT).length, 3)
      })
      assert.deepEqual(decoder.push(TEXT), EVENTS)
      decoder.free()
      other.free()
    })

    test(`${name} may free its decoder: the call still returns its events`, async () => {
      const decoder: Decoder = await hooked(name, () => decoder.free())
      assert.deepEqual(decoder.push(TEXT), EVENTS)
      assert.throws(() => decoder.push(TEXT), { name: 'TypeError' })
    })

    test(`${name} may push: each event comes out once, in order`, async () => {
      const found: ServerSentEvent[] = []
      let isNested = false
      const decoder: Decoder = await hooked(name, () => {
        if (isNested) return
        isNested = true
        found.push(...decoder.push('data: nested\n\n'))
      })
      found.push(...decoder.push(TEXT), ...decoder.push('data: after\n\n'))
      assert.deepEqual(data(found), ['żółć', 'b', 'nested', 'after'])
      decoder.free()
    })

    test(`${name} may throw: the next call returns the events of both`, async () => {
      let calls = 0
      const decoder = await hooked(name, () => {
        if (calls++ === 0) throw new Error('hook')
      })
      assert.throws(() => decoder.push(TEXT), { message: 'hook' })
      assert.deepEqual(data(decoder.push('data: c\n\n')), ['żółć', 'b', 'c'])
      assert.deepEqual(decoder.end(), [])
      assert.equal(calls, name === 'onId' ? 2 : 1)
      decoder.free()
    })
  }

  test('an error at the end, or before an event that is too large, loses nothing either', async () => {
    let isThrowing = true
    const onComment = () => {
      if (isThrowing) throw new Error('hook')
    }
    const decoder = await createDecoder({ onComment, maxEventSize: 100 })
    assert.throws(() => decoder.push(`data: a\n\n:\ndata: ${'x'.repeat(200)}`), { message: 'hook' })
    isThrowing = false
    assert.deepEqual(data(decoder.push('')), ['a'])
    assert.throws(() => decoder.push(''), { code: 'event-too-large' })
    decoder.free()

    isThrowing = true
    const last = await createDecoder({ onComment })
    assert.deepEqual(last.push('data: unfinished\n: in it\n'), [])
    assert.throws(() => last.end(), { message: 'hook' })
    assert.deepEqual(last.end(), [])
    last.free()
  })
})

describe('push(), end() and free()', () => {
  test('take any bytes, and strings', async () => {
    const bytes = encode('data: é\n\n')
    const { buffer } = bytes
    const shared = new SharedArrayBuffer(bytes.length)
    new Uint8Array(shared).set(bytes)
    const foreign = runInNewContext(`new Uint8Array([${bytes.join()}])`) as Uint8Array
    const decoder = await createDecoder()
    const chunks = [bytes, buffer, new DataView(buffer), shared, foreign, Buffer.from(bytes)]
    for (const chunk of [...chunks, 'data: é\n\n']) {
      assert.deepEqual(data(decoder.push(chunk)), ['é'])
    }
    for (const [chunk, said] of [
      [undefined, 'Undefined'],
      [7, 'Number'],
      [[1, 2], 'Array'],
      [{}, 'Object'],
    ] as [never, string][]) {
      const message = `a chunk must be bytes or a string, not [object ${said}]`
      assert.throws(() => decoder.push(chunk), { name: 'TypeError', message })
    }
    decoder.free()
  })

  test('end() may come again, and another stream after it goes on from the same id', async () => {
    const decoder = await createDecoder()
    decoder.push('id: 7\n\ndata: unfinished')
    assert.deepEqual([decoder.end(), decoder.end()], [[], []])
    assert.deepEqual(decoder.push('\ufeffdata: a\n\n'), [
      { type: 'message', data: 'a', lastEventId: '7' },
    ])
    decoder.free()
  })

  test('free() may come again; what comes after it says so', async () => {
    const decoder = await createDecoder()
    decoder.free()
    decoder.free()
    for (const use of [() => decoder.push(''), () => decoder.end()]) {
      assert.throws(use, { name: 'TypeError', message: /^this decoder was freed/ })
    }
  })

  test('maxEventSize counts what is kept', async () => {
    const long = 'x'.repeat(10_000)
    const decoder = await createDecoder({ maxEventSize: 100 })
    assert.deepEqual(data(decoder.push(`:${long}\nx: ${long}\ndata: a\n\n`)), ['a'])
    decoder.free()
    const listening = await createDecoder({ maxEventSize: 100, onComment: () => undefined })
    assert.throws(() => listening.push(`:${long}`), { code: 'event-too-large' })
    listening.free()
  })

  test('large chunks are cut into the same events as small ones', async () => {
    const count = 5_000
    const one = (at: number) =>
      `event: t${at % 100}\nid: ${at}\ndata: 汉 ${'é'.repeat(at % 50)}\n\n`
    const bytes = encode(Array.from({ length: count }, (_, at) => one(at)).join(''))
    const decoder = await createDecoder()
    const whole = decoder.push(bytes)
    assert.equal(whole.length, count)
    whole.forEach((event, at) => {
      const expected = { type: `t${at % 100}`, data: `汉 ${'é'.repeat(at % 50)}` }
      assert.deepEqual(event, { ...expected, lastEventId: String(at) })
    })
    decoder.free()
  })
})

test('a host without TransformStream can import the package', () => {
  const code = `
    delete globalThis.TransformStream
    const { createDecoder, EventStreamDecoderStream } = await import('sluicegate')
    console.log((await createDecoder()).push('data: a\\n\\n').length)
    try { new EventStreamDecoderStream() } catch ({ code }) { console.log(code) }`
  const args = ['--input-type=module', '--eval', code]
  const said = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' })
  assert.equal(said, '1\nunsupported\n')
})

describe('what is kept of a stream does not keep its chunks alive', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const CHUNK = 64 * 1024
  const CHUNKS = 1_000

  const heapSize = () => {
    collect()
    collect()
    return process.memoryUsage().heapUsed
  }

  /** Ever new types, less of them in each chunk, so that none takes the number of an earlier one. */
  const chunkOf = (at: number) => {
    const types = Array.from({ length: CHUNKS + 100 - at }, (_, number) => {
      return `event: a-type-that-is-new-${at}-${number}\ndata\n\n`
    })
    const id = `id: an-id-that-is-long-enough-${at}\ndata: ${'x'.repeat(100)}${at}\n\n`
    const start = `event: another-new-type-${at}\n${id}${types.join('')}`.slice(0, CHUNK)
    return encode(start.slice(0, start.lastIndexOf('\n\n') + 2).padEnd(CHUNK, ':\n'))
  }

  const KEPT: [what: string, keep: (event: ServerSentEvent) => unknown, megabytes: number][] = [
    ['nothing but the decoder', () => undefined, 1],
    ['a type of each chunk', ({ type }) => type, 1],
    ['an id of each chunk', ({ lastEventId }) => lastEventId, 1],
    ['the data of an event of each chunk', ({ data }) => data, 12],
  ]
  for (const [what, keep, megabytes] of KEPT) {
    test(what, async (context) => {
      const decoder = await createDecoder({ maxEventSize: 1024 })
      decoder.push(chunkOf(0))
      const kept: unknown[] = []
      const before = heapSize()
      for (let at = 0; at < CHUNKS; at++) kept.push(keep(decoder.push(chunkOf(at))[0]!))
      const grown = heapSize() - before
      const total = (CHUNKS * CHUNK) / 1e6
      context.diagnostic(`${total} MB of stream, ${(grown / 1e6).toFixed(2)} MB live after it`)
      assert.equal(kept.length, CHUNKS)
      assert.ok(grown < megabytes * 1e6, `${grown} bytes`)
      decoder.free()
    })
  }
})

test('UTF-8 is decoded as TextDecoder decodes it, whatever stands beside each other', async () => {
  // At the limits of what may be a first, second, third or fourth byte.
  const limits = [
    0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
    0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
  ]
  const decoder = await createDecoder()
  const reference = new TextDecoder()
  const chunk = new Uint8Array(40)
  let count = 0
  for (const first of limits) {
    for (const second of limits) {
      for (const third of limits) {
        for (const fourth of limits) {
          // At every place within sixteen bytes.
          const at = 6 + (count++ % 17)
          chunk.set(encode('data: '.padEnd(38, 'a') + '\n\n'))
          chunk.set([first, second, third, fourth], at)
          const [event] = decoder.push(chunk)
          const expected = reference.decode(chunk).slice('data: '.length, -2)
          if (event?.data !== expected) {
            assert.equal(event?.data, expected, `${[first, second, third, fourth]} at ${at}`)
          }
        }
      }
    }
  }
  decoder.free()
})
