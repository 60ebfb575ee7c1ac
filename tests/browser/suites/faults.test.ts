import { expect } from 'chai'
import { isStreamError, type OpenOptions, type StreamErrorCode } from 'sluicegate'
import { data } from '../support/consume.js'
import { engine, otherOrigin } from '../support/page.js'
import { type Attempt, event, script, type Script } from '../support/server.js'
import { open, test } from '../support/test.js'

/**
 * What is not the same in all engines, or takes a response written by hand; other faults are scenarios. Each twice: on
 * its own, where the stream has to end as the table says, and ahead of a good answer, where it has to be survived.
 */
interface Fault {
  name: string
  attempt: Attempt
  /** How a stream that is not to be retried ends: a code, or an ending without an error. */
  alone: StreamErrorCode | 'ended'
  /** Whether event 1 is delivered before. Default: no. */
  deliversFirst?: boolean
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
    name: 'closed inside a character',
    attempt: {
      steps: [{ send: FIRST }, READ, { sendBytes: halfCharacter(SECOND) }, { close: true }],
    },
    alone: cut,
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
    deliversFirst: true,
  },
  {
    name: 'closed right after the headers',
    attempt: { steps: [{ close: true }] },
    alone: cut,
  },
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
  for (const { name, attempt, alone, deliversFirst = false } of FAULTS) {
    test(`${name}: ${alone}`, async () => {
      const source = await script([attempt])
      const result = await run(source, { retry: false })
      expect(result).to.deep.equal({ events: deliversFirst ? ['first żółć'] : [], end: alone })
      await source.over(1)
    })

    test(`${name}: survived`, async () => {
      const rest = (deliversFirst ? '' : FIRST) + SECOND + event('[DONE]')
      const source = await script([attempt, { steps: [{ send: rest }] }])
      const result = await run(source, {
        done: '[DONE]',
        retry: { minDelay: 0, initialDelay: 1 },
      })
      expect(result).to.deep.equal({ events: ['first żółć', 'second 漢字'], end: 'done' })
      const log = await source.over(2)
      if (deliversFirst) expect(log[1]?.headers['last-event-id']).to.equal('1')
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
