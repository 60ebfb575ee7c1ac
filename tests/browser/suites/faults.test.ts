import { expect } from 'chai'
import { isStreamError, type OpenOptions, type StreamErrorCode } from 'sluicegate'
import { data } from '../support/consume.js'
import { engine, otherOrigin } from '../support/page.js'
import { type Attempt, event, script, type Script } from '../support/server.js'
import { open, test } from '../support/test.js'

/**
 * Each fault twice: on its own, where the stream has to end as the table says, and ahead of a good answer, where it has
 * to be survived if it can be.
 */
interface Fault {
  name: string
  attempt: Attempt
  /** How a stream that is not to be retried ends: a code, or an ending without an error. */
  alone: StreamErrorCode | 'ended'
  /** Whether the next attempt comes. */
  survives: boolean
  /** Whether event 1 is delivered before. Default: no. */
  deliversFirst?: boolean
  options?: OpenOptions
}

const FIRST = event('first żółć', { id: 1 })
const SECOND = event('second 漢字', { id: 2 })
const BROKEN = SECOND.slice(0, -6)

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n'
const LENGTH = new TextEncoder().encode(FIRST).length.toString(16)

/** The client has what came before the fault: it signals so. */
const READ = { waitFor: 'read' } as const

/** WebKit takes the end of the connection for the end of a chunked body. */
const cut = engine === 'webkit' ? 'ended' : 'network'

/** The bytes of an event up to the first byte of its first character that has three of them. */
function halfCharacter(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const end = bytes.findIndex((byte) => byte >= 0xe0) + 1
  return btoa(String.fromCharCode(...bytes.subarray(0, end)))
}

const FAULTS: Fault[] = [
  {
    name: 'reset inside an event',
    attempt: { steps: [{ send: FIRST }, READ, { send: BROKEN }, { delay: 50 }, { reset: true }] },
    alone: 'network',
    survives: true,
    deliversFirst: true,
  },
  {
    name: 'nothing more, inside an event',
    attempt: { steps: [{ send: FIRST + BROKEN }, { stall: true }] },
    alone: 'idle-timeout',
    survives: true,
    deliversFirst: true,
    options: { idleTimeout: 300 },
  },
  {
    name: 'closed inside a character',
    attempt: {
      steps: [{ send: FIRST }, READ, { sendBytes: halfCharacter(SECOND) }, { close: true }],
    },
    alone: cut,
    survives: true,
    deliversFirst: true,
  },
  {
    name: 'closed short of its length, inside a character',
    attempt: {
      framing: 'truncated-length',
      steps: [{ send: FIRST }, READ, { sendBytes: halfCharacter(SECOND) }],
    },
    alone: 'network',
    survives: true,
    deliversFirst: true,
  },
  {
    name: 'closed inside a chunk',
    attempt: {
      headersDelay: 'never',
      steps: [
        { send: `${HEAD}transfer-encoding: chunked\r\n\r\n${LENGTH}\r\n${FIRST}\r\n` },
        READ,
        { send: `100\r\n${BROKEN}` },
        { close: true },
      ],
    },
    alone: 'network',
    survives: true,
    deliversFirst: true,
  },
  {
    name: 'a proper end inside an event',
    attempt: { steps: [{ send: FIRST + BROKEN }] },
    alone: 'ended',
    survives: true,
    deliversFirst: true,
  },
  {
    name: 'closed right after the headers',
    attempt: { steps: [{ close: true }] },
    alone: cut,
    survives: true,
  },
  {
    name: 'headers that never come',
    attempt: { headersDelay: 'never' },
    alone: 'connect-timeout',
    survives: true,
    options: { connectTimeout: 300 },
  },
  {
    name: 'an endless line',
    attempt: {
      steps: [{ send: FIRST }, READ, { send: 'data: ' }, { repeat: 1_000_000, send: '0123456789' }],
    },
    alone: 'event-too-large',
    survives: false,
    deliversFirst: true,
    options: { maxEventSize: 100_000 },
  },
  {
    name: 'an HTML error page with 200',
    attempt: {
      headers: { 'content-type': 'text/html' },
      steps: [{ send: '<!doctype html><h1>Down</h1>' }],
    },
    alone: 'content-type',
    survives: false,
  },
  {
    name: 'no content type',
    attempt: { headers: { 'content-type': null }, steps: [{ send: FIRST }] },
    alone: 'content-type',
    survives: false,
  },
  ...[401, 403, 404].map((status) => ({
    name: `${status}`,
    attempt: { status, steps: [{ send: 'no' }] },
    alone: 'http' as const,
    survives: false,
  })),
  ...[429, 500, 502, 503].map((status) => ({
    name: `${status}`,
    attempt: { status, steps: [{ send: 'not now' }] },
    alone: 'http' as const,
    survives: true,
  })),
]

