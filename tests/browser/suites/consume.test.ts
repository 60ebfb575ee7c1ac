import { expect } from 'chai'
import type { ServerSentEvent } from 'sluicegate'
import { all, data } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { Handmade } from '../support/handmade.js'
import { event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

/** Three events, each sent when the signal of its name comes. */
const onDemand = () =>
  streaming(
    { waitFor: 'a' },
    { send: event('a', { id: 1 }) },
    { waitFor: 'b' },
    { send: event('b', { id: 2 }) },
    { waitFor: 'c' },
    { send: event('c', { id: 3 }) },
  )

const twoThenOne = () =>
  streaming({ send: event('a') + event('b') }, { waitFor: 'more' }, { send: event('c') })

describe('consuming', () => {
  test('a URL may be relative, or a URL', async () => {
    const { url } = await streaming({ send: event('x') })
    const path = new URL(url).pathname
    expect(data(await all(open(path, { retry: false })))).to.deep.equal(['x'])
    expect(data(await all(open(new URL(url), { retry: false })))).to.deep.equal(['x'])
  })

  test('calls of next() that overlap are answered in order', async () => {
    const source = await onDemand()
    const stream = open(source.url, { retry: false })
    const order: string[] = []
    const calls = [1, 2, 3, 4, 5].map(async (call) => {
      const result = await stream.next()
      order.push(`${call}: ${result.done ? 'done' : result.value.data}`)
    })
    for (const name of ['a', 'b', 'c']) await source.signal(name)
    await Promise.all(calls)
    expect(order).to.deep.equal(['1: a', '2: b', '3: c', '4: done', '5: done'])
  })

  test('overlapping calls share one chunk of several events', async () => {
    const { url } = await streaming({ send: event('a') + event('b') + event('c') })
    const stream = open(url, { retry: false })
    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()])
    expect(results.map(({ value }) => value?.data)).to.deep.equal(['a', 'b', 'c', undefined])
    expect(results.map(({ done }) => done)).to.deep.equal([false, false, false, true])
  })

  test('after the end, next() says so again and again', async () => {
    const { url } = await streaming({ send: event('a') })
    const stream = open(url, { retry: false })
    await all(stream)
    const end = { done: true, value: undefined }
    expect(await stream.next()).to.deep.equal(end)
    expect(await stream.next()).to.deep.equal(end)
  })

  test('break closes the stream and its connection', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const stream = open(source.url)
    for await (const { data } of stream) {
      expect(data).to.equal('a')
      break
    }
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    expect(stream.state).to.equal('closed')
    const [entry] = await source.over(1)
    expect(entry).to.include({ outcome: 'client-closed' })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('return() ends a next() that waits, and drops what was not taken', async () => {
    const source = await twoThenOne()
    const stream = open(source.url)
    expect((await stream.next()).value).to.include({ data: 'a' })
    expect(await stream.return()).to.deep.equal({ done: true, value: undefined })
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 1 })

    const silent = await streaming({ stall: true })
    const waiting = open(silent.url)
    const next = waiting.next()
    await silent.requests(1)
    await waiting.return()
    expect(await next).to.deep.equal({ done: true, value: undefined })
  })

  test('batches() gives what came together, and never nothing', async () => {
    const source = await twoThenOne()
    const stream = open(source.url, { retry: false })
    const batches: string[][] = []
    for await (const batch of stream.batches()) {
      batches.push(data(batch))
      if (batches.length === 1) await source.signal('more')
    }
    expect(batches).to.deep.equal([['a', 'b'], ['c']])
  })

  test('leaving batches() closes the stream', async () => {
    const source = await twoThenOne()
    const stream = open(source.url)
    for await (const batch of stream.batches()) {
      expect(data(batch)).to.deep.equal(['a', 'b'])
      break
    }
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    await source.over(1)
  })

  test('frames() gives what comes within one frame as one array', async () => {
    const body = new Handmade()
    const stream = open('/unused', { retry: false, fetch: body.fetch })
    const frames = stream.frames()
    const names = Array.from({ length: 20 }, (_, k) => String(k))
    await stream.opened
    // No frame comes in between: reading these takes nothing but microtasks.
    for (const name of names) body.push(event(name))
    const first = await frames.next()
    expect(data(first.value ?? [])).to.deep.equal(names)
    body.push(event('later'))
    body.end()
    expect(data((await frames.next()).value ?? [])).to.deep.equal(['later'])
    expect(await frames.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('frames() loses nothing of a stream that drips', async () => {
    const names = Array.from({ length: 30 }, (_, k) => String(k))
    const { url } = await streaming({ drip: names.map((name) => event(name)).join('') })
    const frames = await all(open(url, { retry: false }).frames())
    expect(data(frames.flat())).to.deep.equal(names)
    expect(frames.map(({ length }) => length)).to.not.include(0)
  })

  test('frames() tells of an error after the events ahead of it', async () => {
    const source = await script([
      { framing: 'truncated-length', steps: [{ send: event('a') }, { waitFor: 'break' }] },
    ])
    const stream = open(source.url, { retry: false })
    const events: ServerSentEvent[] = []
    let error: unknown
    try {
      for await (const frame of stream.frames()) {
        events.push(...frame)
        await source.signal('break')
      }
    } catch (thrown) {
      error = thrown
    }
    expect(data(events)).to.deep.equal(['a'])
    expect(error).to.include({ code: 'network' })
  })

  test('the views share one sequence', async () => {
    const source = await twoThenOne()
    const stream = open(source.url, { retry: false })
    expect((await stream.next()).value).to.include({ data: 'a' })
    const { value: batch } = await stream.batches().next()
    expect(data(batch ?? [])).to.deep.equal(['b'])
    await source.signal('more')
    expect(
      (await stream
        .json()
        .next()
        .catch(() => 'no JSON')) as unknown,
    ).to.equal('no JSON')
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
  })

  test('toReadableStream() gives the events and closes', async () => {
    const { url } = await streaming({ send: event('a') + event('b') })
    const reader = open(url, { retry: false }).toReadableStream().getReader()
    expect((await reader.read()).value).to.include({ data: 'a' })
    expect((await reader.read()).value).to.include({ data: 'b' })
    expect(await reader.read()).to.deep.equal({ done: true, value: undefined })
  })

  test('to cancel the readable stream is to leave', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const stream = open(source.url)
    const reader = stream.toReadableStream().getReader()
    expect((await reader.read()).value).to.include({ data: 'a' })
    await reader.cancel()
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    await source.over(1)
  })

  test('the readable stream fails as the stream does', async () => {
    const { url } = await script([{ status: 404 }])
    const reader = open(url).toReadableStream().getReader()
    const error = await reader.read().catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'http', status: 404 })
  })

  test('what nobody consumes is opened all the same', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const stream = open(source.url)
    await stream.opened
    expect(stream.state).to.equal('open')
    stream.close()
    await eventually(() => expect(stream.state).to.equal('closed'))
    await source.over(1)
  })
})
