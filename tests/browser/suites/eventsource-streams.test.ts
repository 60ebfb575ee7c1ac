import { expect } from 'chai'
import { EventSource, installEventSource } from 'sluicegate/eventsource'
import { gate } from '../support/consume.js'
import { eventually, pause } from '../support/eventually.js'
import { otherRealm } from '../support/realm.js'
import { event, streaming } from '../support/server.js'
import { test } from '../support/test.js'

describe('EventSource.fromReadableStream', () => {
  const bytesOf = (...chunks: string[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
        controller.close()
      },
    })

  /** All that a source dispatches, until it is closed. */
  async function read(stream: ReadableStream<Uint8Array>): Promise<string[]> {
    const source = EventSource.fromReadableStream(stream)
    const lines: string[] = []
    const over = gate()
    source.onopen = () => lines.push(`open ${source.readyState}`)
    source.onmessage = ({ data, origin, lastEventId }) => {
      lines.push([data, origin, lastEventId, source.lastEventId, source.reconnectionTime].join())
    }
    source.onerror = ({ error }) => {
      lines.push(`error ${source.readyState} ${error ?? ''}`)
      over.pass()
    }
    await over.passed
    return lines
  }

  test('is an EventSource without an address', async () => {
    const source = EventSource.fromReadableStream(bytesOf())
    expect(source).to.be.instanceOf(EventSource)
    const { fromReadableStream } = Object.getOwnPropertyDescriptors(EventSource)
    expect(fromReadableStream).to.include({ enumerable: true, configurable: true, writable: true })
    const expected = { url: 'about:event-stream', withCredentials: false, lastEventId: '' }
    expect(source).to.include({ ...expected, readyState: 0, reconnectionTime: 3_000 })
    source.close()
    expect(source.readyState).to.equal(2)
    return Promise.resolve()
  })

  test('dispatches what comes, then one error', async () => {
    const lines = await read(bytesOf('da', 'ta: a\n\nid: 7\nretry: 50\ndata: b\n\ndata: cut off\n'))
    expect(lines).to.deep.equal(['open 1', 'a,null,,,50', 'b,null,7,7,50', 'error 2 '])
  })

  test('a stream that fails is one error, with its reason', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.error('broken') })
    expect(await read(stream)).to.deep.equal(['open 1', 'error 2 broken'])
  })

  test('close() cancels the stream and dispatches nothing more', async () => {
    const cancelled = gate<unknown>()
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(event('a') + event('b'))),
      cancel: cancelled.pass,
    })
    const source = EventSource.fromReadableStream(stream)
    const seen: string[] = []
    source.onerror = () => seen.push('error')
    source.onmessage = ({ data }) => {
      seen.push(data)
      source.close()
    }
    await cancelled.passed
    await pause(50)
    expect(seen).to.deep.equal(['a'])
  })

  test("closing in a listener leaves the stream's producer in peace", async () => {
    for (const last of ['b', 'a']) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const source = EventSource.fromReadableStream(readable)
      source.onmessage = ({ data }) => {
        if (data === last) source.close()
      }
      await bytesOf(event('a')).pipeTo(writable, { preventClose: true })
      if (last === 'b') await bytesOf(event('b')).pipeTo(writable, { preventClose: true })
      await eventually(() => expect(source.readyState).to.equal(2))
    }
  })

  test('a producer that still writes is told that the source was closed', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const source = EventSource.fromReadableStream(readable)
    const writer = writable.getWriter()
    void writer.write(new TextEncoder().encode(event('a')))
    source.onmessage = () => source.close()
    const reason = await writer.closed.then(
      () => 'closed',
      (error: unknown) => error,
    )
    expect(reason).to.include({ name: 'AbortError' })
  })

  test('streams and bytes of another realm are read', async () => {
    const { ReadableStreamThere, Uint8ArrayThere } = await otherRealm()
    const stream = new ReadableStreamThere({
      start(controller) {
        controller.enqueue(new Uint8ArrayThere(new TextEncoder().encode(event('a'))))
        controller.close()
      },
    })
    expect(await read(stream)).to.deep.equal(['open 1', 'a,null,,,3000', 'error 2 '])
  })

  test('a locked stream, or none, is a TypeError', async () => {
    const stream = bytesOf()
    stream.getReader()
    const make = (stream: unknown) => () => {
      EventSource.fromReadableStream(stream as ReadableStream<Uint8Array>)
    }
    expect(make(stream)).to.throw(TypeError)
    expect(make('text')).to.throw(TypeError)
    expect(make(null)).to.throw(TypeError)
    return Promise.resolve()
  })

  test('reset() drops what was cut off, and keeps the id', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const source = EventSource.fromReadableStream(readable)
    const seen: string[] = []
    source.onmessage = ({ data, lastEventId }) => seen.push(`${data} ${lastEventId}`)
    const writer = writable.getWriter()
    const send = (text: string) => writer.write(new TextEncoder().encode(text))
    void send(`${event('a', { id: 1 })}id: 2\nevent: x\ndata: cut`)
    await eventually(() => expect(seen).to.deep.equal(['a 1']))
    source.reset()
    void send(`\ufeff${event('b')}`)
    await eventually(() => expect(seen).to.deep.equal(['a 1', 'b 1']))
    source.close()
  })

  test('reads the body of a fetch', async () => {
    const source = await streaming({ send: event('a', { id: 1 }) })
    const { body } = await fetch(source.url)
    const lines = await read(body!)
    expect(lines).to.deep.equal(['open 1', 'a,null,1,1,3000', 'error 2 '])
  })
})

describe('installEventSource', () => {
  test('takes the place of the global class, and gives it back', () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'EventSource')
    const uninstall = installEventSource()
    expect(globalThis.EventSource).to.equal(EventSource)
    expect(Object.keys(globalThis)).to.not.include('EventSource')
    uninstall()
    expect(Object.getOwnPropertyDescriptor(globalThis, 'EventSource')).to.deep.equal(before)
    return Promise.resolve()
  })
})
