import { expect } from 'chai'
import { openStream, type OpenOptions } from 'sluicegate'
import { type SharedStream, type ShareOptions, shareStream } from 'sluicegate/share'
import { all, allUntilError, data, rejection } from '../support/consume.js'
import { pause } from '../support/eventually.js'
import {
  type Attempt,
  event,
  freshKey,
  script,
  type Script,
  Sink,
  type Step,
} from '../support/server.js'
import { test } from '../support/test.js'

const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, k) => `${first + k}`)

/** Events with the ids from `first` to `last`. */
const numbered = (first: number, last: number): string =>
  numbers(first, last)
    .map((id) => event(id, { id }))
    .join('')

/** The first event, and at a signal these steps. */
const later = (...steps: Step[]): Attempt => ({
  steps: [{ send: numbered(1, 1) }, { waitFor: 'go' }, ...steps],
})

const held = (text: string): Attempt => ({ steps: [{ send: text }, { stall: true }] })

/** Streams of one name in one page, which take part as those of several tabs do. */
class Group {
  readonly name = freshKey()
  readonly streams: SharedStream[] = []
  readonly #url: string
  readonly #options: OpenOptions

  constructor(url: string, options: OpenOptions = {}) {
    this.#url = url
    this.#options = options
  }

  open(share: ShareOptions = {}): SharedStream {
    const retry = { initialDelay: 1, minDelay: 0 }
    const stream = shareStream(
      this.name,
      ({ lastEventId }) => openStream(this.#url, { retry, lastEventId, ...this.#options }),
      share,
    )
    this.streams.push(stream)
    return stream
  }

  /** Two streams, both of which have got the first event. The first one has the connection. */
  async pair(): Promise<[SharedStream, SharedStream]> {
    const owner = this.open({ replay: 1 })
    expect(await take(owner, 1)).to.deep.equal(['1'])
    const other = this.open({ replay: 1 })
    expect(await take(other, 1)).to.deep.equal(['1'])
    return [owner, other]
  }

  close(): void {
    for (const stream of this.streams) stream.close()
  }
}

async function take(stream: SharedStream, count: number): Promise<string[]> {
  const taken: string[] = []
  while (taken.length < count) {
    const { done, value } = await stream.next()
    if (done) throw new Error(`it ended after ${taken.join()}`)
    taken.push(value.data)
  }
  return taken
}

/** Whatever happened, no tab opens the stream again. */
async function isNotReopened(source: Script, requests: number): Promise<void> {
  await pause(400)
  await source.over(requests)
}

/** Takes something away from this page's hosts for as long as the body runs. */
async function without(target: object, name: string, body: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value: undefined, configurable: true })
  try {
    await body()
  } finally {
    if (before) Object.defineProperty(target, name, before)
    else Reflect.deleteProperty(target, name)
  }
}

/** Loses a message with these events on its way to the stream that was opened as number `index`. */
async function losing(index: number, data: string, body: () => Promise<void>): Promise<void> {
  const { prototype } = BroadcastChannel
  const before = Object.getOwnPropertyDescriptor(prototype, 'onmessage')!
  let channels = 0
  Object.defineProperty(prototype, 'onmessage', {
    ...before,
    set(this: BroadcastChannel, handler: (event: MessageEvent) => void) {
      const isDeaf = channels++ === index
      before.set!.call(this, (message: MessageEvent<{ run?: { events: { data: string }[] } }>) => {
        if (!isDeaf || message.data.run?.events[0]?.data !== data) handler.call(this, message)
      })
    },
  })
  try {
    await body()
  } finally {
    Object.defineProperty(prototype, 'onmessage', before)
  }
}

const COUNT = 100_000

const numberedData = (id: number): string => `event ${id} żółć 漢字 😀`

/** Reads a numbered stream to its end. Returns the last of its events, which came in order. */
async function count(stream: SharedStream): Promise<number> {
  let last: number | undefined
  for await (const events of stream.batches()) {
    for (const { data, lastEventId } of events) {
      const id = Number(lastEventId)
      if (last !== undefined && id !== last + 1) throw new Error(`${id} comes behind ${last}`)
      if (data !== numberedData(id)) throw new Error(data)
      last = id
    }
  }
  return last ?? 0
}

