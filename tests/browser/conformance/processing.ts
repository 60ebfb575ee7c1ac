// WHATWG HTML, 9.2.3 and 9.2.4: states, reconnection, and the header Last-Event-ID.

import { expect } from 'chai'
import { pause } from '../support/eventually.js'
import { type Attempt, event, script, streaming } from '../support/server.js'
import { framed } from './elsewhere.js'
import { type Case, QUIET } from './subject.js'

const HELD: Attempt = { steps: [{ send: event('a') }, { stall: true }] }

/** The first attempt sends this and ends; the second is held. */
const twice = (text: string) => script([{ steps: [{ send: `retry: 1\n${text}` }] }, HELD])

export const processingCases: Case[] = [
  {
    says: 'announce: `open` is a plain event, when readyState is OPEN, after the constructor',
    async run(subject) {
      const open = subject.open((await script([HELD])).url)
      expect(open.lines).to.deep.equal([])
      await open.sees('open 1')
      const [opened] = open.events
      expect(opened?.constructor).to.equal(Event)
      expect(opened).to.include({ bubbles: false, cancelable: false, target: open.source })
    },
  },
  {
    says: 'announce: not once it is CLOSED',
    async run(subject) {
      const open = subject.open((await script([HELD])).url)
      open.source.close()
      await open.seesOnly()
    },
  },
  {
    says: 'reestablish: CONNECTING, then `error`, an event and no message',
    async run(subject) {
      const open = subject.open((await twice(event('first'))).url)
      await open.sees('open 1', 'message first', 'error 0')
      const error = open.events[2]
      expect(error).to.be.instanceOf(Event)
      expect(error).to.include({ bubbles: false, cancelable: false, type: 'error' })
      expect(error).to.not.be.instanceOf(MessageEvent)
      expect(Object.hasOwn(error!, 'data')).to.equal(false)
    },
  },
  {
    says: 'reestablish: not once it is CLOSED',
    async run(subject) {
      const source = await twice(event('first'))
      const open = subject.open(source.url)
      open.source.onmessage = () => open.source.close()
      await open.seesOnly('open 1', 'message first')
      expect(await source.log()).to.have.length(1)
    },
  },
  {
    says: 'reestablish: after no less than the reconnection time',
    async run(subject) {
      const source = await script([{ steps: [{ send: `retry: 1500\n${event('first')}` }] }, HELD])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message first', 'error 0', 'open 1')
      const [first, second] = await source.requests(2)
      // Timers may be a little early.
      expect(second!.startedMs - first!.closedMs!).to.be.at.least(1_450)
    },
  },
  {
    says: 'reestablish: again and again',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('1')}` }] },
        { steps: [{ send: event('2') }] },
        { steps: [{ send: event('3') }] },
        HELD,
      ])
      const open = subject.open(source.url)
      const one = (data: string) => ['open 1', `message ${data}`, 'error 0']
      await open.sees(...one('1'), ...one('2'), ...one('3'), 'open 1', 'message a')
    },
  },
  {
    says: 'reestablish: close() while it waits keeps it from requesting',
    async run(subject) {
      const source = await twice(event('first'))
      const open = subject.open(source.url)
      open.source.onerror = () => open.source.close()
      await open.seesOnly('open 1', 'message first', 'error 0')
      expect(open.source.readyState).to.equal(2)
      expect(await source.log()).to.have.length(1)
    },
  },
  {
    says: 'reestablish: the request is the same again, credentials mode and URL included',
    async run(subject) {
      const source = await twice(event('first'))
      const open = subject.open(`${source.url}?a=b`, { withCredentials: true })
      await open.sees('open 1', 'message first', 'error 0', 'open 1')
      const [first, second] = await source.requests(2)
      expect(second).to.include({ method: 'GET', path: first!.path })
      expect(second?.headers).to.include({ accept: first!.headers['accept'] })
    },
  },
  {
    says: 'fail: CLOSED, then one `error`',
    async run(subject) {
      const open = subject.open((await script([{ status: 404 }])).url)
      await open.seesOnly('error 2')
    },
  },
  {
    says: 'fail: not once it is CLOSED',
    async run(subject) {
      const source = await script([{ headersDelay: 100, status: 404 }])
      const open = subject.open(source.url)
      await source.requests(1)
      open.source.close()
      await open.seesOnly()
    },
  },
  {
    says: 'fail: it never reconnects, not even if it was open before',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('first')}` }] },
        { status: 204 },
        HELD,
      ])
      const open = subject.open(source.url)
      await open.seesOnly('open 1', 'message first', 'error 0', 'error 2')
      expect(await source.log()).to.have.length(2)
    },
  },
  {
    says: 'each event is a task: what a listener puts off comes before the next event',
    async run(subject) {
      const source = await streaming({ send: event('1') + event('2') }, { stall: true })
      const seen: string[] = []
      const made = subject.make(source.url)
      made.onmessage = async ({ data }) => {
        seen.push(`event ${data}`)
        for (let hop = 0; hop < 10; hop++) await undefined
        seen.push(`then ${data}`)
      }
      await subject.until(() => expect(seen).to.have.length(4))
      expect(seen).to.deep.equal(['event 1', 'then 1', 'event 2', 'then 2'])
    },
  },
  {
    says: 'events are trusted',
    impossible: { why: 'scripts make no trusted events' },
    async run(subject) {
      const open = subject.open((await script([HELD])).url)
      await open.sees('open 1', 'message a')
      expect(open.events.map(({ isTrusted }) => isTrusted)).to.deep.equal([true, true])
    },
  },
  {
    says: 'a listener that throws is reported, and the source goes on',
    async run(subject) {
      const source = await streaming({ send: event('1') + event('2') }, { stall: true })
      const lines = ['open 1', 'message 1', 'thrown 1', 'message 2', 'thrown 2']
      await framed(subject, source.url, lines, { throws: '' })
    },
  },
  {
    says: 'Last-Event-ID: not sent before there is an id',
    async run(subject) {
      const source = await twice(event('first'))
      const open = subject.open(source.url)
      await open.sees('open 1', 'message first', 'error 0', 'open 1')
      for (const { headers } of await source.requests(2)) {
        expect(headers).to.not.have.property('last-event-id')
      }
    },
  },
  {
    says: 'Last-Event-ID: the last id, when reconnecting',
    async run(subject) {
      const source = await twice(event('1', { id: 'one' }) + event('2', { id: 'two' }))
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'message 2', 'error 0', 'open 1')
      const [first, second] = await source.requests(2)
      expect(first?.headers).to.not.have.property('last-event-id')
      expect(second?.headers).to.include({ 'last-event-id': 'two' })
    },
  },
  {
    says: 'Last-Event-ID: again at each reconnection, though no new id came',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('1', { id: 'one' })}` }] },
        { steps: [{ send: event('2') }] },
        HELD,
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'error 0', 'open 1', 'message 2', 'error 0', 'open 1')
      const ids = (await source.requests(3)).map(({ headers }) => headers['last-event-id'])
      expect(ids).to.deep.equal([undefined, 'one', 'one'])
    },
  },
  {
    says: 'Last-Event-ID: in UTF-8',
    impossible: { why: 'its `fetch` encodes headers twice', engines: ['webkit'] },
    async run(subject) {
      const source = await twice(event('1', { id: 'żółć 😀' }))
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'error 0', 'open 1')
      const [, second] = await source.requests(2)
      expect(second?.headers['last-event-id']).to.equal('żółć 😀')
    },
  },
  {
    says: 'Last-Event-ID: not the id of an event that was cut off',
    async run(subject) {
      const source = await twice(`${event('1', { id: 'one' })}id: two\ndata: cut off\n`)
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'error 0', 'open 1')
      const [, second] = await source.requests(2)
      expect(second?.headers).to.include({ 'last-event-id': 'one' })
    },
  },
  {
    says: 'there is no limit to the failures: a server that comes back is found',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('first')}` }] },
        { headers: { connection: 'close' }, framing: 'truncated-length' },
        { headers: { connection: 'close' }, framing: 'truncated-length' },
        HELD,
      ])
      const open = subject.open(source.url)
      await open.until(() => expect(open.lines).to.include('message a'))
      expect(open.lines.filter((line) => line.startsWith('error'))).to.deep.equal(
        Array(3).fill('error 0'),
      )
      await pause(QUIET)
    },
  },
]
