// WHATWG HTML, 9.2.5 and 9.2.6: bytes to events.

import { expect } from 'chai'
import { event, script, type Step, streaming } from '../support/server.js'
import { type Case, endable, type Recorded, type Subject } from './subject.js'

/** Opens a stream of this, which is then held. */
async function heldOpen(
  subject: Subject,
  text: string | Step[],
  types: string[] = [],
): Promise<Recorded> {
  const steps = typeof text === 'string' ? [{ send: text }] : text
  return subject.open((await streaming(...steps, { stall: true })).url, {}, types)
}

/** A case whose stream yields these events: their lines, or of messages their data. */
function stream(says: string, text: string | Step[], data: string[], types: string[] = []): Case {
  return {
    says,
    async run(subject) {
      const end = event('END')
      const steps = typeof text === 'string' ? text + end : [...text, { send: end }]
      const open = await heldOpen(subject, steps, types)
      const lines = data.map((line) => (types.length > 0 ? line : `message ${line}`))
      await open.sees('open 1', ...lines, 'message END')
    },
  }
}

const bytes = (...values: number[]) => ({ sendBytes: btoa(String.fromCharCode(...values)) })

export const parsingCases: Case[] = [
  stream('the format is called text/event-stream', event('a'), ['a']),
  stream('lines end with LF', 'data: 1\ndata: 2\n\n', ['1\n2']),
  stream('lines end with CR', 'data: 1\rdata: 2\r\r', ['1\n2']),
  stream('lines end with CRLF', 'data: 1\r\ndata: 2\r\n\r\n', ['1\n2']),
  {
    says: 'nothing is held back: an event is there with its blank line, whichever way that ends',
    async run(subject) {
      for (const end of ['\n', '\r', '\r\n']) {
        const open = await heldOpen(subject, `data: a${end}${end}`)
        await open.sees('open 1', 'message a')
        open.source.close()
      }
    },
  },
]

