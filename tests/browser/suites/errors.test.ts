import { expect } from 'chai'
import {
  isStreamError,
  type OpenOptions,
  openStream,
  StreamError,
  type StreamErrorCode,
} from 'sluicegate'
import { rejection } from '../support/consume.js'
import { otherOrigin, unreachable } from '../support/page.js'
import { counters, event, script } from '../support/server.js'
import { open, test } from '../support/test.js'

const SECRET = 'hunter2'

/** What a stream fails with, which has to be a `StreamError` and the stream's outcome. */
async function failure(url: string, options: OpenOptions = {}): Promise<StreamError> {
  const stream = open(url, options)
  const error = await rejection(stream.next())
  expect(error).to.be.instanceOf(StreamError)
  if (!isStreamError(error)) throw error
  const outcome = await stream.closed
  expect(outcome).to.include({ type: 'failed', dropped: 0 })
  expect(outcome.error).to.include({ code: error.code, message: error.message })
  expect(stream.state).to.equal('closed')
  return error
}

const unreachableMessage = (method: string, url: string) =>
  `${method} ${url} failed: the server can't be reached, the connection broke, or CORS forbids it ` +
  "(the server has to allow this origin and the request's headers, Last-Event-ID on reconnects " +
  'included)'

const NO_URL =
  'the URL does not parse: pass an absolute URL, https:// included, or one relative to the page'
const WRONG_URL = 'the URL must be a string, a URL or a Request'
const WRONG_HEADERS = '`headers` must be what the Headers constructor accepts'
const noBody = (method: string) => `a ${method} request has no body: set \`method: 'POST'\``

/** What no JSON can be made of. */
const NO_JSON = { toJSON: () => undefined }

