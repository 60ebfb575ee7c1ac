/** Answers that are remembered over a reload. tests/vendors reloads real pages. */

import { expect } from 'chai'
import { type OpenOptions, resumeStream } from 'sluicegate'
import { openChat, resumeChat } from 'sluicegate/llm'
import { rejection } from '../support/consume.js'
import { type Attempt, event, type Script, script, Sink } from '../support/server.js'
import { open, test } from '../support/test.js'

const KEY = 'sluicegate:a1'

/** An answer in two responses; the first one waits before its end. */
const ANSWER: Attempt[] = [
  {
    steps: [{ send: 'data: job j1\n\nid: 1\ndata: a#1\n\nid: 2\ndata: b#2\n\n' }, { stall: true }],
  },
  { steps: [{ send: 'id: 3\ndata: c#3\n\ndata: [DONE]\n\n' }] },
]

function optionsFor({ url }: Script): OpenOptions {
  return {
    method: 'POST',
    done: '[DONE]',
    remember: 'a1',
    job: ({ data }) => (data.startsWith('job ') ? data.slice(4) : undefined),
    cursor: ({ data }) => data.split('#')[1],
    resume: {
      url,
      headers: ({ job, cursor, events, bytes }) => ({
        'x-position': [job, cursor, events, bytes].join(' '),
      }),
    },
  }
}

/** What is kept. */
function kept(): unknown {
  return JSON.parse(sessionStorage.getItem(KEY)!)
}

async function rest(stream: AsyncIterable<{ data: string }>): Promise<string[]> {
  const all: string[] = []
  for await (const { data } of stream) all.push(data)
  return all
}

