import { expect } from 'chai'
import { openStream } from 'sluicegate'
import { all, data } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { secure } from '../support/page.js'
import { note } from '../support/progress.js'
import { freshSeed } from '../support/random.js'
import {
  type Entry,
  event,
  freshKey,
  Held,
  type Script,
  script,
  Sink,
  type Step,
  streaming,
} from '../support/server.js'
import { ENCODINGS, FAULTS_OVER_HTTP2, SURVIVING } from '../support/surviving.js'
import { open, test } from '../support/test.js'

/** More than a server allows on a connection. */
const STREAMS = 150

const FIRST = event('first', { id: 1 })
const SECOND = event('second 漢字', { id: 2 })
const DONE = event('[DONE]')

/** What ends a stream, or the connection, inside its second event. The client has read what came before. */
function brokenBy(fault: Step): Promise<Script> {
  return script([
    { steps: [{ send: FIRST + SECOND.slice(0, -8) }, { waitFor: 'read' }, fault] },
    { steps: [{ send: SECOND + DONE }] },
  ])
}

const isHttp2 = (log: Entry[]) => log.every(({ protocol }) => protocol === 'HTTP/2')

async function assertResumes(source: Script): Promise<void> {
  const stream = open(secure(source.url), SURVIVING)
  expect((await stream.next()).value).to.include({ data: 'first' })
  await source.signal('read')
  expect(data(await all(stream))).to.deep.equal(['second 漢字'])
  expect(await stream.closed).to.deep.equal({ type: 'done', dropped: 0 })
  const log = await source.over(2)
  expect(log[1]?.headers['last-event-id']).to.equal('1')
  expect(isHttp2(log)).to.equal(true)
}

describe('HTTP/2', () => {
  test('a POST streams, and its cancel reaches the backend', async () => {
    const [source, sink] = [await streaming({ send: FIRST }, { stall: true }), new Sink()]
    const stream = open(secure(source.url), {
      method: 'POST',
      body: { prompt: 'x' },
      cancel: { url: secure(sink.url), body: { id: 1 } },
    })
    expect((await stream.next()).value).to.include({ data: 'first', lastEventId: '1' })
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: true, status: 200 })
    const [entry] = await source.over(1)
    expect(entry).to.include({ protocol: 'HTTP/2', method: 'POST', body: '{"prompt":"x"}' })
    expect(entry).to.include({ outcome: 'client-closed' })
    const [notification] = await sink.received(1)
    expect(notification).to.include({ protocol: 'HTTP/2', body: '{"id":1}' })
  })

  // RFC 9113, section 7.
  const CODES = {
    NO_ERROR: 0,
    PROTOCOL_ERROR: 1,
    INTERNAL_ERROR: 2,
    FLOW_CONTROL_ERROR: 3,
    REFUSED_STREAM: 7,
    CANCEL: 8,
    ENHANCE_YOUR_CALM: 11,
    unknown: 0xbeef,
  }
  for (const [name, code] of Object.entries(CODES)) {
    test(
      `RST_STREAM inside an event is survived: ${name}`,
      async () => {
        await assertResumes(await brokenBy({ reset: code }))
      },
      FAULTS_OVER_HTTP2,
    )
  }

  for (const [name, fault] of Object.entries<Step>({
    'GOAWAY with an error': { goaway: CODES.ENHANCE_YOUR_CALM },
    'the end of the connection': { close: true },
  })) {
    test(
      `${name} inside an event is survived, by all streams of the connection`,
      async () => {
        const other = await script([
          { steps: [{ send: FIRST }, { stall: true }] },
          { steps: [{ send: SECOND + DONE }] },
        ])
        const beside = open(secure(other.url), SURVIVING)
        await beside.next()
        await assertResumes(await brokenBy(fault))
        expect(data(await all(beside))).to.deep.equal(['second 漢字'])
        await other.over(2)
      },
      FAULTS_OVER_HTTP2,
    )
  }

  test('GOAWAY without an error leaves a stream alone, and the next one is opened elsewhere', async () => {
    const leaving = await streaming(
      { send: FIRST },
      { goaway: true },
      { delay: 50 },
      { send: FIRST },
      { waitFor: 'next' },
      { send: SECOND + DONE },
    )
    const stream = open(secure(leaving.url), { done: '[DONE]' })
    await stream.next()
    // The second event comes behind GOAWAY. WebKit sends a request that meets GOAWAY on its way twice.
    await stream.next()
    const next = await streaming({ send: FIRST + DONE })
    expect(data(await all(open(secure(next.url), { done: '[DONE]' })))).to.deep.equal(['first'])
    await leaving.signal('next')
    expect(data(await all(stream))).to.deep.equal(['second 漢字'])
    expect(isHttp2([...(await leaving.over(1)), ...(await next.over(1))])).to.equal(true)
  })

  test(`${STREAMS} streams at once get their events`, async () => {
    const text = Array.from({ length: 50 }, (_, id) => event(`${id}`, { id })).join('')
    const sources = await Promise.all(
      Array.from({ length: STREAMS }, (_, n) =>
        streaming({ send: event(`stream ${n}`) + text + DONE }),
      ),
    )
    const got = await Promise.all(
      sources.map(async ({ url }) => data(await all(open(secure(url), { done: '[DONE]' })))),
    )
    got.forEach((events, n) => {
      expect(events).to.deep.equal([
        `stream ${n}`,
        ...Array.from({ length: 50 }, (_, id) => `${id}`),
      ])
    })
    const logs = await Promise.all(sources.map((source) => source.over(1)))
    expect(isHttp2(logs.flat())).to.equal(true)
  })

  test(`${STREAMS} streams are stopped at once, and the backend hears of each`, async () => {
    const [held, sink] = [new Held(), new Sink()]
    const streams = Array.from({ length: STREAMS }, (_, id) =>
      open(secure(held.url), { cancel: { url: secure(sink.url), body: { id }, timeout: 60_000 } }),
    )
    // As many as the server takes on a connection; the others wait for their turn.
    await eventually(async () => expect((await held.counters()).open).to.be.at.least(100))
    const results = await Promise.all(streams.map((stream) => stream.cancel()))
    for (const { error, ...result } of results) {
      const told = { aborted: true, notified: true, status: 200 }
      expect(result, String(error)).to.deep.equal(told)
    }
    const notified = (await sink.received(STREAMS)).map(({ body }) => Number(JSON.parse(body).id))
    expect(notified.toSorted((a, b) => a - b)).to.deep.equal([...notified.keys()])
  })

  test(
    'a hundred streams, plain and compressed, at once, under random faults, lose and repeat nothing',
    async () => {
      const seed = freshSeed()
      note(`seeds from ${seed} on`)
      const codings = ['', ...ENCODINGS.map((encoding) => `&encoding=${encoding}`)]
      const run = async (_: unknown, number: number) => {
        const path = `/numbered/${freshKey()}?seed=${seed + number}&events=100${codings[number % codings.length]}`
        const stream = openStream(secure(path), { ...SURVIVING, idleTimeout: 1000 })
        let next = 1
        for await (const { data, lastEventId } of stream) {
          expect({ data, lastEventId }, `seed ${seed + number}`).to.deep.equal({
            data: `event ${next} żółć 漢字 😀`,
            lastEventId: `${next}`,
          })
          next++
        }
        expect(next, `seed ${seed + number}`).to.equal(101)
      }
      await Promise.all(Array.from({ length: 100 }, run))
    },
    { milliseconds: 5 * 60_000, ...FAULTS_OVER_HTTP2 },
  )
})
