import { expect } from 'chai'
import type { RetryInfo, ServerSentEvent } from 'sluicegate'
import { all, data, gate, rejection } from '../support/consume.js'
import { event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const QUICK = { minDelay: 0, initialDelay: 1 }

class Thrown extends Error {}

describe('hooks', () => {
  test('onOpen sees each response before its events', async () => {
    const source = await script([
      { headers: { 'x-n': '1' }, steps: [{ send: event('a', { id: 1 }) }] },
      { headers: { 'x-n': '2' }, steps: [{ send: event('b') + event('[DONE]') }] },
    ])
    const seen: unknown[] = []
    const stream = open(source.url, {
      retry: QUICK,
      done: '[DONE]',
      onOpen: (response) => void seen.push(response.headers.get('x-n')),
    })
    for await (const { data } of stream) seen.push(data)
    expect(seen).to.deep.equal(['1', 'a', '2', 'b'])
  })

  test('the stream waits for an async onOpen', async () => {
    const source = await streaming({ send: event('a') })
    const { passed, pass } = gate()
    const called = gate()
    const stream = open(source.url, {
      retry: false,
      onOpen: () => {
        called.pass()
        return passed
      },
    })
    const first = stream.next()
    await called.passed
    expect(stream.state).to.equal('connecting')
    expect(stream.stats.events).to.equal(0)
    pass()
    expect((await first).value).to.include({ data: 'a' })
    await all(stream)
  })

  for (const isAsync of [false, true]) {
    test(`an onOpen that ${isAsync ? 'rejects' : 'throws'} refuses the response`, async () => {
      const thrown = new Thrown('no')
      const refuse = () => {
        throw thrown
      }
      const source = await script([
        {
          headers: { 'x-why': 'not this one' },
          steps: [{ send: event('a', { id: 1 }) }, { stall: true }],
        },
      ])
      const onOpen = isAsync ? async () => refuse() : refuse
      const stream = open(source.url, { retry: QUICK, onOpen })
      const error = await rejection(stream.next())
      expect(error).to.include({
        name: 'StreamError',
        code: 'refused',
        message: 'onOpen refused the response',
        status: 200,
        attempt: 1,
        retryable: false,
      })
      expect((error as Error).cause).to.equal(thrown)
      expect(await rejection(stream.opened)).to.include({ code: 'refused' })
      const [entry] = await source.over(1)
      expect(entry).to.include({ outcome: 'client-closed' })
    })
  }

  test('onComment gets each comment', async () => {
    const comments: string[] = []
    const source = await streaming({ send: `: beat\n${event('a')}:\n:no space\n:  two\n\n` })
    const stream = open(source.url, { retry: false, onComment: (text) => comments.push(text) })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(comments).to.deep.equal([' beat', '', 'no space', '  two'])
  })

  test('onRetry is told what comes and why', async () => {
    const source = await script([
      { status: 503, headers: { 'retry-after': '0' } },
      { steps: [{ send: event('a', { id: 1 }) }] },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const told: RetryInfo[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 7, initialDelay: 7, jitter: 0 },
      onRetry: (info) => told.push(info),
    })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(told.map(({ attempt, delay }) => ({ attempt, delay }))).to.deep.equal([
      { attempt: 2, delay: 7 },
      { attempt: 3, delay: 7 },
    ])
    expect(told[0]?.error).to.include({ code: 'http', status: 503, attempt: 1 })
    expect(told[1]?.error).to.include({
      code: 'network',
      attempt: 2,
      message: `${source.url} ended the stream`,
    })
  })

  test('shouldRetry decides', async () => {
    const source = await script([
      { status: 404 },
      { status: 500 },
      { steps: [{ send: event('never') }] },
    ])
    const asked: unknown[] = []
    const stream = open(source.url, {
      retry: {
        ...QUICK,
        shouldRetry: (error, attempt) => {
          asked.push([error.code, error.status, attempt])
          return error.status === 404 ? 3 : false
        },
      },
    })
    expect(await rejection(stream.next())).to.include({ code: 'http', status: 500, attempt: 2 })
    expect(asked).to.deep.equal([
      ['http', 404, 1],
      ['http', 500, 2],
    ])
    await source.over(2)
  })

  test('the waits grow up to the cap, and an event starts them over', async () => {
    const source = await script([
      { status: 500 },
      { status: 500 },
      { status: 500 },
      { steps: [{ send: event('a', { id: 1 }) }] },
      { status: 500 },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 2, factor: 3, maxDelay: 10, jitter: 0, maxAttempts: 4 },
      onRetry: ({ delay }) => delays.push(delay),
    })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(delays).to.deep.equal([2, 6, 10, 2, 6])
  })

  test('retry: 0 of the server does not go under minDelay', async () => {
    const source = await script([
      { steps: [{ send: `retry: 0\n${event('a', { id: 1 })}` }] },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const stream = open(source.url, { done: '[DONE]', onRetry: ({ delay }) => delays.push(delay) })
    await all(stream)
    expect(delays).to.deep.equal([250])
  })

  test('503 with Retry-After as a date waits until then', async () => {
    // Dates have no fractions: between one and two seconds from now.
    const date = new Date(Date.now() + 2_000).toUTCString()
    const source = await script([
      { status: 503, headers: { 'retry-after': date } },
      { steps: [{ send: event('[DONE]') }] },
    ])
    const delays: number[] = []
    const due: number[] = []
    const stream = open(source.url, {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 1 },
      onRetry: ({ delay }) => {
        delays.push(delay)
        due.push(Date.now() + delay)
      },
    })
    await all(stream)
    expect(delays).to.have.length(1)
    // Of a slow moment, nothing may be left to wait.
    if (delays[0] !== 0) expect(due[0]).to.be.closeTo(Date.parse(date), 50)
    await source.over(2)
  })

  test('done sees each event, up to the one that ends the stream', async () => {
    const source = await streaming({
      send: event('a', { id: 1 }) + event('b', { type: 'stop' }) + event('c', { type: 'stop' }),
    })
    const seen: ServerSentEvent[] = []
    const stream = open(source.url, {
      done: (candidate) => {
        seen.push(candidate)
        return candidate.type === 'stop'
      },
      retry: QUICK,
    })
    expect(data(await all(stream))).to.deep.equal(['a'])
    expect(seen).to.deep.equal([
      { type: 'message', data: 'a', lastEventId: '1' },
      { type: 'stop', data: 'b', lastEventId: '1' },
    ])
    expect(await stream.closed).to.deep.equal({ type: 'done', dropped: 0 })
    await source.over(1)
  })
})
