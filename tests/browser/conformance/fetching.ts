// WHATWG HTML, 9.2.2: the request, and what becomes of its response.

import { expect } from 'chai'
import { otherOrigin, unreachable } from '../support/page.js'
import { type Attempt, event, script, streaming } from '../support/server.js'
import { forbidden } from './elsewhere.js'
import { type Case, endable, QUIET } from './subject.js'
import { pause } from '../support/eventually.js'

const HELD: Attempt['steps'] = [{ send: event('a') }, { stall: true }]

/** The server ends it also where nobody may see that. */
const ENDED: Attempt['steps'] = [{ send: event('never') }]

/** Comes back soon, and once. */
const AGAIN: Attempt = { steps: [{ send: `retry: 1\n${event('first')}` }] }

/** The same script under another origin. */
const across = (url: string) => url.replace(location.origin, otherOrigin)

const ANYBODY = { 'access-control-allow-origin': '*' }

export const fetchingCases: Case[] = [
  {
    says: 'the request is a GET without a body',
    async run(subject) {
      const source = await streaming(...HELD!)
      subject.make(source.url)
      const [entry] = await source.requests(1)
      expect(entry).to.include({ method: 'GET', body: '' })
    },
  },
  {
    says: 'Accept is text/event-stream',
    async run(subject) {
      const source = await streaming(...HELD!)
      subject.make(source.url)
      const [entry] = await source.requests(1)
      expect(entry?.headers).to.include({ accept: 'text/event-stream' })
    },
  },
  {
    says: 'the cache mode is no-store: no cache answers, and those on the way are told',
    async run(subject) {
      const headers = { 'cache-control': 'max-age=3600' }
      const source = await script(
        ['a', 'b'].map((data) => ({ headers, framing: 'length', steps: [{ send: event(data) }] })),
      )
      for (const data of ['a', 'b']) {
        const open = subject.open(source.url)
        await open.sees('open 1', `message ${data}`)
        open.source.close()
      }
      const log = await source.log()
      expect(log[0]?.headers).to.include({ 'cache-control': 'no-cache' })
    },
  },
  {
    says: 'the initiator type is `other`',
    impossible: { why: 'it is `fetch`' },
    async run(subject) {
      // After the other suites the browser's list is full.
      performance.clearResourceTimings()
      const source = await script([AGAIN, { status: 204 }])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message first', 'error 0', 'error 2')
      const entries = () => performance.getEntriesByName(source.url) as PerformanceResourceTiming[]
      await subject.until(() => expect(entries()).to.have.length.at.least(1))
      expect(entries()[0]?.initiatorType).to.equal('other')
    },
  },
  {
    says: 'the same origin gets cookies',
    async run(subject) {
      document.cookie = 'conformance=1; path=/'
      const source = await streaming(...HELD!)
      subject.make(source.url)
      const [entry] = await source.requests(1)
      expect(entry?.headers['cookie']).to.include('conformance=1')
    },
  },
  {
    says: 'another origin has to allow this one',
    async run(subject) {
      const source = await script([{ cors: false, steps: ENDED }])
      const open = subject.open(across(source.url))
      await open.until(() => expect(open.lines).to.have.length.at.least(1))
      expect(open.lines[0]).to.match(/^error/)
      expect(open.lines).to.not.include('open 1')
    },
  },
  {
    says: 'to another origin, the request says where it is from',
    async run(subject) {
      const source = await streaming(...HELD!)
      const open = subject.open(across(source.url))
      await open.sees('open 1', 'message a')
      const [entry] = await source.requests(1)
      expect(entry?.headers).to.include({ origin: location.origin })
    },
  },
  {
    says: 'without withCredentials, `*` is permission enough: nothing secret is sent',
    async run(subject) {
      const source = await script([{ cors: false, headers: ANYBODY, steps: HELD! }])
      const open = subject.open(across(source.url))
      await open.sees('open 1', 'message a')
    },
  },
  {
    says: 'with withCredentials, `*` is no permission',
    async run(subject) {
      const source = await script([{ cors: false, headers: ANYBODY, steps: ENDED }])
      const open = subject.open(across(source.url), { withCredentials: true })
      await open.until(() => expect(open.lines).to.have.length.at.least(1))
      expect(open.lines[0]).to.match(/^error/)
    },
  },
  {
    says: 'with withCredentials, an origin that allows this one and credentials is good',
    async run(subject) {
      const source = await streaming(...HELD!)
      const open = subject.open(across(source.url), { withCredentials: true })
      await open.sees('open 1', 'message a')
    },
  },
  {
    says: 'redirects are followed, to other origins, too',
    async run(subject) {
      for (const status of [301, 302, 303, 307, 308]) {
        const target = await endable()
        const source = await script([{ status, headers: { location: across(target.url) } }])
        const open = subject.open(source.url)
        await open.sees('open 1', 'message a')
        open.source.close()
        await target.signal('end')
      }
    },
  },
  {
    says: 'the end of the body reestablishes the connection',
    async run(subject) {
      const source = await script([AGAIN, { steps: HELD! }])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message first', 'error 0', 'open 1', 'message a')
    },
  },
  {
    says: 'a body that breaks off reestablishes the connection',
    async run(subject) {
      const first = event('first')
      const source = await script([
        { steps: [{ send: `retry: 1\n${first}` }, { waitFor: 'read' }, { reset: true }] },
        { steps: HELD! },
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message first')
      await source.signal('read')
      await open.sees('open 1', 'message first', 'error 0', 'open 1', 'message a')
    },
  },
  {
    says: 'a request that was aborted from outside (window.stop()) fails the connection',
    impossible: { why: '`fetch` does not tell it from a network error' },
    async run(subject) {
      const source = await script([{ headersDelay: 'never', steps: [{ stall: true }] }])
      const open = subject.open(source.url)
      await source.requests(1)
      window.stop()
      await open.seesOnly('error 2')
    },
  },
  {
    says: 'a network error reestablishes the connection',
    async run(subject) {
      const open = subject.open(unreachable)
      await open.sees('error 0')
    },
  },
  {
    says: 'a scheme that is not fetched fails the connection',
    async run(subject) {
      for (const url of ['ftp://127.0.0.1/', 'about:blank', 'mailto:a@b.example', 'javascript:1']) {
        const open = subject.open(url)
        await open.sees('error 2')
      }
    },
  },
  {
    says: 'what the Content Security Policy forbids is reported once, and fails the connection',
    async run(subject) {
      const source = await streaming(...HELD!)
      await forbidden(subject, across(source.url), ['violation connect-src', 'error 2'])
      expect(await source.log()).to.have.length(0)
    },
  },
  {
    says: 'what it forbids behind a redirect fails the connection, too',
    async run(subject) {
      const target = await script([{ steps: ENDED }])
      const source = await script([{ status: 302, headers: { location: across(target.url) } }])
      await forbidden(subject, source.url, ['violation connect-src', 'error 2'])
      expect(await target.log()).to.have.length(0)
    },
  },
  {
    says: 'a status other than 200 fails the connection',
    async run(subject) {
      for (const status of [201, 202, 203, 204, 205, 206, 400, 403, 404, 410, 500, 502, 503]) {
        const source = await script([{ status, steps: [{ send: event('never') }] }])
        const open = subject.open(source.url)
        await open.sees('error 2')
        expect(await source.log(), `${status}`).to.have.length(1)
      }
    },
  },
  {
    says: 'another content type, or none, fails the connection',
    async run(subject) {
      const types = ['text/plain', 'application/x-ndjson', 'text/event-streams', 'x bogus', null]
      for (const type of types) {
        const source = await script([
          { headers: { 'content-type': type }, steps: [{ send: event('never') }] },
        ])
        const open = subject.open(source.url)
        await open.sees('error 2')
        expect(await source.log(), `${type}`).to.have.length(1)
      }
    },
  },
  {
    says: 'the content type may have capitals and parameters',
    async run(subject) {
      const types = ['Text/Event-Stream', 'text/event-stream;', 'text/event-stream; charset=utf-8']
      for (const type of types) {
        const source = await script([{ headers: { 'content-type': type }, steps: HELD! }])
        const open = subject.open(source.url)
        await open.sees('open 1', 'message a')
        open.source.close()
      }
    },
  },
  {
    says: 'a good response announces the connection, and its body is interpreted',
    async run(subject) {
      const source = await streaming({ send: ':\n' }, { waitFor: 'go' }, ...HELD!)
      const open = subject.open(source.url)
      await open.sees('open 1')
      await source.signal('go')
      await open.sees('open 1', 'message a')
    },
  },
  {
    says: 'over CORS, a source needs no permission for the header Last-Event-ID',
    impossible: { why: '`fetch` has to ask for it' },
    async run(subject) {
      const attempts: Attempt[] = [
        { steps: [{ send: `retry: 1\n${event('first', { id: 1 })}` }] },
        { steps: HELD! },
      ]
      const source = await script(attempts, { preflight: false })
      const open = subject.open(across(source.url))
      await open.sees('open 1', 'message first', 'error 0')
      await pause(QUIET)
      await open.sees('open 1', 'message first', 'error 0', 'open 1', 'message a')
    },
  },
]
