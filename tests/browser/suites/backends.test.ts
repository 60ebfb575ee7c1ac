// The recipes of docs/backends.md, against emulators of the backends that the vendors' own clients read as well.

import { expect } from 'chai'
import { decode, type EventStream, type OpenOptions, type StreamError } from 'sluicegate'
import type { BackendName } from '../../vendors/backends/index.js'
import type { Fault, Plan } from '../../vendors/plan.js'
import { rejection } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { Random } from '../support/random.js'
import { test } from '../support/test.js'
import { Backend, outage } from '../support/vendors.js'

const RESUMABLE: BackendName[] = ['openai', 'vllm', 'gemini', 'langgraph', 'llama-cpp', 'ai-sdk']
const UNRESUMABLE: BackendName[] = ['dify', 'coze']
const ALL = [...RESUMABLE, ...UNRESUMABLE]

const PLACES = 50
const SEED = 19

/** How many answers are read at a time: browsers have six connections to a server. */
const AT_A_TIME = 6

/** Reconnects without waiting. */
const QUICKLY = { minDelay: 0, initialDelay: 1 }

/** Places where an answer breaks. Its first event has come before: without it, the job is unknown. */
async function places(name: BackendName): Promise<number[]> {
  const random = new Random(SEED)
  const { events, characters, bytes } = (await Backend.open(name)).expected
  const first = events[1]!
  return Array.from({ length: PLACES }, (_, n) =>
    n % 5 === 0 ? random.pick(characters) : first + random.below(bytes - first),
  )
}

/** An answer on its way: read as it comes. */
class Reading {
  text = ''
  /** Resolves to the whole text. */
  readonly whole: Promise<string>
  readonly backend: Backend
  readonly stream: EventStream

  constructor(backend: Backend, options?: OpenOptions) {
    this.backend = backend
    this.stream = backend.ask(options)
    this.whole = this.#read()
    // It may fail before a test looks.
    this.whole.catch(() => undefined)
  }

  /** Asks for an answer whose connection breaks before this event, once all before it was read. */
  static async broken(name: BackendName, at: number, plan: Plan = {}): Promise<Reading> {
    const reset = (await Backend.open(name)).expected.events[at]!
    const faults: Fault[] = [{ reset, seen: true }, ...(plan.faults ?? [])]
    const backend = await Backend.open(name, { ...plan, faults })
    const reading = new Reading(backend, RESUMABLE.includes(name) ? { retry: QUICKLY } : {})
    await reading.breaks(faults)
    return reading
  }

  /** Lets the faults come that wait until all before them was read. */
  async breaks(faults: Fault[]): Promise<void> {
    const { events } = this.backend.expected
    for (const fault of faults) {
      if (!('seen' in fault)) continue
      const place = 'cut' in fault ? fault.cut : fault.reset
      const count = events.findLastIndex((start) => start <= place)
      await eventually(() => expect(this.stream.stats.events).to.be.at.least(count))
      await this.backend.seen()
    }
  }

  /** Resolves once there is so much text. */
  async until(length: number): Promise<void> {
    await eventually(() => expect(this.text.length).to.be.at.least(length))
  }

  async #read(): Promise<string> {
    for await (const text of this.backend.texts(this.stream)) this.text += text
    return this.text
  }
}

/** Reads an answer that breaks, and checks that it is whole and was asked for once. */
async function readWhole(name: BackendName, faults: Fault[]): Promise<void> {
  const backend = await Backend.open(name, { faults })
  const reading = new Reading(backend, { retry: QUICKLY })
  await reading.breaks(faults)
  const text = await reading.whole
  const { posts, requests } = await backend.log()
  const context = `${JSON.stringify(faults)}: ${JSON.stringify(requests)}`
  expect(text, context).to.equal(backend.expected.text)
  expect(posts, context).to.equal(1)
  expect(requests.filter(({ kind }) => kind === 'resume').length, context).to.equal(faults.length)
  const { type } = await reading.stream.closed
  expect(type, context).to.equal(name === 'langgraph' ? 'ended' : 'done')
}

describe('backends that resume', () => {
  for (const name of RESUMABLE) {
    test(`${name}: an answer that is reset at each of ${PLACES} random places is whole`, async () => {
      const all = await places(name)
      for (let at = 0; at < all.length; at += AT_A_TIME) {
        const some = all.slice(at, at + AT_A_TIME)
        await Promise.all(some.map((reset) => readWhole(name, [{ reset, seen: true }])))
      }
    })

    test(`${name}: an answer that breaks at all of them in turn is whole`, async () => {
      const { events } = (await Backend.open(name)).expected
      let before = 0
      const faults = (await places(name))
        .toSorted((one, other) => one - other)
        .map((place, at): Fault => {
          // What is resumed and ends without an event says that there is no more. To WebKit, what is cut has ended.
          const isFruitful = events.filter((start) => start > before && start <= place).length > 1
          before = place
          if (at % 3 === 0 || !isFruitful || name === 'langgraph') {
            return { reset: place, seen: true }
          }
          return at % 3 === 1 ? { cut: place, seen: true } : { end: place }
        })
      await readWhole(name, faults)
    })

    test(`${name}: an answer whose connection falls silent is resumed`, async () => {
      const stall = (await Backend.open(name)).expected.events[60]! + 5
      const backend = await Backend.open(name, { faults: [{ stall }] })
      const { whole } = new Reading(backend, { idleTimeout: 500, retry: QUICKLY })
      expect(await whole).to.equal(backend.expected.text)
      expect((await backend.log()).posts).to.equal(1)
    })
  }

  test('all survive five seconds without a network, while their models work on', async () => {
    const readings = await Promise.all(
      RESUMABLE.map(async (name) => {
        const backend = await Backend.open(name, { hold: 80 })
        const reading = new Reading(backend, { retry: { maxDelay: 1000 } })
        await reading.until(300)
        return reading
      }),
    )
    await outage(5000)
    for (const { backend, whole } of readings) {
      // An AI SDK backend knows nothing of an answer that came to its end before somebody resumed it.
      await eventually(async () => {
        const { kind, status, end } = (await backend.log()).requests.at(-1)!
        expect({ kind, status, end }).to.deep.equal({ kind: 'resume', status: 200, end: undefined })
      })
      await backend.release()
      expect(await whole).to.equal(backend.expected.text)
      expect((await backend.log()).posts).to.equal(1)
    }
  })
})