describe('errors of options', () => {
  const wrong = <T>(value: unknown) => value as T

  const INVALID: [options: OpenOptions, message: string | RegExp][] = [
    [{ method: wrong(5) }, '`method` must be a string'],
    [{ format: wrong('xml') }, "`format` must be 'sse' or 'ndjson'"],
    [{ done: wrong(1) }, '`done` must be a string or a function'],
    [{ retry: wrong('yes') }, '`retry` must be a boolean or an object'],
    [{ retry: { maxAttempts: 0 } }, '`retry.maxAttempts` must be a number of at least 1'],
    [{ retry: { minDelay: -1 } }, '`retry.minDelay` must be a number of at least 0'],
    [{ retry: { factor: 0.5 } }, '`retry.factor` must be a number of at least 1'],
    [{ retry: { initialDelay: NaN } }, '`retry.initialDelay` must be a number of at least 0'],
    [{ retry: { shouldRetry: wrong(1) } }, '`retry.shouldRetry` must be a function'],
    [{ connectTimeout: 0 }, '`connectTimeout` must be a number of at least 1'],
    [{ idleTimeout: wrong('1s') }, '`idleTimeout` must be a number of at least 1'],
    [{ maxEventSize: 0 }, '`maxEventSize` must be a number of at least 1'],
    [{ lastEventId: wrong(7) }, '`lastEventId` must be a string'],
    [{ whenHidden: wrong('stop') }, "`whenHidden` must be 'keep' or 'pause'"],
    [{ onOpen: wrong({}) }, '`onOpen` must be a function'],
    [{ onRetry: wrong('x') }, '`onRetry` must be a function'],
    [{ onComment: wrong(1) }, '`onComment` must be a function'],
    [{ fetch: wrong('fetch') }, '`fetch` must be a function'],
    [{ cancel: wrong({}) }, '`cancel.url` must be a URL or a function'],
    [
      { cancel: { url: '/x', on: wrong(['leave']) } },
      "`cancel.on` must be an array of 'abort', 'return', 'pagehide' and 'unsent'",
    ],
    [{ cancel: { url: '/x', timeout: -5 } }, '`cancel.timeout` must be a number of at least 1'],
    [{ cancel: { url: '/x', method: 'get', body: {} } }, `in \`cancel\`: ${noBody('GET')}`],
    [{ ack: { url: '/x', method: 'HEAD', body: '' } }, `in \`ack\`: ${noBody('HEAD')}`],
    [{ resume: { url: '/x', body: {} } }, `in \`resume\`: ${noBody('GET')}`],
    // What is no function is known from the start.
    [{ cancel: { url: wrong(5) } }, `in \`cancel\`: ${WRONG_URL}`],
    [{ ack: { url: 'http://' } }, `in \`ack\`: ${NO_URL}`],
    [{ resume: { url: 'localhost:3000/x' } }, `in \`resume\`: ${NO_URL}`],
    [{ cancel: { url: 'http://user:password@x/' } }, /^in `cancel`: fetch refuses URLs with /],
    [{ cancel: { url: '/x', method: 'TRACE' } }, /^in `cancel`: fetch refuses these options: ./],
    [{ cancel: { url: '/x', headers: wrong('x') } }, `in \`cancel\`: ${WRONG_HEADERS}`],
    [{ ack: { url: '/x', headers: { 'no good': 'x' } } }, `in \`ack\`: ${WRONG_HEADERS}`],
    [{ resume: { url: '/x', headers: { a: 'b\nc' } } }, `in \`resume\`: ${WRONG_HEADERS}`],
    [
      { cancel: { url: '/x', body: new Map() } },
      /^in `cancel`: `body` must be .* not \[object Map\]$/,
    ],
    [
      { ack: { url: '/x', body: wrong(true) } },
      /^in `ack`: `body` must be .* not \[object Boolean\]$/,
    ],
    [{ cancel: { url: '/x', body: NO_JSON } }, "in `cancel`: `body` can't be turned into JSON"],
    [{ ack: { url: '/x', every: 0 } }, '`ack.every` must be a number of at least 1'],
    [{ body: { a: 1 } }, noBody('GET')],
    [{ method: 'HEAD', body: 'x' }, noBody('HEAD')],
    [
      { method: 'POST', body: wrong(5) },
      '`body` must be an object, an array, or what fetch accepts as a body, not [object Number]',
    ],
    [{ headers: wrong({ 'no good': 'x' }) }, WRONG_HEADERS],
    [{ method: 'TRACE' }, /^fetch refuses these options: ./],
    [{ credentials: wrong('all') }, /^fetch refuses these options: ./],
  ]

  for (const [options, message] of INVALID) {
    test(`${JSON.stringify(options)}`, async () => {
      const before = await counters()
      const stream = open('/echo', options)
      const error = await rejection(stream.opened)
      expect(error).to.include({ name: 'StreamError', code: 'invalid-options', retryable: false })
      const text = (error as StreamError).message
      if (typeof message === 'string') expect(text).to.equal(message)
      else expect(text).to.match(message)
      expect((await stream.closed).error).to.include({ code: 'invalid-options', message: text })
      // The question for the counters is the only request.
      expect((await counters()).requests).to.equal(before.requests + 1)
    })
  }

  for (const url of [
    'http://',
    'https://host:port/',
    'http://[::1',
    // Their hosts would be schemes.
    'localhost:3000/events',
    'example.com:8080',
  ]) {
    test(`a URL that does not parse: ${url}`, async () => {
      const error = await failure(url)
      expect(error).to.include({ code: 'invalid-options', message: NO_URL })
    })
  }

  for (const options of [null, 5, 'x']) {
    test(`options that are none: ${JSON.stringify(options)}`, async () => {
      const { error } = await openStream('/echo', wrong(options)).closed
      expect(error).to.include({
        code: 'invalid-options',
        message: 'the options must be an object',
      })
    })
  }

  for (const url of [undefined, null, 5]) {
    test(`a URL that is none: ${url}`, async () => {
      expect(await failure(wrong<string>(url))).to.include({
        code: 'invalid-options',
        message: WRONG_URL,
      })
    })
  }

  test('a password in the URL is refused and not repeated', async () => {
    const error = await failure(unreachable.replace('//', `//user:${SECRET}@`))
    expect(error).to.include({ code: 'invalid-options' })
    expect(error.message).to.not.contain(SECRET)
  })
})

describe('errors of responses', () => {
  test('http: the headers are the response’s', async () => {
    const { url } = await script([{ status: 401, headers: { 'x-reason': 'test' } }])
    const { headers } = await failure(url)
    expect(headers?.get('x-reason')).to.equal('test')
  })

  test('content-type: the headers are the response’s', async () => {
    const { url } = await script([{ headers: { 'content-type': 'text/html', 'x-reason': 'test' } }])
    const { headers } = await failure(url)
    expect(headers?.get('x-reason')).to.equal('test')
  })

  test('http: the body is kept to 64 KiB, and no character is halved', async () => {
    const { url } = await script([{ status: 500, steps: [{ repeat: 60_000, send: '€' }] }])
    const error = await failure(url, { retry: false })
    expect(error.body).to.equal('€'.repeat(Math.floor(65_536 / 3)))
  })

  test('http: an endless body does not hold the error up', async () => {
    const steps = [{ repeat: 65_536, send: 'x' }, { stall: true } as const]
    const source = await script([{ status: 500, steps }])
    const error = await failure(source.url, { retry: false })
    expect(error.body).to.equal('x'.repeat(65_536))
    await source.over(1)
  })
})

