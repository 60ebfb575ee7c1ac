import { expect } from 'chai'
import { EventSource, type EventSourceOptions, installEventSource } from 'sluicegate/eventsource'
import { eventually } from '../support/eventually.js'
import { event, freshKey, script, type Script } from '../support/server.js'
import { test } from '../support/test.js'

/** Sends an event at each signal, with any request. */
function ticking(): Promise<Script> {
  const tick = (data: string) => [{ waitFor: data }, { send: event(data, { id: data }) }]
  return script([{ steps: [{ send: ':\n' }, ...tick('1'), ...tick('2'), { stall: true }] }])
}

interface Opened {
  source: globalThis.EventSource
  lines: string[]
  errors: any[]
}

function open(url: string, options?: EventSourceOptions, Class = EventSource): Opened {
  const source = new Class(url, options)
  const opened: Opened = { source, lines: [], errors: [] }
  source.onopen = () => opened.lines.push(`open ${source.readyState}`)
  source.onmessage = ({ data, origin, lastEventId }) =>
    opened.lines.push(`${data} ${lastEventId} ${origin === location.origin}`)
  source.onerror = (error) => {
    opened.lines.push(`error ${source.readyState}`)
    opened.errors.push((error as { error?: unknown }).error)
  }
  return opened
}

const seeing = ({ lines }: Opened, ...expected: string[]) =>
  eventually(() => expect(lines).to.deep.equal(expected))

const close = (...all: Opened[]) => {
  for (const { source } of all) source.close()
}

describe('EventSource with share', () => {
  test('sources of the same request have one connection; to close one leaves the others', async () => {
    const { url } = await ticking()
    const source = await ticking()
    const [first, second] = [open(source.url, { share: true }), open(source.url, { share: true })]
    for (const opened of [first, second]) await seeing(opened, 'open 1')
    await source.signal('1')
    for (const opened of [first, second]) await seeing(opened, 'open 1', '1 1 true')
    await source.requests(1)
    const other = open(url, { share: true })
    await seeing(other, 'open 1')
    close(first)
    const [, { headers }] = (await source.requests(2)) as [unknown, { headers: object }]
    expect(headers).to.include({ 'last-event-id': '1' })
    await source.signal('1')
    await source.signal('2')
    await eventually(() => expect(second.lines.at(-1)).to.equal('2 2 true'))
    expect(first.lines).to.deep.equal(['open 1', '1 1 true'])
    expect(second.lines.filter((line) => line.startsWith('open'))).to.deep.equal(['open 1'])
    close(second, other)
  })

  const DIFFERENT: [string, EventSourceOptions, EventSourceOptions][] = [
    ['headers', { headers: { a: 'b' } }, { headers: { a: 'c' } }],
    [
      'bodies',
      { method: 'POST', retry: true, body: { a: 1 } },
      { method: 'POST', retry: true, body: { a: 2 } },
    ],
    ['methods', { method: 'POST', retry: true }, {}],
    ['credentials', { withCredentials: true }, {}],
    ['names', { share: freshKey() }, { share: freshKey() }],
  ]
  for (const [what, ...options] of DIFFERENT) {
    test(`different ${what}: two connections`, async () => {
      const source = await ticking()
      const opened = options.map((each) => open(source.url, { share: true, ...each }))
      for (const each of opened) await seeing(each, 'open 1')
      await source.requests(2)
      close(...opened)
    })
  }

  const SAME: [string, EventSourceOptions, EventSourceOptions][] = [
    [
      'headers',
      { headers: { A: 'b', c: 'd' } },
      {
        headers: new Headers([
          ['c', 'd'],
          ['a', 'b'],
        ]),
      },
    ],
    [
      'a name',
      { share: 'ours', headers: () => ({ a: 'b' }) },
      { share: 'ours', headers: { a: 'c' } },
    ],
  ]
  for (const [what, ...options] of SAME) {
    test(`the same by ${what}: one connection`, async () => {
      const source = await ticking()
      const opened = options.map((each) => open(source.url, { share: true, ...each }))
      for (const each of opened) await seeing(each, 'open 1')
      await source.requests(1)
      close(...opened)
    })
  }

  const WRONG: [string, EventSourceOptions, RegExp][] = [
    ['headers that are a function', { headers: () => ({}) }, /`headers` can't be compared/],
    ['a body that is a Blob', { method: 'POST', retry: true, body: new Blob() }, /`body` can't be/],
    ['a POST that is not to be sent again', { method: 'POST' }, /set `retry`/],
    ['a cancel endpoint', { cancel: { url: '/cancel' } }, /no option `cancel`/],
  ]
  for (const [what, options, message] of WRONG) {
    test(`${what}: an invalid option`, async () => {
      const opened = open('/nobody', { share: true, ...options })
      await seeing(opened, 'error 2')
      expect(opened.errors[0]).to.include({ code: 'invalid-options' })
      expect(opened.errors[0].message).to.match(message)
    })
  }

  test('a signal ends one source, with its reason', async () => {
    const source = await ticking()
    const controller = new AbortController()
    const opened = open(source.url, { share: true, signal: controller.signal })
    await seeing(opened, 'open 1')
    controller.abort('enough')
    await seeing(opened, 'open 1', 'error 2')
    expect(opened.errors).to.deep.equal(['enough'])
  })

  test('an error of the server is one in all', async () => {
    const source = await script([{ status: 401, steps: [{ send: 'who are you?' }] }])
    const both = [open(source.url, { share: true }), open(source.url, { share: true })]
    for (const opened of both) {
      await seeing(opened, 'error 2')
      expect(opened.errors[0]).to.include({ code: 'http', status: 401 })
    }
    close(...both)
  })

  test('one that is closed before all is loaded sends nothing', async () => {
    const source = await ticking()
    const opened = open(source.url, { share: true })
    close(opened)
    await source.requests(0)
    expect(opened.lines).to.deep.equal([])
  })

  test('installEventSource: all sources, unless they say otherwise', async () => {
    const source = await ticking()
    const uninstall = installEventSource({ share: true })
    const Global = globalThis.EventSource as typeof EventSource
    uninstall()
    expect(Global.name).to.equal('EventSource')
    expect(Global).to.have.length(1)
    expect(() => new (Global as never as new () => object)()).to.throw(TypeError)
    const opened = [undefined, {}, { share: false }].map((each) => open(source.url, each, Global))
    for (const each of opened) await seeing(each, 'open 1')
    expect(opened[0]!.source).to.be.an.instanceof(EventSource)
    await source.requests(2)
    close(...opened)
    const scope: { EventSource?: unknown } = {}
    installEventSource(scope)()
    expect(scope).to.deep.equal({})
  })
})
