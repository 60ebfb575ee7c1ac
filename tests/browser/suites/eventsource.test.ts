import { expect } from 'chai'
import { isStreamError, type StreamError } from 'sluicegate'
import { EventSource, type EventSourceOptions } from 'sluicegate/eventsource'
import { posted } from '../conformance/elsewhere.js'
import { Subject } from '../conformance/subject.js'
import { gate } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { engine, otherOrigin, unreachable } from '../support/page.js'
import { otherRealm } from '../support/realm.js'
import { type Attempt, event, Held, script, Sink, streaming } from '../support/server.js'
import { test } from '../support/test.js'

const HELD = { steps: [{ send: event('a') }, { stall: true as const }] }

/** Opens a source, and closes it at the end. */
async function using(
  url: string,
  options: EventSourceOptions,
  body: (source: EventSource, lines: string[], errors: any[]) => Promise<void>,
): Promise<void> {
  const source = new EventSource(url, options)
  const lines: string[] = []
  const errors: any[] = []
  source.onopen = () => lines.push('open')
  source.onmessage = ({ data }) => lines.push(data)
  source.onerror = ({ error }) => {
    lines.push(`error ${source.readyState}`)
    errors.push(error)
  }
  try {
    await body(source, lines, errors)
  } finally {
    source.close()
  }
}

const seeing = (lines: string[], ...expected: string[]) =>
  eventually(() => expect(lines).to.deep.equal(expected))