interface Result {
  events: string[]
  /** The code of its error, or how it ended. */
  end: unknown
}

async function run(source: Script, options: OpenOptions): Promise<Result> {
  const stream = open(source.url, options)
  const events: string[] = []
  let end: unknown
  try {
    for await (const event of stream) {
      events.push(event.data)
      if (event.lastEventId === '1') await source.signal('read')
    }
    end = (await stream.closed).type
  } catch (error) {
    end = isStreamError(error) ? error.code : error
  }
  return { events, end }
}

describe('faults', () => {
  for (const { name, attempt, alone, survives, deliversFirst = false, options } of FAULTS) {
    const before = deliversFirst ? ['first żółć'] : []

    test(`${name}: ${alone}`, async () => {
      const source = await script([attempt])
      const result = await run(source, { retry: false, ...options })
      expect(result).to.deep.equal({ events: before, end: alone })
      await source.over(1)
    })

    test(`${name}: ${survives ? 'survived' : 'not tried again'}`, async () => {
      const rest = (deliversFirst ? '' : FIRST) + SECOND + event('[DONE]')
      const source = await script([attempt, { steps: [{ send: rest }] }])
      const result = await run(source, {
        done: '[DONE]',
        retry: { minDelay: 0, initialDelay: 1 },
        ...options,
      })
      expect(result).to.deep.equal(
        survives
          ? { events: ['first żółć', 'second 漢字'], end: 'done' }
          : { events: before, end: alone },
      )
      const log = await source.over(survives ? 2 : 1)
      if (survives && deliversFirst) expect(log[1]?.headers['last-event-id']).to.equal('1')
    })
  }

  test('closed ahead of the headers: survived, whoever tries again', async () => {
    const good = { steps: [{ send: FIRST + event('[DONE]') }] }
    const source = await script([{ headersDelay: 'never', steps: [{ close: true }] }, good])
    const result = await run(source, { done: '[DONE]', retry: { minDelay: 0, initialDelay: 1 } })
    expect(result).to.deep.equal({ events: ['first żółć'], end: 'done' })
    await source.over(2)
  })

  test('a preflight that is refused: network', async () => {
    const source = await script([{ steps: [{ send: FIRST }] }], { preflight: false })
    const stream = open(source.url.replace(location.origin, otherOrigin), {
      headers: { 'x-needs': 'preflight' },
      retry: false,
    })
    expect((await stream.closed).error).to.include({ code: 'network' })
    expect(await source.log()).to.deep.equal([])
  })

  test('another origin that allows it: all works, reconnect included', async () => {
    const source = await script([
      { steps: [{ send: FIRST }] },
      { steps: [{ send: SECOND + event('[DONE]') }] },
    ])
    const stream = open(source.url.replace(location.origin, otherOrigin), {
      done: '[DONE]',
      retry: { minDelay: 0, initialDelay: 1 },
    })
    const events = []
    for await (const event of stream) events.push(event)
    expect(data(events)).to.deep.equal(['first żółć', 'second 漢字'])
    const [, resumed] = await source.over(2)
    expect(resumed?.headers['last-event-id']).to.equal('1')
  })
})
