import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai'
import { expect } from 'chai'
import { SluicegateChatTransport, type SluicegateChatTransportOptions } from 'sluicegate/ai-sdk'
import { answerOf, bytesOf, SDKS, testChatOf } from '../support/chat.js'
import { rejection } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { unreachable } from '../support/page.js'
import { Random } from '../support/random.js'
import { type Attempt, script } from '../support/server.js'
import { test } from '../support/test.js'

// With `it`, not `test`: the SDK's chats leave listeners at signals of their own.

const AT_ONCE = { initialDelay: 0, minDelay: 0 }
const PIECES = Array.from({ length: 40 }, (_, n) => `${n} 漢字 😀\n`)
const { parts: PARTS, bytes: BYTES } = answerOf(PIECES)
const LENGTH = new TextEncoder().encode(BYTES).length

const MESSAGE = { id: 'u', role: 'user', parts: [{ type: 'text', text: 'Hi' }] } as UIMessage

type Options = SluicegateChatTransportOptions<UIMessage>

function sending(chatId = 'c 1'): Parameters<ChatTransport<UIMessage>['sendMessages']>[0] {
  return {
    chatId,
    trigger: 'submit-message',
    messageId: undefined,
    messages: [MESSAGE],
    abortSignal: undefined,
  }
}

const whole: Attempt = { steps: [{ send: BYTES }] }

/** All parts. WebKit's streams are no iterables yet. */
async function all(stream: ReadableStream<UIMessageChunk>): Promise<UIMessageChunk[]> {
  const parts: UIMessageChunk[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return parts
    parts.push(value)
  }
}

/** A reset may come before the browser has read the head: the POST is not sent a second time then. */
const broken = (after: number, index: number): Attempt => ({
  ...whole,
  cut: { after, by: index === 0 ? 'close' : 'reset' },
})

