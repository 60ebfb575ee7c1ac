import { expect } from 'chai'
import type { OpenOptions } from 'sluicegate'
import { all, allUntilError } from '../support/consume.js'
import { eventually } from '../support/eventually.js'
import { Sink, type Step, event, script, streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

/** What the package has put on the timeline for this URL: the names, without its common beginning. */
function measures(url: string): string[] {
  const start = `sluicegate GET ${url}`
  const names = performance.getEntriesByType('measure').map(({ name }) => name)
  return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length))
}

describe('debug', () => {
  test('shows a stream on the timeline, without its query', async () => {
    const { url } = await streaming({ send: event('a') })
    await all(open(`${url}?token=hunter2`, { retry: false, debug: true }))
    expect(measures(url)).to.have.members([': headers', ': first event', ''])
    expect(JSON.stringify(performance.getEntriesByType('measure'))).to.not.contain('hunter2')
  })

  test('is off by default', async () => {
    const { url } = await streaming({ send: event('a') })
    await all(open(url, { retry: false }))
    expect(measures(url)).to.deep.equal([])
  })

  test('is nothing that an error in the stats could break', async () => {
    const [source, sink] = [
      await streaming({ send: event('a') }, { stall: true }),
      new Sink('?status=500'),
    ]
    const stream = open(source.url, { debug: true, ack: { url: sink.url } })
    await stream.next()
    await eventually(() => expect(stream.stats.ackError).to.include({ status: 500 }))
    stream.close()
    expect(await stream.closed).to.deep.equal({ type: 'closed', dropped: 0 })
    expect(measures(source.url)).to.include('')
    await source.over(1)
  })
})

/** What is said in the console while this runs, without the common beginning. */
async function warnings(url: string, body: () => Promise<void>): Promise<string[]> {
  const { warn } = console
  const all: string[] = []
  console.warn = (text: string) => all.push(text.replace(/^sluicegate (GET|POST) /, ''))
  try {
    await body()
  } finally {
    console.warn = warn
  }
  return all.map((text) => text.replace(`${url} `, ''))
}

/** The clock that streams measure with, while this runs. It stands still but for what is added. */
async function stoppedClock(body: (pass: (milliseconds: number) => void) => Promise<void>) {
  let time = performance.now()
  performance.now = () => time
  try {
    await body((milliseconds) => (time += milliseconds))
  } finally {
    Reflect.deleteProperty(performance, 'now')
  }
}

interface Case {
  title: string
  /** What the server sends before it is quiet. */
  before: string
  /** How many events the page has then. */
  events: number
  after: string
  options?: OpenOptions
  warns: boolean
}

const [A, B] = [event('a'), event('b')]
const COMMENT = ':\n\n'

const CASES: Case[] = [
  { title: 'all came at the end', before: '', events: 0, after: A + B, warns: true },
  {
    title: 'all but the headers came at the end',
    before: COMMENT,
    events: 0,
    after: A + B,
    warns: true,
  },
  {
    title: 'all came at the end, with the marker',
    before: '',
    events: 0,
    after: A + B + event('[DONE]'),
    options: { done: '[DONE]' },
    warns: true,
  },
  {
    title: 'all came at the end, without the marker',
    before: '',
    events: 0,
    after: A + B,
    options: { done: '[DONE]' },
    warns: true,
  },
  { title: 'events came one by one', before: A, events: 1, after: B, warns: false },
  { title: 'the end took its time', before: A + B, events: 2, after: '', warns: false },
  { title: 'there is one event', before: '', events: 0, after: A, warns: false },
  { title: 'there is none', before: COMMENT, events: 0, after: COMMENT, warns: false },
]

const BUFFERED = 'came in one piece: does a proxy buffer it?'
const NOT_REPEATED = 'was not sent again: set `retry` if the server resumes'

describe('the warnings of debug', () => {
  for (const { title, before, events, after, options, warns } of CASES) {
    for (const quiet of [600, 300]) {
      const expected = warns && quiet > 500 ? [BUFFERED] : []
      test(`${title}, ${quiet} ms later: ${expected.length} said`, async () => {
        const sends = [before, after].map((send): Step[] => (send === '' ? [] : [{ send }]))
        const source = await streaming(...sends[0]!, { waitFor: 'time' }, ...sends[1]!)
        const found = await warnings(source.url, () =>
          stoppedClock(async (pass) => {
            const goOn = async () => {
              pass(quiet)
              await source.signal('time')
            }
            const given = { retry: false, debug: true, ...options }
            const stream = open(`${source.url}?token=hunter2`, given)
            await (before === '' ? source.requests(1) : stream.opened)
            if (events === 0) await goOn()
            let seen = 0
            for await (const _event of stream) if (++seen === events) await goOn()
            await stream.closed
          }),
        )
        expect(found).to.deep.equal(expected)
      })
    }
  }

  for (const [title, retry, expected] of [
    ['is not repeated by default', undefined, [NOT_REPEATED]],
    ['must not be repeated', false, []],
  ] as const) {
    test(`a POST that broke ${title}: ${expected.length} said`, async () => {
      const source = await streaming({ send: A }, { waitFor: 'read' }, { reset: true })
      const found = await warnings(source.url, async () => {
        const options: OpenOptions = { method: 'POST', debug: true }
        const stream = open(source.url, retry === undefined ? options : { ...options, retry })
        await stream.next()
        await source.signal('read')
        const { error } = await allUntilError(stream)
        expect(error).to.include({ code: 'network' })
        await stream.closed
      })
      expect(found).to.deep.equal(expected)
    })
  }

  test('a POST was refused for now: said once', async () => {
    const source = await script([{ status: 503 }])
    const found = await warnings(source.url, async () => {
      const { error } = await open(source.url, { method: 'POST', debug: true }).closed
      expect(error).to.include({ code: 'http', status: 503 })
    })
    expect(found).to.deep.equal([NOT_REPEATED])
  })

  test('a stream is opened again while it is open: said once', async () => {
    const source = await streaming({ send: event('a') }, { stall: true })
    const found = await warnings(source.url, async () => {
      const left = open(source.url, { debug: true })
      await left.next()
      const again = open(source.url, { debug: true })
      await again.next()
      const posted = open(source.url, { debug: true, method: 'POST' })
      await posted.next()
      for (const stream of [left, again, posted]) stream.close()
      await again.closed
      const after = open(source.url, { debug: true })
      await after.next()
      after.close()
    })
    expect(found).to.deep.equal(['is open twice: did a component not close it?'])
    await source.over(4)
  })
})
