import { expect } from 'chai'
import type { EventStream } from 'sluicegate'
import { all, data } from '../support/consume.js'
import { secure } from '../support/page.js'
import { freshSeed, Random } from '../support/random.js'
import { type Encoding, event, script } from '../support/server.js'
import { ENCODINGS, FAULTS_OVER_HTTP2, SURVIVING } from '../support/surviving.js'
import { open, test } from '../support/test.js'

const CUTS = ['end', 'close', 'reset'] as const

/** How many places a body is cut at, by each. */
const PLACES = 5

const TEXTS = Array.from(
  { length: 40 },
  (_, n) => `${n} ${'żółć 漢字 😀'.repeat(n % 4)} ${Math.sin(n)}`,
)
const STEPS = TEXTS.map((text, n) => ({ send: event(text, { id: n }) }))
const HALF = TEXTS.length / 2
const DONE = event('[DONE]')

/** All events, in halves: the second one once the page has the first one. */
const HALVES = [...STEPS.slice(0, HALF), { waitFor: 'half' }, ...STEPS.slice(HALF)]

/** Reads a stream whose server waits at its half. Returns the events before its end, or its failure. */
async function read(stream: EventStream, atHalf: () => Promise<void>): Promise<string[]> {
  const got: string[] = []
  try {
    for await (const { data } of stream) {
      if (got.push(data) === HALF) await atHalf()
    }
  } catch {
    // `closed` says it.
  }
  return got
}

/** Bytes of the first half, and of all, when compressed. */
async function lengths(encoding: Encoding): Promise<[half: number, whole: number]> {
  const source = await script([{ encoding, steps: HALVES }])
  let half = 0
  await read(open(secure(source.url), { retry: false }), async () => {
    half = (await source.log())[0]!.writtenBytes
    await source.signal('half')
  })
  const [entry] = await source.over(1)
  return [half, entry!.writtenBytes]
}

describe('compressed bodies over TLS', () => {
  for (const encoding of ENCODINGS) {
    test(`${encoding}: each event comes when it was sent`, async () => {
      const attempt = {
        encoding,
        steps: [...STEPS.flatMap((step) => [step, { waitFor: 'read' }]), { send: DONE }],
      }
      const source = await script([attempt])
      const stream = open(secure(source.url), { done: '[DONE]' })
      for (const text of TEXTS) {
        expect((await stream.next()).value).to.include({ data: text })
        await source.signal('read')
      }
      expect((await stream.next()).done).to.equal(true)
      const [entry] = await source.over(1)
      expect(entry?.headers['accept-encoding']).to.include(encoding)
    })

    test(`${encoding}: byte by byte`, async () => {
      const text = TEXTS.slice(0, 10)
        .map((text) => event(text))
        .join('')
      const source = await script([{ encoding, steps: [{ drip: text + DONE }] }])
      const stream = open(secure(source.url), { done: '[DONE]' })
      expect(data(await all(stream))).to.deep.equal(TEXTS.slice(0, 10))
      await source.over(1)
    })

    for (const by of CUTS) {
      test(
        `${encoding}: cut anywhere, by ${by}, it is resumed after the last whole event`,
        async () => {
          const [half, whole] = await lengths(encoding)
          // What was not sent yet goes with the stream.
          const least = by === 'end' ? 1 : half + 1
          const seed = freshSeed()
          const random = new Random(seed)
          for (let place = 0; place < PLACES; place++) {
            const after = least + random.below(whole - least)
            const where = `after ${after} of ${whole} bytes, seed ${seed}`
            const source = await script([
              { encoding, steps: HALVES, cut: { after, by } },
              { encoding, steps: [{ send: DONE }] },
            ])
            const stream = open(secure(source.url), SURVIVING)
            const got = await read(stream, () => source.signal('half'))
            expect(await stream.closed, where).to.deep.equal({ type: 'done', dropped: 0 })
            expect(got, where).to.deep.equal(TEXTS.slice(0, got.length))
            if (by !== 'end') expect(got.length, where).to.be.at.least(HALF)
            const [, resumed] = await source.over(2)
            const last = got.length === 0 ? undefined : `${got.length - 1}`
            expect(resumed?.headers['last-event-id'], where).to.equal(last)
          }
        },
        by === 'end' ? {} : FAULTS_OVER_HTTP2,
      )
    }

    // Such a body looks whole to all browsers; only a marker tells.
    for (const [promise, options, type] of [
      ['no marker was promised: it has ended', {}, 'ended'],
      ['a marker was promised: it is truncated', { done: '[DONE]' }, 'truncated'],
    ] as const) {
      test(`${encoding}: a POST is cut with a proper end, and ${promise}`, async () => {
        const [half] = await lengths(encoding)
        const cut = { after: half + 1, by: 'end' } as const
        const source = await script([{ encoding, steps: HALVES, cut }])
        const stream = open(secure(source.url), { method: 'POST', ...options })
        const got = await read(stream, () => source.signal('half'))
        expect(got).to.deep.equal(TEXTS.slice(0, HALF))
        expect(await stream.closed).to.include({ type })
        await source.over(1)
      })
    }
  }
})