describe('what the server says', () => {
  const SAYS: [body: string, says: string | undefined][] = [
    ['{"error":{"message":"no such model","type":"not_found"}}', 'no such model'],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'Overloaded'],
    ['{"error":"model is not loaded"}', 'model is not loaded'],
    ['{"error":"invalid_token","error_description":"expired"}', 'expired'],
    [
      '{"statusCode":400,"message":["n must be a number"],"error":"Bad Request"}',
      'n must be a number',
    ],
    ['{"message":"","detail":"out of memory"}', 'out of memory'],
    ['{"detail":[{"loc":["body","n"],"msg":"field required"}]}', 'field required'],
    ['{"title":"Not enough credit","status":403}', 'Not enough credit'],
    ['[{"error":{"code":400,"message":"bad key"}}]', 'bad key'],
    ['{"success":false,"errors":[{"code":7003,"message":"no route"}]}', 'no route'],
    [
      '{"title":"One or more validation errors occurred.","errors":{"Name":["Name is required."]}}',
      'Name is required.',
    ],
    ['{"errors":{"name":["can\'t be blank"]}}', "can't be blank"],
    ['{"title":"Bad","errors":{"n":[]}}', 'Bad'],
    ['"plain"', 'plain'],
    ['{"message":"a\\nb\\u001b[31m\\u009b\\u202e"}', 'a\\u000ab\\u001b[31m\\u009b\\u202e'],
    [JSON.stringify({ message: 'x'.repeat(1_000) }), 'x'.repeat(200)],
    [JSON.stringify({ message: `${'x'.repeat(199)}😀` }), `${'x'.repeat(199)}\\ud83d`],
    ['{"error":true,"code":5}', undefined],
    ['{"message":{"error":{}}}', undefined],
    ['[]', undefined],
    ['null', undefined],
    ['{"message":', undefined],
    ['<p>{"message":"no"}</p>', undefined],
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, undefined],
  ]
  for (const [body, says] of SAYS) {
    test(body.slice(0, 60), async () => {
      for (const [status, code] of [
        [200, 'content-type'],
        [422, 'http'],
      ] as const) {
        const headers = { 'content-type': 'application/json' }
        const { url } = await script([{ status, headers, steps: [{ send: body }] }])
        const error = await failure(`${url}?token=${SECRET}`, { retry: false })
        expect(error).to.include({ code, status, body })
        expect(error.message).to.not.contain(SECRET)
        if (says === undefined) expect(error.message).to.not.contain('It says')
        else expect(error.message.endsWith(`. It says: ${says}`), error.message).to.equal(true)
      }
    })
  }

  test('onOpen sees a 200 that is no stream, and may read it', async () => {
    const headers = { 'content-type': 'application/json' }
    const { url } = await script([{ headers, steps: [{ send: '{"message":"no"}' }] }])
    const seen: unknown[] = []
    const onOpen = (response: Response) => void seen.push(response.status, response.bodyUsed)
    expect(await failure(url, { onOpen })).to.include({ code: 'content-type', attempt: 1 })
    expect(seen).to.deep.equal([200, false])

    const read = async (response: Response) => void seen.push(await response.json())
    expect(await failure(url, { onOpen: read })).to.include({
      code: 'content-type',
      body: undefined,
    })
    expect(seen[2]).to.deep.equal({ message: 'no' })

    const refuse = async (response: Response) => {
      throw await response.json()
    }
    const refused = await failure(url, { onOpen: refuse })
    expect(refused).to.include({ code: 'refused', status: 200 })
    expect(refused.cause).to.deep.equal({ message: 'no' })
  })

  test('onOpen does not see an error status', async () => {
    const { url } = await script([{ status: 500 }])
    let isCalled = false
    await failure(url, { retry: false, onOpen: () => void (isCalled = true) })
    expect(isCalled).to.equal(false)
  })
})

describe('errors of connections', () => {
  test('network: the cause is what fetch threw', async () => {
    const error = await failure(unreachable, { retry: false })
    expect(error).to.include({ code: 'network' })
    expect(error.cause).to.be.instanceOf(TypeError)
  })

  test('network: CORS forbids it', async () => {
    const { url } = await script([{ cors: false, steps: [{ send: event('a') }] }])
    const elsewhere = url.replace(location.origin, otherOrigin)
    const error = await failure(elsewhere, { method: 'POST', body: 'x' })
    expect(error).to.include({
      code: 'network',
      message: unreachableMessage('POST', elsewhere),
    })
  })
})

describe('StreamError', () => {
  test('is known by its name, of whatever copy of the package', async () => {
    const code: StreamErrorCode = 'network'
    const error = new StreamError(code, 'text')
    expect(isStreamError(error)).to.equal(true)
    expect(isStreamError(Object.assign(new Error('x'), { name: 'StreamError', code }))).to.equal(
      true,
    )
    expect(isStreamError(new Error('x'))).to.equal(false)
    expect(isStreamError({ name: 'StreamError', code })).to.equal(false)
    expect(isStreamError(undefined)).to.equal(false)
    expect(String(error)).to.equal('StreamError: text')
  })
})
