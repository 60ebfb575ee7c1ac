import { expect } from 'chai'
import { type Body, decode, isStreamError, type OpenOptions, openStream } from 'sluicegate'
import { all, data, rejection } from '../support/consume.js'
import { type Entry, event, Held, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

type Realm = Window & typeof globalThis

const TEXT = event('żółć', { id: 1 }) + event('漢字 😀')
const EXPECTED = ['żółć', '漢字 😀']

/** Another realm of this origin: its classes are not ours. */
async function inFrame<T>(work: (realm: Realm) => Promise<T>): Promise<T> {
  const frame = document.createElement('iframe')
  frame.srcdoc = '<!doctype html>'
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  document.body.append(frame)
  await loaded
  try {
    return await work(frame.contentWindow as Realm)
  } finally {
    frame.remove()
  }
}

/** What the server got of a POST with what a realm made. */
function sent(make: (realm: Realm) => OpenOptions): Promise<Entry> {
  return inFrame(async (realm) => {
    const source = await streaming({ send: TEXT })
    const stream = open(source.url, { method: 'POST', retry: false, ...make(realm) })
    expect(data(await all(stream))).to.deep.equal(EXPECTED)
    return (await source.over(1))[0]!
  })
}

/** Bytes of the realm. */
function bytesOf(realm: Realm, text = TEXT): Uint8Array<ArrayBuffer> {
  return new realm.TextEncoder().encode(text)
}

describe('values of a same-origin iframe', () => {
  test('its fetch', async () => {
    await sent(({ fetch }) => ({ fetch }))
  })

  const HEADERS = { 'content-type': 'text/event-stream' }
  const RESPONSES: [name: string, make: (realm: Realm) => Response][] = [
    ['a Response of text', (realm) => new realm.Response(TEXT, { headers: HEADERS })],
    [
      'a Response of its stream of its bytes',
      (realm) => {
        const body = new realm.ReadableStream({
          start(controller) {
            controller.enqueue(bytesOf(realm))
            controller.close()
          },
        })
        return new realm.Response(body, { headers: HEADERS })
      },
    ],
    [
      'a Response of ours with its stream',
      (realm) => new Response(new realm.Response(TEXT).body, { headers: HEADERS }),
    ],
  ]
  for (const [name, make] of RESPONSES) {
    test(name, () =>
      inFrame(async (realm) => {
        const stream = open('/unused', { retry: false, fetch: async () => make(realm) })
        expect(data(await all(stream))).to.deep.equal(EXPECTED)
        expect(data(await all(decode(make(realm))))).to.deep.equal(EXPECTED)
      }),
    )
  }

  test('its bytes and buffers, for decode()', () =>
    inFrame(async (realm) => {
      const bytes = bytesOf(realm)
      expect(bytes).to.not.be.instanceOf(Uint8Array)
      for (const source of [bytes, bytes.buffer, [bytes], realm.Array.of(bytes)]) {
        expect(data(await all(decode(source)))).to.deep.equal(EXPECTED)
      }
    }))

  test('its signal', () =>
    inFrame(async (realm) => {
      const controller = new realm.AbortController()
      const stream = open(new Held().url, { signal: controller.signal })
      await stream.next()
      const waiting = stream.next()
      controller.abort('enough')
      expect(await rejection(waiting)).to.equal('enough')
    }))

  test('its Headers', async () => {
    const entry = await sent((realm) => ({ headers: new realm.Headers({ 'x-a': '1' }) }))
    expect(entry.headers).to.include({
      'x-a': '1',
      accept: 'text/event-stream, application/x-ndjson;q=0.9',
    })
  })

  const BODIES: [
    name: string,
    make: (realm: Realm) => Body,
    text: string | RegExp,
    type: RegExp,
  ][] = [
    ['an object', (realm) => realm.JSON.parse('{"a":1}'), '{"a":1}', /^application\/json$/],
    ['an array', (realm) => realm.Array.of(1, 2), '[1,2]', /^application\/json$/],
    ['a Date', (realm) => new realm.Date(0), '"1970-01-01T00:00:00.000Z"', /^application\/json$/],
    ['bytes', (realm) => bytesOf(realm, 'bytes'), 'bytes', /^undefined$/],
    ['a DataView', (realm) => new realm.DataView(bytesOf(realm, 'x').buffer), 'x', /^undefined$/],
    ['a buffer', (realm) => bytesOf(realm, 'buffer').buffer, 'buffer', /^undefined$/],
    ['a Blob', (realm) => new realm.Blob(['blob'], { type: 'x/y' }), 'blob', /^x\/y$/],
    ['URLSearchParams', (realm) => new realm.URLSearchParams('a=b'), 'a=b', /urlencoded/],
    [
      'FormData',
      (realm) => {
        const form = new realm.FormData()
        form.set('field', 'value')
        return form
      },
      /name="field"\r\n\r\nvalue\r\n/,
      /^multipart\/form-data/,
    ],
  ]
  for (const [name, make, text, type] of BODIES) {
    test(`as a body, its ${name}`, async () => {
      const entry = await sent((realm) => ({ body: make(realm) }))
      expect(String(entry.headers['content-type'])).to.match(type)
      if (typeof text === 'string') expect(entry.body).to.equal(text)
      else expect(entry.body).to.match(text)
    })
  }

  for (const name of ['Map', 'Set', 'WeakMap'] as const) {
    test(`its ${name} is no body`, () =>
      inFrame(async (realm) => {
        const stream = openStream('/unused', {
          method: 'POST',
          body: new (realm[name] as MapConstructor)(),
        })
        const { error } = await stream.closed
        expect(error).to.include({ code: 'invalid-options' })
        expect((error as Error).message).to.contain(`not [object ${name}]`)
      }))
  }

  test('its URL, and its Request', () =>
    inFrame(async (realm) => {
      const source = await streaming({ send: TEXT })
      const request = new realm.Request(source.url, {
        method: 'POST',
        body: 'asked',
        headers: { 'x-a': '1' },
      })
      for (const input of [new realm.URL(source.url), request]) {
        expect(data(await all(openStream(input, { retry: false })))).to.deep.equal(EXPECTED)
      }
      const [get, post] = await source.over(2)
      expect(get).to.include({ method: 'GET', body: '' })
      expect(post).to.include({ method: 'POST', body: 'asked' })
      expect(post!.headers).to.include({ 'x-a': '1' })
    }))

  test('its errors: a StreamError of another copy is one', () =>
    inFrame(async (realm) => {
      const error = Object.assign(new realm.Error('x'), { name: 'StreamError', code: 'network' })
      expect(error).to.not.be.instanceOf(Error)
      expect(isStreamError(error)).to.equal(true)
      expect(isStreamError(new realm.Error('x'))).to.equal(false)
    }))
})