describe('shareStream', () => {
  test('one connection, all events for all, one end', async () => {
    const source = await script([later({ send: numbered(2, 200) }, { send: event('[DONE]') })])
    const [owner, other] = await new Group(source.url, { done: '[DONE]' }).pair()
    expect([owner.state, other.state]).to.deep.equal(['open', 'open'])
    await source.signal('go')
    const [first, second] = await Promise.all([all(owner), all(other)])
    expect(data(first)).to.deep.equal(numbers(2, 200))
    expect(second).to.deep.equal(first)
    const ended = { type: 'done', dropped: 0 }
    expect(await Promise.all([owner.closed, other.closed])).to.deep.equal([ended, ended])
    expect([owner.state, other.lastEventId]).to.deep.equal(['closed', '200'])
    await isNotReopened(source, 1)
  })

  test('when the owner leaves, another one goes on; the last one closes the connection', async () => {
    const source = await script([later({ stall: true }), held(numbered(2, 3))])
    const group = new Group(source.url)
    const [owner, other] = await group.pair()
    owner.close()
    expect(await take(other, 2)).to.deep.equal(['2', '3'])
    const [, second] = await source.requests(2)
    expect(second?.headers).to.include({ 'last-event-id': '1' })
    await other.return()
    await source.over(2)
    expect(await other.closed).to.deep.equal({ type: 'closed', dropped: 0 })
  })

  test('replay: new streams get what is kept', async () => {
    const source = await script([held(numbered(1, 5))])
    const group = new Group(source.url)
    const owner = group.open({ replay: 3 })
    expect(await take(owner, 5)).to.deep.equal(numbers(1, 5))
    const kept = [3, 2, 1, 10].map((replay) => ({ replay, stream: group.open({ replay }) }))
    for (const { replay, stream } of kept) {
      const count = Math.min(replay, 3)
      expect(await take(stream, count)).to.deep.equal(numbers(6 - count, 5))
    }
    // One that takes over keeps them, too.
    owner.close()
    await source.requests(2)
    group.close()
  })

  // A tab that crashes may have told some of the others, and not all.
  const LOST: [string, number, Attempt[]][] = [
    ['the next owner', 1, [held(numbered(2, 6))]],
    ['another one', 2, [held(numbered(4, 6)), held(numbered(2, 6))]],
  ]
  for (const [who, index, attempts] of LOST) {
    test(`nothing is lost or twice when the last events did not reach ${who}`, async () => {
      const source = await script([later({ send: numbered(2, 3) }, { stall: true }), ...attempts])
      const group = new Group(source.url)
      await losing(index, '2', async () => {
        const [owner, next] = await group.pair()
        const other = group.open({ replay: 1 })
        expect(await take(other, 1)).to.deep.equal(['1'])
        const [heard, deaf] = index === 1 ? [other, next] : [next, other]
        await source.signal('go')
        expect(await take(heard, 2)).to.deep.equal(['2', '3'])
        owner.close()
        expect(await take(heard, 3)).to.deep.equal(numbers(4, 6))
        expect(await take(deaf, 5)).to.deep.equal(numbers(2, 6))
        const requests = await source.requests(1 + attempts.length)
        const ids = requests.slice(1).map(({ headers }) => headers['last-event-id'])
        expect(ids).to.deep.equal(index === 1 ? ['1'] : ['3', '1'])
      })
      group.close()
    })
  }

  const ENDINGS: [string, Attempt, object][] = [
    [
      'a status',
      { status: 403, steps: [{ send: 'no' }] },
      { code: 'http', status: 403, body: 'no' },
    ],
    [
      'a content type',
      { headers: { 'content-type': 'text/html' }, steps: [{ send: '<p>' }] },
      { code: 'content-type', status: 200 },
    ],
  ]
  for (const [what, attempt, expected] of ENDINGS) {
    test(`${what} that ends it is an error in all`, async () => {
      const source = await script([later({ end: true }), attempt])
      const streams = await new Group(source.url).pair()
      await source.signal('go')
      for (const stream of streams) {
        const { error } = await allUntilError(stream)
        expect(error).to.include({ name: 'StreamError', attempt: 2, ...expected })
        expect((error as { headers: Headers }).headers.get('cache-control')).to.equal('no-store')
        expect(await stream.closed).to.deep.include({ type: 'failed', error })
      }
      await isNotReopened(source, 2)
    })
  }

  test('what is wrong in one page ends it there, and the next one goes on', async () => {
    const source = await script([later({ stall: true }), held(numbered(2, 2))])
    const group = new Group(source.url)
    const [owner, other] = await group.pair()
    const broken = shareStream(group.name, () => {
      throw new Error('no token')
    })
    const nothing = shareStream(group.name, (() => undefined) as never)
    other.close()
    const last = group.open()
    owner.close()
    expect(await rejection(broken.next())).to.include({ message: 'no token' })
    expect(await rejection(nothing.next())).to.include({ code: 'invalid-options' })
    expect(await take(last, 1)).to.deep.equal(['2'])
    group.close()
  })

  const CANCELLERS: [string, number][] = [
    ['the one that has the connection', 0],
    ['another one', 1],
  ]
  for (const [who, index] of CANCELLERS) {
    test(`${who} cancels for all, and the backend is told once`, async () => {
      const source = await script([later({ stall: true })])
      const sink = new Sink()
      const cancel = {
        url: sink.url,
        body: ({ reason, lastEventId }: { reason: unknown; lastEventId: string }) => ({
          reason,
          lastEventId,
        }),
      }
      const streams = await new Group(source.url, { cancel }).pair()
      const waiting = streams.map((stream) => stream.next())
      const result = { aborted: true, notified: true, status: 200 }
      const cancelling = streams[index]!.cancel('enough')
      expect(streams[index]!.cancel('again')).to.equal(cancelling)
      expect(await cancelling).to.deep.equal(result)
      const end = { done: true, value: undefined }
      expect(await Promise.all(waiting)).to.deep.equal([end, end])
      for (const { closed } of streams) {
        expect(await closed).to.deep.equal({ type: 'cancelled', notified: true, dropped: 0 })
      }
      const [notification] = await sink.received(1)
      expect(JSON.parse(notification!.body)).to.deep.equal({ reason: 'enough', lastEventId: '1' })
      expect(await streams[1 - index]!.cancel()).to.deep.equal({ aborted: false, notified: false })
      await isNotReopened(source, 1)
      await sink.received(1)
    })
  }

  test('a stream that was cancelled before there was a request sends none', async () => {
    const source = await script([held(numbered(1, 1))])
    const stream = new Group(source.url).open()
    expect(await stream.cancel()).to.deep.equal({ aborted: true, notified: false })
    expect(await stream.next()).to.deep.equal({ done: true, value: undefined })
    await isNotReopened(source, 0)
  })

  test('a slow consumer neither holds up the others nor loses anything', async () => {
    // 94 characters each, as they are counted: 9.4 million, of which 4.2 million may wait.
    const url = `/numbered/${freshKey()}?events=${COUNT}&fault=none`
    const group = new Group(url, { done: '[DONE]' })
    const [slow, fast] = [group.open(), group.open()]
    expect(await take(slow, 1)).to.deep.equal([numberedData(1)])
    expect(await count(fast)).to.equal(COUNT)
    expect(await count(slow)).to.equal(COUNT)
    const { attempts } = (await (await fetch(url.replace('?', '/log?'))).json()) as {
      attempts: { lastEventId: string }[]
    }
    // One of the slow one's own.
    expect(attempts.length).to.be.at.least(2)
  })

  test('an event that is too large to be sent reaches all', async () => {
    const large = 'x'.repeat(1 << 20)
    const source = await script([
      later(
        { send: 'id: 2\n' },
        { repeat: 17, send: `data: ${large}\n` },
        { send: '\n' },
        { send: numbered(3, 3) },
        { stall: true },
      ),
      {
        steps: [
          { send: 'id: 2\n' },
          { repeat: 17, send: `data: ${large}\n` },
          { send: '\n' },
          { send: numbered(3, 3) },
          { stall: true },
        ],
      },
    ])
    const group = new Group(source.url, { maxEventSize: 1 << 26 })
    const [owner, other] = await group.pair()
    await source.signal('go')
    for (const stream of [owner, other]) {
      const [event, next] = await take(stream, 2)
      expect(event).to.have.length(17 * ((1 << 20) + 1) - 1)
      expect(next).to.equal('3')
    }
    group.close()
  })

  for (const [target, name] of [
    [navigator, 'locks'],
    [globalThis, 'BroadcastChannel'],
  ] as const) {
    test(`without ${name}, each connects by itself`, async () => {
      await without(target, name, async () => {
        const source = await script([held(numbered(1, 2))])
        const sink = new Sink()
        const group = new Group(source.url, { cancel: { url: sink.url } })
        const streams = [group.open(), group.open()]
        for (const stream of streams) expect(await take(stream, 2)).to.deep.equal(['1', '2'])
        await source.requests(2)
        expect(await streams[0]!.cancel()).to.include({ aborted: true, notified: true })
        group.close()
        await sink.received(1)
      })
    })
  }

  test('wrong arguments are invalid options', async () => {
    const open = () => openStream('/')
    for (const wrong of [
      () => shareStream(undefined as never, open),
      () => shareStream('a', '/events' as never),
      () => shareStream('a', open, { replay: -1 }),
      () => shareStream('a', open, { replay: '1' as never }),
    ]) {
      expect(await rejection((async () => wrong())())).to.include({ code: 'invalid-options' })
    }
  })
})