export const interpretingCases: Case[] = [
  stream('bytes are UTF-8', event('żółć 漢字 😀'), ['żółć 漢字 😀']),
  stream(
    'bytes that are no UTF-8 become U+FFFD',
    [{ send: 'data: ' }, bytes(0x61, 0xff, 0xe2, 0x82, 0x62), { send: '\n\n' }],
    ['a\ufffd\ufffdb'],
  ),
  stream('a character may be split between packets', [{ drip: event('漢😀') }], ['漢😀']),
  {
    says: 'a charset of the content type changes nothing',
    async run(subject) {
      const headers = { 'content-type': 'text/event-stream; charset=windows-1252' }
      const source = await script([{ headers, steps: [{ send: event('ż') }, { stall: true }] }])
      await subject.open(source.url).sees('open 1', 'message ż')
    },
  },
  stream('a byte order mark at the start is no part of the first line', '\ufeffdata: a\n\n', ['a']),
  stream('only one of them', '\ufeff\ufeffdata: a\n\ndata: b\n\n', ['b']),
  stream('one anywhere else is a character', 'data: a\n\n\ufeffdata: b\n\ndata: \ufeffc\n\n', [
    'a',
    '\ufeffc',
  ]),
  stream('line ends may be mixed', 'data: 1\r\ndata: 2\rdata: 3\n\r\ndata: 4\r\n\n', [
    '1\n2\n3',
    '4',
  ]),
  stream(
    'CR and LF are one line end even in two packets',
    [{ drip: 'data: 1\r\ndata: 2\r\n\r\n' }],
    ['1\n2'],
  ),
  {
    says: 'each connection starts with empty buffers',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('a')}event: x\ndata: cut off\n` }] },
        { steps: [{ send: 'data: b\n\n' }, { stall: true }] },
      ])
      const open = subject.open(source.url, {}, ['x'])
      await open.sees('open 1', 'message a', 'error 0', 'open 1', 'message b')
    },
  },
  stream('a blank line dispatches', 'data: a\n\ndata: b\n\n', ['a', 'b']),
  stream('more blank lines dispatch no more', '\n\ndata: a\n\n\n\n\ndata: b\n\n', ['a', 'b']),
  stream('a line that starts with a colon is ignored', ':\n: x\ndata: a\n:data: b\n\n', ['a']),
  stream('the value starts after the first colon', 'data:a:b: c\n\n', ['a:b: c']),
  stream('one space after the colon is dropped, no more and no tab', 'data:  a\ndata:\tb\n\n', [
    ' a\n\tb',
  ]),
  stream('a line without a colon is a field with an empty value', 'data\n\ndata\ndata\n\n', [
    '',
    '\n',
  ]),
  {
    says: 'an event without its blank line is discarded at the end',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('a')}data: cut off\n` }] },
        { status: 204 },
      ])
      await subject.open(source.url).seesOnly('open 1', 'message a', 'error 0', 'error 2')
    },
  },
  stream('names of fields are literal', 'Data: a\n data: b\ndata : c\nDATA: d\ndata: e\n\n', ['e']),
  stream(
    '`event` is the type, the last one',
    'event: x\nevent: y\ndata: a\n\n',
    ['y a'],
    ['x', 'y'],
  ),
  stream(
    '`event` with an empty value is `message`',
    'event: x\nevent:\ndata: a\n\n',
    ['message a'],
    ['x'],
  ),
  stream('`data` lines are joined with LF', 'data: 1\ndata: 2\ndata: 3\n\n', ['1\n2\n3']),
  {
    says: '`id` is the lastEventId of this event and of those after it',
    async run(subject) {
      const open = await heldOpen(subject, event('1') + event('2', { id: 'two' }) + event('3'))
      await open.sees('open 1', 'message 1', 'message 2', 'message 3')
      const ids = [0, 1, 2].map((index) => open.message(index).lastEventId)
      expect(ids).to.deep.equal(['', 'two', 'two'])
    },
  },
  {
    says: '`id` with an empty value is no id any more',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('1', { id: 'one' })}id\ndata: 2\n\n` }] },
        { steps: [{ send: event('a') }, { stall: true }] },
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'message 2', 'error 0', 'open 1')
      expect(open.message(1).lastEventId).to.equal('')
      const [, second] = await source.requests(2)
      expect(second?.headers).to.not.have.property('last-event-id')
    },
  },
  {
    says: '`id` with a NUL is ignored',
    async run(subject) {
      const open = await heldOpen(subject, `${event('1', { id: 'one' })}id: t\0wo\ndata: 2\n\n`)
      await open.sees('open 1', 'message 1', 'message 2')
      expect(open.message(1).lastEventId).to.equal('one')
    },
  },
  {
    says: '`retry` sets the reconnection time, also in a block without data',
    async run(subject) {
      const source = await script([
        { steps: [{ send: 'retry: 1\n\n' }] },
        { steps: [{ send: event('a') }, { stall: true }] },
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'error 0', 'open 1', 'message a')
      const [first, second] = await source.requests(2)
      // Without it, no engine comes back before 3 seconds.
      expect(second!.startedMs - first!.closedMs!).to.be.below(2_500)
    },
  },
  {
    says: '`retry` that is not all digits is ignored',
    async run(subject) {
      const bogus = ['1x', '+1', '-1', ' 1', '1.5', '', 'x', '1e1'].map(
        (value) => `retry: ${value}\n`,
      )
      const source = await script([
        { steps: [{ send: `retry: 1500\n${bogus.join('')}${event('1')}` }] },
        { steps: [{ send: event('a') }, { stall: true }] },
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'error 0', 'open 1', 'message a')
      const [first, second] = await source.requests(2)
      expect(second!.startedMs - first!.closedMs!).to.be.at.least(1_450)
    },
  },
  stream('other fields are ignored', 'x: a\ndata: b\ncomment\nfoo:\n\n', ['b']),
  {
    says: 'the id is set by a block without data, too',
    async run(subject) {
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('1')}id: two\n\n` }] },
        { steps: [{ send: event('a') }, { stall: true }] },
      ])
      const open = subject.open(source.url)
      await open.sees('open 1', 'message 1', 'error 0', 'open 1', 'message a')
      const [, second] = await source.requests(2)
      expect(second?.headers).to.include({ 'last-event-id': 'two' })
    },
  },
  stream(
    'a block without data is no event, and its type is forgotten',
    'event: x\n\ndata: a\n\n',
    ['message a'],
    ['x'],
  ),
  stream('only the last LF is removed', 'data: a\ndata:\ndata:\n\n', ['a\n\n']),
  {
    says: 'an event is a MessageEvent that does not bubble and can not be cancelled',
    async run(subject) {
      const open = await heldOpen(subject, event('a'))
      await open.sees('open 1', 'message a')
      const message = open.message(0)
      expect(message.constructor).to.equal(MessageEvent)
      expect(message).to.include({ bubbles: false, cancelable: false, source: null })
      expect(message).to.include({ target: open.source, currentTarget: null })
      expect(message.ports).to.have.length(0)
    },
  },
  {
    says: 'its origin is that of the final URL',
    async run(subject) {
      const { host, port, protocol } = location
      const other = `${protocol}//localhost:${port}`
      const direct = await streaming({ send: event('a') }, { stall: true })
      const target = await endable()
      const headers = { location: target.url.replace(host, `localhost:${port}`) }
      const redirecting = await script([{ status: 302, headers }])
      const sources = [subject.open(direct.url), subject.open(redirecting.url)]
      for (const open of sources) await open.until(() => expect(open.lines).to.have.length(2))
      const origins = sources.map((open) => open.message(0).origin)
      expect(origins).to.deep.equal([location.origin, other])
      subject.closeAll()
      await target.signal('end')
    },
  },
  {
    says: 'its type may be any, those of the source itself included',
    async run(subject) {
      const types = ['x', 'open', 'error', 'a b', 'toString']
      const text = types.map((type) => event('a', { type })).join('')
      const open = await heldOpen(subject, text, ['x', 'a b', 'toString'])
      await open.sees('open 1', 'x a', 'open a', 'error a', 'a b a', 'toString a')
      expect(open.events.slice(1).every((it) => it instanceof MessageEvent)).to.equal(true)
    },
  },
  stream(
    'data and type are forgotten after each event',
    'event: x\ndata: a\n\ndata: b\n\n',
    ['x a', 'message b'],
    ['x'],
  ),
  {
    says: 'what is queued is not dispatched once it is CLOSED',
    async run(subject) {
      const open = await heldOpen(subject, event('1') + event('2') + event('3'))
      open.source.addEventListener('message', () => open.source.close())
      await open.seesOnly('open 1', 'message 1')
    },
  },
  stream('NUL is a character of the data', 'data: a\0b\n\n', ['a\0b']),
]
