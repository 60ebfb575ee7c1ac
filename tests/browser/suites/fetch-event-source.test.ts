import * as Microsoft from '@microsoft/fetch-event-source'
import { expect } from 'chai'
import * as Ours from 'sluicegate/fetch-event-source'
import {
  type Answer,
  chat,
  FatalError,
  newAnswer,
  type Package,
  RetriableError,
} from '../fetch-event-source/app.js'
import { DIFFERENCES } from '../fetch-event-source/differences.js'
import { rejection } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { reportOf } from '../support/frame.js'
import { otherOrigin } from '../support/page.js'
import { tell } from '../support/progress.js'
import { otherRealm } from '../support/realm.js'
import { type Attempt, event, Held, script, Sink, streaming } from '../support/server.js'
import { test } from '../support/test.js'

const PACKAGES: [name: string, call: Package][] = [
  ['@microsoft/fetch-event-source', Microsoft],
  // The types are theirs: to migrate is to change the import.
  ['sluicegate/fetch-event-source', Ours],
]

/** Theirs leaves a listener on each signal. */
const testOf = (call: Package) => (call === (Ours as Package) ? test : it)

const TYPE = { 'content-type': 'text/event-stream' }

for (const [name, call] of PACKAGES) {
  describe(`an app for fetch-event-source, on ${name}`, () => {
    const check = testOf(call)
    const ask = async (url: string, init?: Microsoft.FetchEventSourceInit): Promise<Answer> => {
      const answer = newAnswer()
      await chat(call, url, 'hello', answer, init)
      return answer
    }

    check('POSTs, and gets the messages in order', async () => {
      const text = event('one', { id: 1 }) + event('two\nlines', { type: 'part' })
      const source = await streaming({ send: text })
      const answer = await ask(source.url)
      expect(answer.messages.map(({ id, event, data }) => ({ id, event, data }))).to.deep.equal([
        { id: '1', event: '', data: 'one' },
        { id: '', event: 'part', data: 'two\nlines' },
      ])
      expect(answer).to.deep.include({ opened: [200], errors: [], isClosed: true })
      const [entry] = await source.over(1)
      expect(entry).to.include({ method: 'POST', body: '{"prompt":"hello"}' })
      expect(entry?.headers).to.include({
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'x-app': 'chat',
      })
    })

    check('a message has the id of its own block', async () => {
      const blocks: [block: string, id: string | undefined][] = [
        ['id: 1\ndata: a\n\n', '1'],
        ['data: a\n\n', ''],
        ['data: a\nid: 1\n\n', '1'],
        ['id: 2\nid: 3\ndata: a\n\n', '3'],
        ['id\ndata: a\n\n', ''],
        ['id: 4\n\n', undefined],
        ['data: a\n\n', ''],
        ['id: 4\ndata: a\n\n', '4'],
        ['event: x\ndata: a\nid: 4\n\n', '4'],
        ['id: ż\ndata: a\n\n', 'ż'],
      ]
      const source = await streaming({ send: blocks.map(([block]) => block).join('') })
      const answer = await ask(source.url)
      // Theirs has messages without data, too.
      const ids = answer.messages.filter(({ data }) => data !== '').map(({ id }) => id)
      expect(ids).to.deep.equal(blocks.map(([, id]) => id).filter((id) => id !== undefined))
    })

    check('a FatalError in onopen ends it', async () => {
      const source = await script([{ status: 403, headers: { 'content-type': 'text/html' } }])
      const answer = newAnswer()
      const error = await rejection(chat(call, source.url, 'hello', answer))
      expect(error).to.be.instanceOf(FatalError)
      expect(error).to.include({ message: '403' })
      expect(answer).to.deep.include({ opened: [403], errors: [error], isClosed: false })
      await source.over(1)
    })

    check('a RetriableError in onopen tries again when onerror says', async () => {
      const source = await script([
        { status: 503 },
        { headers: TYPE, steps: [{ send: event('a') }] },
      ])
      const answer = await ask(source.url)
      expect(answer.opened).to.deep.equal([503, 200])
      expect(answer.errors).to.have.length(1)
      expect(answer.errors[0]).to.be.instanceOf(RetriableError)
      expect(answer.messages.map(({ data }) => data)).to.deep.equal(['a'])
    })

    check('resumes from the last id after a break, when onerror says', async () => {
      const source = await script([
        {
          steps: [{ send: event('a', { id: 'one' }) }, { waitFor: 'read' }, { reset: true }],
        },
        { steps: [{ send: event('b', { id: 'two' }) }] },
      ])
      const answer = newAnswer()
      const done = chat(call, source.url, 'hello', answer)
      await eventually(() => expect(answer.messages).to.have.length(1))
      await source.signal('read')
      await done
      expect(answer.messages.map(({ id }) => id)).to.deep.equal(['one', 'two'])
      const [first, second] = await source.over(2)
      expect(first?.headers).to.not.have.property('last-event-id')
      expect(second?.headers).to.include({ 'last-event-id': 'one', 'x-app': 'chat' })
      expect(second?.body).to.equal(first?.body)
    })

    check('an onclose that throws has it opened again, when onerror says', async () => {
      const source = await script([
        { steps: [{ send: event('a', { id: 1 }) }] },
        { steps: [{ send: event('END', { id: 2 }) }] },
      ])
      const answer = newAnswer()
      await chat(call, source.url, 'hello', answer, {
        onclose() {
          if (answer.messages.at(-1)?.data !== 'END') throw new RetriableError('too early')
        },
      })
      expect(answer.errors).to.have.length(1)
      await source.over(2)
    })

    check('a message that the app finds fatal rejects with its error', async () => {
      const text = event('a') + event('no credit', { type: 'FatalError' })
      const source = await streaming({ send: text }, { stall: true })
      const answer = newAnswer()
      const error = await rejection(chat(call, source.url, 'hello', answer))
      expect(error).to.be.instanceOf(FatalError)
      expect(answer.errors).to.deep.equal([error])
      // Theirs leaves the request open, until its next attempt.
      if (call === (Ours as Package)) await source.over(1)
    })

    check('without onopen, another type than text/event-stream is an error', async () => {
      const source = await script([{ headers: { 'content-type': 'text/html' } }])
      const failed = new FatalError('as the app says')
      const seen: unknown[] = []
      const done = call.fetchEventSource(source.url, {
        openWhenHidden: true,
        onerror(error) {
          seen.push(error)
          throw failed
        },
      })
      expect(await rejection(done)).to.equal(failed)
      expect(seen).to.have.length(1)
      expect(String(seen[0])).to.match(/text\/html/)
    })

    check('the signal stops the request', async () => {
      const held = new Held()
      const controller = new AbortController()
      let seen = 0
      // Nobody waits for it: there must be no unhandled rejection.
      void call.fetchEventSource(held.url, {
        signal: controller.signal,
        openWhenHidden: true,
        onmessage: () => seen++,
      })
      await eventually(() => expect(seen).to.equal(1))
      controller.abort()
      await eventually(async () => expect((await held.counters()).clientClosed).to.equal(1))
    })

    check('the option fetch gets the input, and headers as a plain object', async () => {
      const source = await streaming({ send: event('a') })
      const seen: unknown[] = []
      await call.fetchEventSource('/not/there', {
        openWhenHidden: true,
        headers: { 'X-One': '1' },
        credentials: 'omit',
        fetch: (input, init) => {
          seen.push(input, { ...init?.headers }, init?.credentials)
          return fetch(source.url, init)
        },
      })
      expect(seen).to.deep.equal([
        '/not/there',
        { 'X-One': '1', accept: 'text/event-stream' },
        'omit',
      ])
    })

    check('a Request is taken as it is', async () => {
      const source = await streaming({ send: event('a') })
      const request = new Request(source.url, { method: 'PUT', body: 'x' })
      await call.fetchEventSource(request, { openWhenHidden: true })
      const [entry] = await source.over(1)
      expect(entry).to.include({ method: 'PUT', body: 'x' })
    })
  })
}