function thrown(action: () => unknown): StreamError {
  try {
    action()
  } catch (error) {
    if (isStreamError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('EventSource, beyond the standard', () => {
  test('sends any method, headers and body', async () => {
    const source = await script([HELD])
    const options = {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      body: { prompt: 'hello' },
    }
    await using(source.url, options, async (_, lines) => {
      await seeing(lines, 'open', 'a')
      const [entry] = await source.requests(1)
      expect(entry).to.include({ method: 'POST', body: '{"prompt":"hello"}' })
      expect(entry?.headers).to.include({
        accept: 'text/event-stream',
        authorization: 'Bearer x',
        'content-type': 'application/json',
      })
    })
  })

  test('asks a headers function anew at each attempt', async () => {
    const source = await script([{ steps: [{ send: event('1', { id: 'one' }) }] }, HELD])
    const options: EventSourceOptions = {
      retry: { minDelay: 0, initialDelay: 1 },
      headers: async ({ attempt, lastEventId }) => ({ 'x-attempt': `${attempt} ${lastEventId}` }),
    }
    await using(source.url, options, async (_, lines) => {
      await seeing(lines, 'open', '1', 'error 0', 'open', 'a')
      const log = await source.requests(2)
      expect(log.map(({ headers }) => headers['x-attempt'])).to.deep.equal(['1', '2 one'])
    })
  })

  test('error events tell the status and more', async () => {
    const source = await script([{ status: 401, steps: [{ send: 'who are you?' }] }])
    const opened = new EventSource(source.url)
    const failed = gate<Parameters<NonNullable<typeof opened.onerror>>[0]>()
    opened.onerror = failed.pass
    const failure = await failed.passed
    expect(failure.error).to.include({ code: 'http', status: 401, body: 'who are you?' })
    expect(failure).to.include({ status: 401, code: 401, message: failure.error.message })
    expect(opened.readyState).to.equal(EventSource.CLOSED)
  })

  test('tells why it reconnects', async () => {
    const source = await script([{ steps: [{ send: `retry: 1\n${event('1')}` }] }, HELD])
    await using(source.url, {}, async (_, lines, errors) => {
      await seeing(lines, 'open', '1', 'error 0', 'open', 'a')
      expect(errors).to.have.length(1)
      expect(errors[0]).to.include({ code: 'network', attempt: 1 })
      expect(errors[0].message).to.match(/ended the stream$/)
    })
  })

  const NOT_SSE = 'not text/event-stream: check the URL and the server'
  const REFUSED: [string, number, Record<string, string | null>, object, string][] = [
    [
      'a status but 200',
      201,
      {},
      { code: 'http', status: 201, body: 'made' },
      'answered 201: EventSource accepts only 200',
    ],
    [
      '204',
      204,
      {},
      { code: 'http', status: 204 },
      'answered 204 No Content, which tells clients not to reconnect',
    ],
    [
      'NDJSON',
      200,
      { 'content-type': 'application/x-ndjson' },
      { code: 'content-type', status: 200 },
      `answered with application/x-ndjson, ${NOT_SSE}`,
    ],
    [
      'no content type',
      200,
      { 'content-type': null },
      { code: 'content-type', status: 200 },
      `answered with no content type, ${NOT_SSE}`,
    ],
  ]
  for (const [what, status, headers, expected, message] of REFUSED) {
    test(`${what} is a StreamError that says so`, async () => {
      const source = await script([{ status, headers, steps: [{ send: 'made' }] }])
      await using(source.url, {}, async (_, lines, errors) => {
        await seeing(lines, 'error 2')
        expect(errors[0]).to.include({ name: 'StreamError', ...expected })
        expect(errors[0].message).to.equal(`${source.url} ${message}`)
      })
    })
  }

  test('headers that are none are an invalid option', async () => {
    const wrong: unknown[] = [{ 'a b': 'c' }, { a: 'b\nc' }, [['a']]]
    for (const headers of wrong as HeadersInit[]) {
      await using('/', { headers }, async (_, lines, errors) => {
        await seeing(lines, 'error 2')
        expect(errors[0]).to.include({ code: 'invalid-options' })
      })
    }
  })

  test('a message of an error of another realm is told', async () => {
    const { ErrorThere } = await otherRealm()
    const controller = new AbortController()
    const source = new EventSource(new Held().url, { signal: controller.signal })
    const failed = gate<{ message?: string }>()
    source.onerror = failed.pass
    controller.abort(new ErrorThere('stopped there'))
    expect(await failed.passed).to.include({ message: 'stopped there' })
  })

  test('an id that no header can carry is a final error', async () => {
    for (const id of ['\u0001', 'a\u001bb', '\u007f']) {
      const source = await script([{ steps: [{ send: `retry: 1\n${event('1', { id })}` }] }, HELD])
      await using(source.url, {}, async (_, lines, errors) => {
        await seeing(lines, 'open', '1', 'error 0', 'error 2')
        expect(errors[1]).to.include({
          code: 'invalid-options',
          message: "an event id with control characters can't be sent",
        })
        await source.over(1)
      })
    }
  })

  // WebKit's workers are not told of violations: there it is tried again.
  test(
    'in a worker, too, what the Content Security Policy forbids fails once',
    async () => {
      const source = await script([HELD])
      const stream = source.url.replace(location.origin, otherOrigin)
      const query = new URLSearchParams({ stream, class: 'ours', violations: '' })
      const worker = new Worker(`/csp/source-worker.js?${query}`, { type: 'module' })
      try {
        const lines = ['violation connect-src', 'error 2']
        await posted(new Subject(EventSource, 'ours'), worker, lines, false)
        expect(await source.log()).to.have.length(0)
      } finally {
        worker.terminate()
      }
    },
    { skip: engine === 'webkit' },
  )

  test("closing in a listener leaves a fetch function's producer in peace", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const headers = { 'content-type': 'text/event-stream' }
    const piped = gate<unknown>()
    const send = (): Promise<Response> => {
      const producer = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(event('a')))
          controller.close()
        },
      })
      producer.pipeTo(writable, { preventClose: true }).then(() => piped.pass('piped'), piped.pass)
      return Promise.resolve(new Response(readable, { headers }))
    }
    const source = new EventSource('/', { fetch: send })
    source.onmessage = () => source.close()
    expect(await piped.passed).to.equal('piped')
  })

  test('an option that is no good fails the connection', async () => {
    await using('/', { idleTimeout: -1 }, async (_, lines, errors) => {
      await seeing(lines, 'error 2')
      expect(errors[0]).to.include({ code: 'invalid-options' })
    })
  })

  test('what a headers function throws comes out as it is', async () => {
    const mine = new RangeError('no token')
    const headers = () => {
      throw mine
    }
    await using('/', { headers }, async (_, lines, errors) => {
      await seeing(lines, 'error 2')
      expect(errors[0]).to.equal(mine)
    })
  })

  test('retry: false never reconnects', async () => {
    const source = await script([{ steps: [{ send: event('1') }] }])
    await using(source.url, { retry: false }, async (_, lines, errors) => {
      await seeing(lines, 'open', '1', 'error 2')
      expect(errors[0]).to.include({ code: 'network' })
      await source.over(1)
    })
  })

  test('shouldRetry may forgive a status', async () => {
    const source = await script([{ status: 404 }, HELD])
    const retry = { shouldRetry: () => 1 }
    await using(source.url, { retry }, async (_, lines, errors) => {
      await seeing(lines, 'error 0', 'open', 'a')
      expect(errors[0]).to.include({ status: 404 })
    })
  })

  test('retry.maxAttempts is kept to', async () => {
    const retry = { maxAttempts: 2, minDelay: 0, initialDelay: 1 }
    await using(unreachable, { retry }, async (_, lines, errors) => {
      await seeing(lines, 'error 0', 'error 2')
      expect(errors[1]).to.include({ code: 'retries-exhausted' })
    })
  })

  test('a server that asks for no wait at all is not stormed', async () => {
    const source = await script([{ steps: [{ send: `retry: 0\n${event('1')}` }] }, HELD])
    await using(source.url, {}, async (opened, lines) => {
      await seeing(lines, 'open', '1', 'error 0', 'open', 'a')
      const [first, second] = await source.requests(2)
      expect(second!.startedMs - first!.closedMs!).to.be.at.least(200)
      expect(opened.reconnectionTime).to.equal(250)
    })
  })

  test('a server that asks for a minute gets it', async () => {
    const source = await streaming({ send: `retry: 60000\n${event('1')}` })
    await using(source.url, {}, async (opened, lines) => {
      await seeing(lines, 'open', '1', 'error 0')
      expect(opened.reconnectionTime).to.equal(60_000)
    })
  })

  /** How a POST may fail. None is sent again unasked, whatever ids have come. */
  const BROKEN: Record<string, Attempt> = {
    'breaks off': {
      steps: [{ send: `retry: 1\n${event('1')}` }, { waitFor: 'read' }, { reset: true }],
    },
    'breaks off behind an id': {
      steps: [
        { send: `retry: 1\n${event('1', { id: 'one' })}` },
        { waitFor: 'read' },
        { reset: true },
      ],
    },
  }
  for (const [how, attempt] of Object.entries(BROKEN)) {
    for (const retry of [undefined, false, true, { initialDelay: 1 }]) {
      const fate = retry ? 'is sent again' : 'is not sent again'
      test(`a POST that ${how} ${fate} with retry: ${JSON.stringify(retry)}`, async () => {
        const source = await script([attempt, HELD])
        const options = { method: 'POST', body: 'x', ...(retry === undefined ? {} : { retry }) }
        await using(source.url, options, async (_, lines) => {
          await seeing(lines, 'open', '1')
          await source.signal('read')
          const [end, count] = retry ? [['error 0', 'open', 'a'], 2] : [['error 2'], 1]
          await seeing(lines, 'open', '1', ...end)
          expect((await source.requests(count)).map(({ body }) => body)).to.not.include('')
        })
      })
    }
  }

  test('a POST that never got an answer is not sent again unasked', async () => {
    await using(unreachable, { method: 'POST' }, async (_, lines, errors) => {
      await seeing(lines, 'error 2')
      expect(errors[0]).to.include({ code: 'network', attempt: 1 })
    })
  })

  test('a POST that the server ends is over', async () => {
    const source = await script([{ steps: [{ send: event('1', { id: 'one' }) }] }])
    await using(source.url, { method: 'POST' }, async (_, lines, errors) => {
      await seeing(lines, 'open', '1', 'error 2')
      expect(errors[0].message).to.match(/ended the stream/)
      await source.over(1)
    })
  })

  for (const name of ['idleTimeout', 'heartbeatTimeout'] as const) {
    test(`${name} reconnects a silent stream`, async () => {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('1')}` }, { stall: true }] },
        HELD,
      ])
      await using(source.url, { [name]: 500 }, async (opened, lines, errors) => {
        await eventually(() =>
          expect(lines.slice(0, 4)).to.deep.equal(['open', '1', 'error 0', 'open']),
        )
        expect(errors[0]).to.include({ code: 'idle-timeout' })
        opened.close()
      })
    })
  }

  test('the option lastEventId resumes from there', async () => {
    const source = await script([HELD])
    await using(source.url, { lastEventId: '41' }, async (opened, lines) => {
      expect(opened.lastEventId).to.equal('41')
      await seeing(lines, 'open', 'a')
      const [entry] = await source.requests(1)
      expect(entry?.headers).to.include({ 'last-event-id': '41' })
    })
  })

  test('close() tells the backend, with the option cancel', async () => {
    const [held, sink] = [new Held(), new Sink()]
    const cancel = {
      url: sink.url,
      body: ({ lastEventId }: { lastEventId: string }) => ({ lastEventId }),
    }
    await using(held.url, { cancel }, async (opened, lines) => {
      await seeing(lines, 'open', 'open')
      opened.close()
      opened.close()
      const [notification] = await sink.received(1)
      expect(notification).to.include({ method: 'POST', body: '{"lastEventId":"1"}' })
      expect((await eventually(() => held.counters())).clientClosed).to.equal(1)
    })
  })

  test('a signal that aborts fails the connection with its reason', async () => {
    const controller = new AbortController()
    const { signal } = controller
    await using(new Held().url, { signal }, async (_, lines, errors) => {
      await seeing(lines, 'open', 'open')
      controller.abort('enough')
      await seeing(lines, 'open', 'open', 'error 2')
      expect(errors).to.deep.equal(['enough'])
    })
  })

  test('a fetch of the npm package `eventsource` fits: it may spread the headers', async () => {
    const source = await script([
      { steps: [{ send: `retry: 1\n${event('1', { id: 'ż' })}` }] },
      HELD,
    ])
    const options: EventSourceOptions = {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init?.headers, authorization: 'Bearer x' } }),
    }
    await using(source.url, options, async (_, lines) => {
      await seeing(lines, 'open', '1', 'error 0', 'open', 'a')
      const [first, second] = await source.requests(2)
      const expected = { accept: 'text/event-stream', authorization: 'Bearer x' }
      expect(first?.headers).to.include(expected)
      expect(second?.headers).to.include(expected)
      // WebKit's fetch encodes headers twice.
      if (engine !== 'webkit') expect(second?.headers).to.include({ 'last-event-id': 'ż' })
    })
  })

  test('lastEventIdQueryParameterName sends the id without asking CORS', async () => {
    const steps = [{ send: `retry: 1\n${event('1', { id: 'ż&1' })}` }]
    const source = await script([{ steps }, HELD], { preflight: false })
    const url = `${source.url.replace(location.origin, otherOrigin)}?a=1`
    await using(url, { lastEventIdQueryParameterName: 'lastEventId' }, async (opened, lines) => {
      await seeing(lines, 'open', '1', 'error 0', 'open', 'a')
      const [first, second] = await source.requests(2)
      expect(first?.path).to.match(/\?a=1$/)
      expect(second?.path).to.match(/\?a=1&lastEventId=%C5%BC%261$/)
      expect(second?.headers).to.not.have.property('last-event-id')
      expect(opened.url).to.equal(url)
    })
  })

  test('options of other libraries that would be missed are refused, with advice', () => {
    const make = (options: object) => () => new EventSource('/', options)
    const expected: [object, string][] = [
      [{ Transport: class {} }, '`Transport`: use `fetch`, a function that makes the requests'],
      [{ payload: '{}' }, '`payload`: use `body`'],
      [{ proxy: 'http://p' }, '`proxy`: use `fetch`, with a dispatcher that knows the proxy'],
      [
        { https: { rejectUnauthorized: false } },
        '`https`: use `fetch`, with a dispatcher that has the TLS options',
      ],
    ]
    for (const [options, advice] of expected) {
      expect(thrown(make(options))).to.include({
        code: 'invalid-options',
        message: `EventSource has no option ${advice}`,
      })
    }
    return Promise.resolve()
  })

  test('what CORS forbids fails at once, as in browsers', async () => {
    const source = await script([{ cors: false, steps: [{ send: event('never') }] }])
    const url = source.url.replace(location.origin, otherOrigin)
    await using(url, {}, async (_, lines, errors) => {
      await seeing(lines, 'error 2')
      expect(errors[0]).to.include({ code: 'network' })
      expect(errors[0].message).to.match(/CORS/)
      const methods = (await source.log()).map(({ method }) => method)
      expect(methods).to.deep.equal(['GET', 'HEAD', 'GET'])
    })
  })

  test('another origin that can not be reached is asked again', async () => {
    await using(unreachable, {}, async (_, lines) => {
      await seeing(lines, 'error 0')
    })
  })

  test('another origin that comes back is found', async () => {
    // One for the probe.
    const { url } = await script([{ steps: [] }, HELD])
    const across = url.replace(location.origin, otherOrigin)
    let failures = 0
    const real = globalThis.fetch
    // Of the first try only: the probe and the second get through.
    globalThis.fetch = (...args) =>
      args[0] === across && failures++ === 0 ? Promise.reject(new TypeError('lost')) : real(...args)
    try {
      await using(across, {}, async (_, lines) => {
        await seeing(lines, 'open', 'a')
      })
    } finally {
      globalThis.fetch = real
    }
  })

  test('many events at once come one task each, in order', async () => {
    const text = Array.from({ length: 1_000 }, (_, k) => event(`${k}`)).join('')
    const source = await streaming({ send: text }, { stall: true })
    await using(source.url, {}, async (opened) => {
      let [running, seen] = [0, 0]
      const overlaps: string[] = []
      opened.onmessage = async ({ data }) => {
        if (running++ > 0) overlaps.push(data)
        expect(data).to.equal(`${seen++}`)
        for (let hop = 0; hop < 5; hop++) await undefined
        running--
      }
      await eventually(() => expect(seen).to.equal(1_000))
      expect(overlaps).to.deep.equal([])
    })
  })
})