describe('backends that refuse to resume', () => {
  const REFUSALS: [fault: Fault, code: string, status: number][] = [
    [{ refuse: 404 }, 'http', 404],
    [{ refuse: 409 }, 'http', 409],
    [{ refuse: 410 }, 'http', 410],
    [{ page: true }, 'content-type', 200],
  ]
  for (const name of RESUMABLE) {
    test(`${name}: the stream ends with the reason`, async () => {
      for (const [fault, code, status] of REFUSALS) {
        const { backend, whole } = await Reading.broken(name, 100, { faults: [fault] })
        const error = (await rejection(whole)) as StreamError
        expect([error.code, error.status], JSON.stringify(fault)).to.deep.equal([code, status])
        const { requests } = await backend.log()
        expect(requests.map(({ kind }) => kind)).to.deep.equal(['start', 'resume'])
      }
    })

    test(`${name}: 204 truncates the answer`, async () => {
      const { backend, stream, whole } = await Reading.broken(name, 100, {
        faults: [{ refuse: 204 }],
      })
      const text = await whole
      expect(text).to.equal(backend.expected.text.slice(0, text.length))
      expect(text.length).to.be.within(300, backend.expected.text.length - 1)
      expect((await stream.closed).type).to.equal('truncated')
    })
  }
})

test('langgraph: an error of the run is one of its texts', async () => {
  const backend = await Backend.open('langgraph')
  const run = 'event: messages\ndata: [{"content":"Hi"},{}]\n\n'
  const failure = 'event: error\ndata: {"error":"ValueError","message":"no such tool"}\n\n'
  const texts = backend.texts(decode(run + failure) as unknown as EventStream)
  const seen: string[] = []
  const error = await rejection(
    (async () => {
      for await (const text of texts) seen.push(text)
    })(),
  )
  expect(seen).to.deep.equal(['Hi'])
  expect((error as Error).message).to.equal('no such tool')
})

describe('backends that can not resume', () => {
  for (const name of UNRESUMABLE) {
    test(`${name}: a broken answer is an error, and is not asked for again`, async () => {
      const { backend, whole } = await Reading.broken(name, 100)
      expect(((await rejection(whole)) as StreamError).code).to.equal('network')
      expect((await backend.log()).requests).to.have.length(1)
    })
  }
})

describe('backends stop their model by cancel()', () => {
  /** llama.cpp allows no DELETE to pages of other origins. */
  const isAllowed = (name: BackendName) => name !== 'llama-cpp'

  async function cancel({ backend, stream, text }: Reading, name: BackendName): Promise<void> {
    const result = await stream.cancel()
    expect(result.notified, JSON.stringify(result)).to.equal(isAllowed(name))
    expect(backend.expected.text.startsWith(text)).to.equal(true)
    await backend.release()
    const job = await backend.until(isAllowed(name) ? 'cancelled' : 'completed')
    if (isAllowed(name)) expect([job.cancelledAfter, job.events]).to.deep.equal([60, 60])
    const cancels = (await backend.log()).requests.filter(({ kind }) => kind === 'cancel')
    expect(cancels.map(({ status }) => status)).to.deep.equal(
      isAllowed(name) ? [result.status] : [],
    )
  }

  for (const name of ALL) {
    test(`${name}: in the middle of the answer`, async () => {
      const reading = new Reading(await Backend.open(name, { hold: 60 }))
      await reading.until(300)
      await cancel(reading, name)
    })
  }

  for (const name of RESUMABLE) {
    test(`${name}: after a reconnect`, async () => {
      const reading = await Reading.broken(name, 20, { hold: 60 })
      await reading.until(300)
      expect(reading.stream.stats.attempts).to.equal(2)
      await cancel(reading, name)
    })
  }

  for (const name of ALL) {
    // These know it from the start.
    if (['llama-cpp', 'ai-sdk'].includes(name)) continue
    test(`${name}: before the first event, once that has told the job`, async () => {
      const backend = await Backend.open(name, { hold: 0 })
      const { stream, whole } = new Reading(backend)
      await eventually(async () => expect((await backend.log()).jobs).to.have.length(1))
      const cancelled = stream.cancel()
      await backend.release(5)
      expect(await cancelled).to.include({ aborted: true, notified: true })
      expect(await whole).to.equal('')
      const { requests, jobs } = await backend.log()
      expect(requests.map(({ kind }) => kind)).to.deep.equal(['start', 'cancel'])
      expect(jobs[0]?.state).to.equal('cancelled')
    })
  }
})