for (const [version, sdk] of Object.entries(SDKS)) {
  const { DefaultChatTransport } = sdk
  const TestChat = testChatOf(sdk)

  describe(`SluicegateChatTransport, ${version}`, () => {
    it('an answer that breaks at 30 places is what it is without', async () => {
      const random = new Random(20)
      for (let round = 0; round < 10; round++) {
        const cuts = [0, 1, 2].map(() => random.below(LENGTH))
        const source = await script([...cuts.map(broken), whole])
        const transport = new SluicegateChatTransport({ api: source.url, retry: AT_ONCE })
        const chat = new TestChat({ id: 'c1', transport })
        await chat.sendMessage({ text: 'Hi' })
        expect(chat.answer, `cut after ${cuts}`).to.equal(PIECES.join(''))
        expect(chat).to.deep.include({ status: 'ready', errors: [] })
        expect(chat.finishes).to.deep.equal([
          { isAbort: false, isDisconnect: false, isError: false },
        ])
        const [first, ...others] = await source.over(4)
        expect(first!.method).to.equal('POST')
        for (const { method, path } of others) {
          expect({ method, path: path.replace(/^.*?\/s\/[^/]+/, '') }).to.deep.equal({
            method: 'GET',
            path: '/c1/stream',
          })
        }
      }
    })

    test("the parts are the SDK's own", async () => {
      const source = await script([whole])
      const options = { api: source.url }
      const transports = [new DefaultChatTransport(options), new SluicegateChatTransport(options)]
      for (const transport of transports) {
        expect(await all(await transport.sendMessages(sending()))).to.deep.equal(PARTS)
        const again = await transport.reconnectToStream({ chatId: 'c1' })
        expect(await all(again!)).to.deep.equal(PARTS)
      }
      await source.over(4)
    })

    interface Call {
      url: string
      method: string | undefined
      credentials: RequestCredentials | undefined
      headers: object
      body: unknown
    }

    /** A `fetch` that keeps what it is called with, as far as the transport decides. */
    function recording(base: string) {
      const calls: Call[] = []
      const recorder: typeof fetch = (input, init = {}) => {
        const headers = [...new Headers(init.headers)].filter(([name]) =>
          /^x-|^content-type$/.test(name),
        )
        calls.push({
          url: `${input}`.replace(base, '/api'),
          method: init.method,
          credentials: init.credentials,
          headers: Object.fromEntries(headers),
          body: init.body && JSON.parse(`${init.body}`),
        })
        return fetch(input, init)
      }
      return { fetch: recorder, calls }
    }

    const prepareSendMessagesRequest: Options['prepareSendMessagesRequest'] = ({
      api,
      id,
      messages,
      ...rest
    }) => ({
      api: `${api}/prepared`,
      headers: { 'x-p': JSON.stringify(rest.headers) },
      credentials: 'include',
      body: { id, rest: { ...rest, headers: null }, text: messages.length },
    })

    describe("the requests are the SDK's own", () => {
      const cases: [string, Options, object][] = [
        ['by default', {}, {}],
        [
          'with options',
          { headers: { 'X-A': '1', 'X-B': '1' }, body: { a: 1, b: 1 }, credentials: 'omit' },
          { headers: new Headers({ 'x-b': '2' }), body: { b: 2 }, metadata: 7 },
        ],
        [
          'with functions',
          {
            headers: async () => new Headers({ 'x-a': '1' }),
            body: () => ({ a: 1 }),
            credentials: () => 'include',
          },
          {},
        ],
        [
          'prepared',
          {
            headers: { 'x-a': '1' },
            prepareSendMessagesRequest,
            prepareReconnectToStreamRequest: async ({ api, id, headers, requestMetadata }) => ({
              api: `${api}/again?id=${id}`,
              headers: { 'x-p': JSON.stringify([headers, requestMetadata]) },
            }),
          },
          { metadata: { m: 1 } },
        ],
        [
          'only the first one prepared',
          { headers: { 'x-a': '1' }, credentials: 'same-origin', prepareSendMessagesRequest },
          {},
        ],
        [
          'only the later ones prepared',
          {
            headers: { 'x-a': '1' },
            credentials: 'include',
            prepareReconnectToStreamRequest: () => ({
              headers: [['X-R', '1']],
              credentials: 'omit',
            }),
          },
          {},
        ],
        [
          'with headers that are no values, or come twice',
          {
            headers: { 'x-a': undefined, 'x-b': null, 'X-C': '1', 'x-c': '2' } as never,
            prepareReconnectToStreamRequest: () => ({
              headers: [
                ['x-a', undefined],
                ['X-C', '3'],
                ['x-c', '4'],
              ] as never,
            }),
          },
          {},
        ],
        ['at a URL with a query', {}, { query: '/?tenant=1' }],
      ]
      for (const [how, options, { query = '', ...request }] of cases as [
        string,
        Options,
        { query?: string },
      ][]) {
        test(how, async () => {
          const seen: Call[][] = []
          for (const Transport of [DefaultChatTransport, SluicegateChatTransport]) {
            // Only ours goes on with an answer that breaks.
            const isOurs = Transport === SluicegateChatTransport
            const source = await script(isOurs ? [broken(LENGTH / 2, 0), whole] : [whole])
            const { pathname } = new URL(source.url)
            const { fetch, calls } = recording(pathname)
            const api = pathname + query
            const given = { ...options, api, fetch, retry: AT_ONCE }
            const transport = new Transport<UIMessage>(given)
            const parts = await transport.sendMessages({ ...sending(), ...request })
            expect(await all(parts)).to.deep.equal(PARTS)
            await all((await transport.reconnectToStream({ chatId: 'c 1', ...request }))!)
            await source.over(calls.length)
            seen.push(calls)
          }
          const [[sent, reconnected] = [], ours] = seen
          expect(ours).to.deep.equal([sent, reconnected, reconnected])
        })
      }

      test('ids that are no path segment are refused', async () => {
        for (const Transport of [DefaultChatTransport, SluicegateChatTransport]) {
          const error = await rejection(new Transport().reconnectToStream({ chatId: '..' }))
          expect((error as Error).message).to.match(/Chat IDs must not be "\." or "\.\."/)
        }
      })
    })

    const held = async () => {
      const start = bytesOf(PARTS.slice(0, 14))
      return script([{ steps: [{ send: start }, { stall: true }] }, { headers: {}, status: 202 }])
    }

    it('cancel() reaches the backend, and the chat takes it for a stop', async () => {
      const source = await held()
      const transport = new SluicegateChatTransport({ api: source.url, headers: { 'x-a': '1' } })
      const chat = new TestChat({ id: 'c 1', transport })
      const sent = chat.sendMessage({ text: 'Hi' })
      await eventually(() => expect(chat.answer).to.equal(PIECES.slice(0, 2).join('')))
      const result = await transport.cancel('c 1', { activeStreamId: 's' })
      expect(result).to.deep.equal({ aborted: true, notified: true, status: 202 })
      await sent
      expect(chat).to.deep.include({ status: 'ready', errors: [] })
      expect(chat.finishes).to.deep.equal([{ isAbort: true, isDisconnect: false, isError: false }])
      const [, stop] = await source.over(2)
      expect(stop).to.include({ method: 'POST', body: '{"activeStreamId":"s"}' })
      expect(stop!.path).to.match(/\/c%201\/stop$/)
      expect(stop!.headers).to.include({ 'x-a': '1', 'content-type': 'application/json' })
      expect(await transport.cancel('c 1')).to.deep.equal({ aborted: false, notified: false })
    })

    const stops: [string, Options, Partial<Call>][] = [
      [
        'by the options',
        { headers: async () => ({ 'x-a': '1' }), credentials: () => 'omit' },
        { url: '/api/c%201/stop', headers: { 'x-a': '1' }, credentials: 'omit' },
      ],
      [
        'by what begins the answer',
        {
          headers: { 'x-a': '1' },
          prepareSendMessagesRequest: ({ api, body }) => ({
            api: `${api}/prepared/?q=1`,
            headers: { 'X-P': '1' },
            credentials: 'include',
            body: { ...body },
          }),
        },
        { url: '/api/prepared/c%201/stop?q=1', headers: { 'x-p': '1' }, credentials: 'include' },
      ],
      [
        'by what goes on with it',
        {
          prepareSendMessagesRequest,
          prepareReconnectToStreamRequest: async ({ api, id }) => ({
            api: `${api}/chats/${id}/stream?u=/stream#h`,
            headers: { 'X-R': '1' },
            credentials: 'omit',
          }),
        },
        { url: '/api/chats/c 1/stop?u=/stream#h', headers: { 'x-r': '1' }, credentials: 'omit' },
      ],
      [
        'by both',
        {
          prepareSendMessagesRequest: ({ api }) => ({
            api: `${api}/prepared`,
            headers: { 'x-p': '1' },
            body: {},
          }),
          prepareReconnectToStreamRequest: ({ api }) => ({
            api: `${api}/again?u=/stream`,
            credentials: 'include',
          }),
        },
        { url: '/api/prepared/c%201/stop', headers: { 'x-p': '1' }, credentials: 'include' },
      ],
    ]
    for (const [how, options, { headers, ...expected }] of stops) {
      test(`the stop request is prepared ${how}`, async () => {
        const source = await held()
        const { pathname: api } = new URL(source.url)
        const { fetch, calls } = recording(api)
        const transport = new SluicegateChatTransport({ ...options, api, fetch })
        const reader = (await transport.sendMessages(sending())).getReader()
        await reader.read()
        const result = await transport.cancel('c 1', { activeStreamId: 's' })
        expect(result).to.deep.equal({ aborted: true, notified: true, status: 202 })
        expect(calls[1]).to.deep.equal({
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: { activeStreamId: 's' },
          ...expected,
        })
        await reader.read().catch(() => undefined)
        await source.over(2)
      })
    }

    test('the stop request of an answer that was reconnected to is prepared by that', async () => {
      const source = await held()
      const { pathname: api } = new URL(source.url)
      const { fetch, calls } = recording(api)
      const transport = new SluicegateChatTransport({
        api,
        fetch,
        prepareReconnectToStreamRequest: ({ id }) => ({
          api: `${api}/${id}/stream`,
          headers: { 'x-r': '1' },
          credentials: 'include',
        }),
      })
      const reader = (await transport.reconnectToStream({ chatId: 'c1' }))!.getReader()
      await reader.read()
      expect(await transport.cancel('c1')).to.include({ notified: true })
      expect(calls[1]).to.deep.include({
        url: '/api/c1/stop',
        headers: { 'content-type': 'application/json', 'x-r': '1' },
        credentials: 'include',
        body: {},
      })
      await reader.read().catch(() => undefined)
      await source.over(2)
    })

    test('`resume` and `cancel` replace the requests', async () => {
      const start = bytesOf(PARTS.slice(0, 14))
      const source = await script([
        broken(LENGTH / 2, 0),
        { steps: [{ send: start }, { stall: true }] },
        { status: 202 },
      ])
      const { pathname: api } = new URL(source.url)
      const { fetch, calls } = recording(api)
      const transport = new SluicegateChatTransport({
        api,
        fetch,
        credentials: 'include',
        retry: AT_ONCE,
        resume: {
          url: ({ job }) => `${api}/resume/${job}`,
          headers: { 'x-r': '1' },
          replays: true,
        },
        cancel: { url: `${api}/cancel`, method: 'DELETE' },
      })
      const reading = all(await transport.sendMessages(sending('c1')))
      await source.requests(2)
      expect(await transport.cancel('c1')).to.include({ notified: true })
      expect(await rejection(reading)).to.include({ name: 'AbortError' })
      const common = { credentials: 'include', body: undefined }
      expect(calls.slice(1)).to.deep.equal([
        {
          ...common,
          url: `${location.origin}/api/resume/c1`,
          method: 'GET',
          headers: { 'x-r': '1' },
        },
        { ...common, url: `${location.origin}/api/cancel`, method: 'DELETE', headers: {} },
      ])
      await source.over(3)
    })

    test('what the preparing functions throw comes out as it is', async () => {
      const error = new RangeError('no token')
      const options = {
        retry: AT_ONCE,
        prepareReconnectToStreamRequest: () => {
          throw error
        },
      }
      const source = await script([broken(LENGTH / 2, 0), whole])
      const transport = new SluicegateChatTransport({ ...options, api: source.url })
      expect(await rejection(transport.reconnectToStream({ chatId: 'c1' }))).to.equal(error)
      expect(await rejection(all(await transport.sendMessages(sending())))).to.equal(error)
      await source.over(1)

      const other = await held()
      const stopped = new SluicegateChatTransport({ ...options, api: other.url })
      const reader = (await stopped.sendMessages(sending('c1'))).getReader()
      await reader.read()
      const result = await stopped.cancel('c1')
      expect(result).to.deep.equal({ aborted: true, notified: false, error })
      await reader.read().catch(() => undefined)
      await other.over(1)
    })

    it("the chat's own stop() is a disconnect: it tells nobody", async () => {
      const source = await held()
      const chat = new TestChat({ transport: new SluicegateChatTransport({ api: source.url }) })
      const sent = chat.sendMessage({ text: 'Hi' })
      await eventually(() => expect(chat.answer).to.not.equal(''))
      await chat.stop()
      await sent
      expect(chat.status).to.equal('ready')
      expect(chat.finishes).to.deep.equal([{ isAbort: true, isDisconnect: false, isError: false }])
      expect(await source.over(1)).to.have.length(1)
    })

    test('reconnecting is null if nothing runs, and fails as the SDK says', async () => {
      for (const Transport of [DefaultChatTransport, SluicegateChatTransport]) {
        const source = await script([
          { status: 204 },
          { status: 403, steps: [{ send: 'not yours' }] },
        ])
        const transport = new Transport({ api: source.url })
        expect(await transport.reconnectToStream({ chatId: 'c1' })).to.equal(null)
        const error = await rejection(transport.reconnectToStream({ chatId: 'c1' }))
        expect((error as Error).message).to.equal('not yours')
        await source.over(2)
      }
    })

    const lost: [string, (url: string) => Options, Attempt[], string, RegExp][] = [
      ['nobody is there', () => ({ api: unreachable }), [], '', /^network error: /],
      [
        'the backend refuses',
        (api) => ({ api }),
        [{ status: 500, steps: [{ send: 'oh' }] }],
        '',
        /^oh$/,
      ],
      [
        'it breaks, and is gone',
        (api) => ({ api, retry: AT_ONCE }),
        [{ steps: [{ send: bytesOf(PARTS.slice(0, 13)) }] }, { status: 204 }],
        PIECES[0]!,
        /^network error: /,
      ],
      [
        'it breaks, and is never resumed',
        (api) => ({ api, retry: false as const }),
        [{ steps: [{ send: bytesOf(PARTS.slice(0, 13)) }, { waitFor: 'seen' }, { reset: true }] }],
        PIECES[0]!,
        /^network error: /,
      ],
      [
        'it breaks, and can be resumed no more',
        (api) => ({ api, retry: { ...AT_ONCE, maxAttempts: 2 } }),
        [
          { steps: [{ send: bytesOf(PARTS.slice(0, 13)) }, { waitFor: 'seen' }, { reset: true }] },
          { status: 503 },
        ],
        PIECES[0]!,
        /^network error: gave up/,
      ],
      [
        'it sends what is no part',
        (api) => ({ api }),
        [{ steps: [{ send: 'data: {"type":"text-delta"}\n\n' }] }],
        '',
        /no part of a UI message stream: "{\\"type\\":\\"text-delta\\"}"/,
      ],
    ]
    for (const [what, optionsOf, attempts, answer, message] of lost) {
      it(`tells the chat that it failed: ${what}`, async () => {
        const source = await script(attempts.length > 0 ? attempts : [{}])
        const chat = new TestChat({ transport: new SluicegateChatTransport(optionsOf(source.url)) })
        const sent = chat.sendMessage({ text: 'Hi' })
        // A reset drops what the browser has not read.
        if (answer !== '') await eventually(() => expect(chat.answer).to.equal(answer))
        await source.signal('seen')
        await sent
        expect(chat.answer).to.equal(answer)
        expect(chat.status).to.equal('error')
        expect(chat.errors.map((error) => error.message)).to.have.length(1)
        expect(chat.errors[0]!.message).to.match(message)
        const isDisconnect = message.source.startsWith('^network')
        expect(chat.finishes).to.deep.equal([{ isAbort: false, isDisconnect, isError: true }])
        await source.over((await source.log()).length)
      })
    }

    const endings: [string, UIMessageChunk[]][] = [
      ['finish', [{ type: 'finish' }]],
      ['abort', [{ type: 'abort' }]],
    ]
    for (const [name, last] of endings) {
      test(`after \`${name}\` the end is the end, also without [DONE]`, async () => {
        const source = await script([{ steps: [{ send: bytesOf(last) }] }])
        const transport = new SluicegateChatTransport({ api: source.url })
        expect(await all(await transport.sendMessages(sending()))).to.deep.equal(last)
        expect(await source.over(1)).to.have.length(1)
      })
    }
  })
}