describe('where @microsoft/fetch-event-source and sluicegate/fetch-event-source differ', () => {
  for (const difference of DIFFERENCES) {
    const { what, theirs, ours } = difference
    it(what, async () => {
      expect(await difference.observe(Microsoft.fetchEventSource)).to.equal(theirs)
      expect(await difference.observe(Ours.fetchEventSource)).to.equal(ours)
      tell({ type: 'difference', what, theirs, ours })
    })
  }
})

describe('sluicegate/fetch-event-source', () => {
  test('an outside abort tells the backend, with the option cancel', async () => {
    const [held, sink, controller] = [new Held(), new Sink(), new AbortController()]
    const done = Ours.fetchEventSource(held.url, {
      signal: controller.signal,
      cancel: { url: sink.url, body: { stop: true } },
      onmessage: () => controller.abort('enough'),
    })
    expect(await rejection(done)).to.equal('enough')
    const [notification] = await sink.received(1)
    expect(notification).to.include({ method: 'POST', body: '{"stop":true}' })
  })

  test('openWhenHidden: false lets a GET go while nobody looks, and resumes it', async () => {
    const source = await script([
      { steps: [{ send: event('a', { id: 1 }) }, { stall: true }] },
      { steps: [{ send: event('b') }] },
    ])
    const show = (isHidden: boolean) => {
      Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    }
    const seen: string[] = []
    const onmessage = ({ data }: Ours.EventSourceMessage) => void seen.push(data)
    const done = Ours.fetchEventSource(source.url, { openWhenHidden: false, onmessage })
    try {
      await eventually(() => expect(seen).to.deep.equal(['a']))
      show(true)
      const [first] = await source.over(1)
      expect(first).to.include({ outcome: 'client-closed' })
      show(false)
      await done
    } finally {
      Reflect.deleteProperty(document, 'hidden')
    }
    expect(seen).to.deep.equal(['a', 'b'])
    const [, second] = await source.over(2)
    expect(second?.headers).to.include({ 'last-event-id': '1' })
  })

  const MULTIPLE = [
    ['X-One', '1'],
    ['x-two', 'a'],
    ['X-Two', 'b'],
  ] as [string, string][]
  test('headers may be a record, pairs or a Headers, of another realm, too', async () => {
    const { HeadersThere } = await otherRealm()
    const all: HeadersInit[] = [
      { 'X-One': '1', 'x-two': 'a, b' },
      MULTIPLE,
      new Headers(MULTIPLE),
      new HeadersThere(MULTIPLE),
    ]
    for (const headers of all) {
      const source = await streaming({ send: event('a') })
      await Ours.fetchEventSource(source.url, { headers })
      const [entry] = await source.over(1)
      const expected = { 'x-one': '1', 'x-two': 'a, b', accept: 'text/event-stream' }
      expect(entry?.headers).to.include(expected)
    }
  })

  test('a header that is given is not sent twice, whatever its case', async () => {
    const first = `retry: 1\n${event('a', { id: 2 })}`
    const source = await script([
      { steps: [{ send: first }, { waitFor: 'read' }, { reset: true }] },
      { status: 204 },
    ])
    const request = new Request(source.url, { headers: { 'x-app': 'request', 'x-other': 'kept' } })
    await Ours.fetchEventSource(request, {
      headers: { Accept: 'text/event-stream, x/y', 'X-App': 'init', 'LAST-EVENT-ID': '1' },
      onmessage: () => void source.signal('read'),
    })
    const [one, two] = await source.over(2)
    const expected = { accept: 'text/event-stream, x/y', 'x-app': 'init', 'x-other': 'kept' }
    expect(one?.headers).to.include({ ...expected, 'last-event-id': '1' })
    expect(two?.headers).to.include({ ...expected, 'last-event-id': '2' })
  })

  test('a Request of another realm is taken as it is', async () => {
    const { RequestThere } = await otherRealm()
    const source = await streaming({ send: event('a') })
    const input = new RequestThere(source.url, { method: 'PUT', body: 'x', headers: { a: 'b' } })
    const seen: string[] = []
    const onmessage = ({ data }: Ours.EventSourceMessage) => void seen.push(data)
    await Ours.fetchEventSource(input, { onmessage })
    expect(seen).to.deep.equal(['a'])
    const [entry] = await source.over(1)
    expect(entry).to.include({ method: 'PUT', body: 'x' })
    expect(entry?.headers).to.include({ a: 'b' })
  })

  test("a Request's signal stops the call", async () => {
    const controller = new AbortController()
    const request = new Request(new Held().url, { signal: controller.signal })
    const call = Ours.fetchEventSource(request, { onmessage: () => controller.abort('enough') })
    // Browsers differ in whether the Request's own signal has the reason.
    expect(await rejection(call)).to.not.equal(undefined)
  })

  /** Failures after which a GET may be tried again; and what `onerror` answers to that. */
  const BROKEN: Record<string, Attempt> = {
    'breaks off': {
      steps: [{ send: `retry: 1\n${event('a')}` }, { waitFor: 'read' }, { reset: true }],
    },
    'breaks off behind an id': {
      steps: [{ send: `retry: 1\n${event('a', { id: 1 })}` }, { waitFor: 'read' }, { reset: true }],
    },
  }
  const ANSWERS: [string, Ours.FetchEventSourceInit['onerror'], number][] = [
    ['without onerror', undefined, 1],
    ['when onerror returns undefined', () => undefined, 1],
    ['when onerror returns null', () => null, 1],
    ['when onerror returns a number', () => 1, 2],
  ]
  for (const [how, attempt] of Object.entries(BROKEN)) {
    for (const [when, onerror, count] of ANSWERS) {
      const fate = count === 2 ? 'is sent again' : 'is not sent again'
      test(`a POST that ${how} ${fate} ${when}`, async () => {
        const source = await script([attempt, { steps: [{ send: event('b') }] }])
        const call = Ours.fetchEventSource(source.url, {
          method: 'POST',
          body: 'x',
          onmessage: () => void source.signal('read'),
          ...(onerror ? { onerror } : {}),
        })
        if (count === 2) await call
        else expect(await rejection(call)).to.include({ code: 'network' })
        const log = await source.over(count)
        expect(log.map(({ body }) => body)).to.deep.equal(log.map(() => 'x'))
      })
    }
  }

  test('what onopen and onclose throw sends no POST again unasked', async () => {
    const source = await script([{ steps: [{ send: event('a', { id: 1 }) }] }])
    const mine = new RangeError('mine')
    const fail = () => {
      throw mine
    }
    for (const callback of [{ onopen: async () => fail() }, { onclose: fail }]) {
      const call = Ours.fetchEventSource(source.url, { method: 'POST', body: 'x', ...callback })
      expect(await rejection(call)).to.equal(mine)
    }
    await source.over(2)
  })

  test('a stream as the body is sent once, and onerror hears of the failure', async () => {
    const { ReadableStreamThere } = await otherRealm()
    for (const body of [new ReadableStream(), new ReadableStreamThere()]) {
      let [sent, heard] = [0, 0]
      const call = Ours.fetchEventSource('/', {
        method: 'POST',
        body,
        fetch: () => {
          sent++
          return Promise.reject(new TypeError('lost'))
        },
        onerror: () => {
          heard++
          return 1
        },
      })
      expect(await rejection(call)).to.include({ code: 'network' })
      expect([sent, heard]).to.deep.equal([1, 1])
    }
  })

  const MISTAKES: [string, string, Ours.FetchEventSourceInit][] = [
    ['a name that is no header', '/', { headers: { 'a b': 'c' } }],
    ['a value that is no header', '/', { headers: { a: 'b\nc' } }],
    ['a pair that is none', '/', { headers: [['a']] as unknown as [string, string][] }],
    ['a GET with a body', '/', { body: 'x' }],
    ['a mode that is none', '/', { mode: 'none' as RequestMode }],
    ['a URL with a password', 'http://a:b@127.0.0.1/', {}],
    ['a signal that is none', '/', { signal: {} as AbortSignal }],
  ]
  for (const [what, url, init] of MISTAKES) {
    test(`${what} is an error, and nothing is sent`, async () => {
      let sent = 0
      const send = (...args: Parameters<typeof fetch>) => {
        sent++
        return fetch(...args)
      }
      const call = Ours.fetchEventSource(url, { fetch: send, ...init })
      expect(await rejection(call)).to.include({ name: 'StreamError', code: 'invalid-options' })
      expect(sent).to.equal(0)
    })
  }

  test('a Request whose body was used is an error', async () => {
    const request = new Request('/', { method: 'POST', body: 'x' })
    await request.text()
    const error = await rejection(Ours.fetchEventSource(request))
    expect(error).to.include({ code: 'invalid-options' })
  })

  test('NDJSON is no event stream, unless onopen takes it', async () => {
    const headers = { 'content-type': 'application/x-ndjson' }
    const source = await script([{ headers, steps: [{ send: '{}\n' }] }])
    expect(await rejection(Ours.fetchEventSource(source.url))).to.include({ code: 'content-type' })
  })

  test('an id that no header can carry is a final error', async () => {
    const source = await script([
      {
        steps: [
          { send: `retry: 1\n${event('a', { id: 'a\u001bb' })}` },
          { waitFor: 'read' },
          { reset: true },
        ],
      },
    ])
    const onmessage = () => void source.signal('read')
    const call = Ours.fetchEventSource(source.url, { onmessage, onerror: () => 1 })
    expect(await rejection(call)).to.include({ code: 'invalid-options' })
    await source.over(1)
  })

  test('what the Content Security Policy forbids is an error that says so, once', async () => {
    const source = await streaming({ send: event('a') })
    const stream = source.url.replace(location.origin, otherOrigin)
    const report = await reportOf<object>(`/csp/forbidden.html?${new URLSearchParams({ stream })}`)
    expect(report).to.deep.equal({
      violations: 1,
      code: 'network',
      message: `the page's Content Security Policy forbids ${stream}: allow it in connect-src`,
    })
  })

  test('204 is an end', async () => {
    const source = await script([{ status: 204 }])
    let closed = 0
    await Ours.fetchEventSource(source.url, { onclose: () => void closed++ })
    expect(closed).to.equal(1)
  })

  test('a response that onopen accepts is read, whatever its status', async () => {
    const source = await script([{ status: 418, steps: [{ send: event('a') }] }])
    const seen: string[] = []
    await Ours.fetchEventSource(source.url, {
      onopen: async () => {},
      onmessage: ({ data }) => void seen.push(data),
    })
    expect(seen).to.deep.equal(['a'])
  })

  test('what is wrong with the options rejects', async () => {
    const done = Ours.fetchEventSource('http://[::1', {})
    expect(await rejection(done)).to.include({ name: 'StreamError', code: 'invalid-options' })
  })
})