describe('remember', () => {
  afterEach(() => sessionStorage.clear())

  test('another page goes on behind the event that this one got last', async () => {
    const source = await script(ANSWER)
    const options = optionsFor(source)
    const stream = open(source.url, options)
    await stream.next()
    expect((await stream.next()).value).to.include({ data: 'a#1' })
    // As it is when a page goes away.
    stream.close()
    await stream.closed
    expect(kept()).to.deep.equal({ job: 'j1', cursor: '1', lastEventId: '1', events: 2, bytes: 0 })
    const { method: _method, remember: _remember, ...others } = options
    const resumed = resumeStream('a1', others)!
    expect(resumed.lastEventId).to.equal('1')
    expect(await rest(resumed)).to.deep.equal(['c#3'])
    expect((await resumed.closed).type).to.equal('done')
    expect(kept()).to.equal(null)
    expect(resumeStream('a1', others)).to.equal(undefined)
    const [first, second] = await source.over(2)
    expect(first!.method).to.equal('POST')
    expect(second!.method).to.equal('GET')
    expect(second!.headers).to.include({ 'x-position': 'j1 1 2 0', 'last-event-id': '1' })
  })

  test('a replay begins at the start', async () => {
    const source = await script([
      ANSWER[0]!,
      { steps: [{ send: 'data: job j1\n\ndata: a#1\n\ndata: [DONE]\n\n' }] },
    ])
    const options = optionsFor(source)
    const stream = open(source.url, options)
    await stream.next()
    stream.close()
    const { method: _method, remember: _remember, ...others } = options
    const resumed = resumeStream('a1', {
      ...others,
      resume: { ...options.resume!, replays: true },
    })!
    expect(await rest(resumed)).to.deep.equal(['job j1', 'a#1'])
    const [, second] = await source.over(2)
    expect(second!.headers).to.include({ 'x-position': 'j1  0 0' })
    expect(second!.headers).to.not.have.property('last-event-id')
  })

  for (const [title, end, isKept] of [
    ['close()', (stream: ReturnType<typeof open>) => stream.close(), true],
    ['a consumer that leaves', (stream: ReturnType<typeof open>) => stream.return(), true],
    ['cancel()', (stream: ReturnType<typeof open>) => stream.cancel(), false],
  ] as const) {
    test(`${title} ${isKept ? 'keeps' : 'forgets'} the answer`, async () => {
      const source = await script(ANSWER)
      const stream = open(source.url, optionsFor(source))
      await stream.next()
      await end(stream)
      await stream.closed
      expect(kept() !== null).to.equal(isKept)
    })
  }

  test('an abort keeps it, and an answer that the server does not know is forgotten', async () => {
    const source = await script([ANSWER[0]!, { status: 404 }])
    const controller = new AbortController()
    const options = { ...optionsFor(source), signal: controller.signal }
    const stream = open(source.url, options)
    await stream.next()
    controller.abort()
    await stream.closed
    expect(kept()).to.include({ job: 'j1' })
    const resumed = resumeStream('a1', { ...options, signal: undefined })!
    expect((await resumed.closed).type).to.equal('failed')
    expect(kept()).to.equal(null)
  })

  test('it is kept when the page is left, and a new answer takes its place', async () => {
    const source = await script([ANSWER[0]!, ANSWER[0]!])
    const first = open(source.url, optionsFor(source))
    await first.next()
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    expect(kept()).to.include({ job: 'j1', events: 1 })
    const second = open(source.url, optionsFor(source))
    first.close()
    await first.closed
    expect(kept()).to.equal(null)
    await second.next()
    second.close()
    await second.closed
    expect(kept()).to.include({ job: 'j1', events: 1 })
  })

  test('what is not ours is not resumed', async () => {
    const values = ['5', '"x"', '[]', 'true', 'null', '{bad', '', '{}', '{"lastEventId":5}']
    const wrong = ['{"lastEventId":null,"events":0,"bytes":0}', '{"lastEventId":"","job":"j"}']
    for (const value of [...values, ...wrong, '{"lastEventId":"","events":-1,"bytes":0}']) {
      sessionStorage.setItem(KEY, value)
      const stream = resumeStream('a1', { resume: { url: '/unused' } })
      expect(stream, value).to.equal(undefined)
    }
  })

  test('an answer that was kept without a job is resumed, whatever finds one now', async () => {
    const source = await script([{ steps: [{ send: 'data: a\n\ndata: [DONE]\n\n' }] }])
    sessionStorage.setItem(KEY, '{"lastEventId":"7","events":1,"bytes":9}')
    const { method: _method, remember: _remember, ...others } = optionsFor(source)
    const resumed = resumeStream('a1', others)!
    expect(await rest(resumed)).to.deep.equal(['a'])
    const [request] = await source.over(1)
    expect(request).to.include({ method: 'GET' })
    expect(request!.headers).to.include({ 'last-event-id': '7' })
  })

  test('storage that throws changes nothing but that nothing is kept', async () => {
    const source = await script(ANSWER)
    const { setItem, getItem, removeItem } = Storage.prototype
    const broken = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    Object.assign(Storage.prototype, { setItem: broken, getItem: broken, removeItem: broken })
    try {
      const stream = open(source.url, optionsFor(source))
      await stream.next()
      await stream.cancel()
      expect((await stream.closed).type).to.equal('cancelled')
      expect(resumeStream('a1', { resume: { url: source.url } })).to.equal(undefined)
    } finally {
      Object.assign(Storage.prototype, { setItem, getItem, removeItem })
    }
    expect(kept()).to.equal(null)
  })

  test('without `resume` it is a mistake', async () => {
    const stream = open('/nowhere', { remember: 'a1' })
    const { error } = await stream.closed
    expect(error).to.include({ code: 'invalid-options', message: '`remember` needs `resume`' })
  })

  const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }]
  const completed = { type: 'response.completed', response: { status: 'completed', output } }
  const rests: [string, string, string][] = [
    ['its end marker', event('[DONE]'), ''],
    ['its last event', event('{"type":"message_stop"}', { type: 'message_stop' }), ''],
    ['its end, which has all of the text again', event(JSON.stringify(completed)), ''],
    ['a comment', ': alive\n\n', ''],
    ['some text', event('lo') + event('[DONE]'), 'lo'],
  ]
  for (const [what, sent, expected] of rests) {
    test(`of a chat there is nothing left but ${what}`, async () => {
      sessionStorage.setItem(KEY, '{"job":"j1","lastEventId":"7","events":7,"bytes":0}')
      const { url } = await script([{ steps: [{ send: sent }] }])
      const { text } = await resumeChat('a1', { resume: { url } })!.answer()
      expect(text).to.equal(expected)
    })
  }

  test('a chat that is replayed has to be understood', async () => {
    sessionStorage.setItem(KEY, '{"job":"j1","lastEventId":"7","events":7,"bytes":0}')
    const { url } = await script([{ steps: [{ send: event('[DONE]') }] }])
    const chat = resumeChat('a1', { resume: { url, replays: true } })!
    expect(await rejection(chat.answer())).to.include({ code: 'unknown-format' })
  })

  test('a chat goes on with its session, and is cancelled by it', async () => {
    const sink = new Sink()
    const source = await script([
      { steps: [{ send: 'data: Hel\n\n' }, { stall: true }] },
      { steps: [{ send: 'data: lo\n\n' }, { stall: true }] },
    ])
    const options = {
      remember: 'a1',
      resume: { url: ({ job }: { job: string | undefined }) => `${source.url}?job=${job}` },
      cancel: sink.url,
    }
    const chat = openChat(source.url, { ...options, messages: [] })
    expect(await chat.next()).to.deep.equal({ done: false, value: 'Hel' })
    await chat.return()
    await chat.stream.closed
    const resumed = resumeChat('a1', options)!
    expect(resumed.sessionId).to.equal(chat.sessionId)
    expect(await resumed.next()).to.deep.equal({ done: false, value: 'lo' })
    expect(await resumed.cancel()).to.include({ notified: true })
    expect(JSON.parse((await sink.received(1))[0]!.body)).to.deep.equal({
      sessionId: chat.sessionId,
    })
    const [, second] = await source.over(2)
    expect(second!.path).to.contain(`job=${chat.sessionId}`)
    expect(resumeChat('a1', options)).to.equal(undefined)
  })
})
