// WHATWG HTML, 9.2.2: the class, its constructor and its attributes.

import { expect } from 'chai'
import { event, script, streaming } from '../support/server.js'
import { address, inFrame, posted } from './elsewhere.js'
import { type Case, endable } from './subject.js'

const HELD = streaming.bind(undefined, { send: event('a') }, { stall: true })

function thrown(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

export const interfaceCases: Case[] = [
  {
    says: 'it is an EventTarget, with the members of the interface on its prototype',
    run({ EventSource }) {
      expect(Object.getPrototypeOf(EventSource)).to.equal(EventTarget)
      expect(Object.getPrototypeOf(EventSource.prototype)).to.equal(EventTarget.prototype)
      expect(EventSource.name).to.equal('EventSource')
      expect(EventSource).to.have.length(1)
      const members = ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror']
      for (const name of members) {
        const property = Object.getOwnPropertyDescriptor(EventSource.prototype, name)
        expect(property, name).to.include({ enumerable: true, configurable: true })
        expect(property?.get, name).to.be.a('function')
        expect(property?.set !== undefined, name).to.equal(name.startsWith('on'))
      }
      const close = Object.getOwnPropertyDescriptor(EventSource.prototype, 'close')
      expect(close).to.include({ enumerable: true, configurable: true, writable: true })
      const names = Object.getOwnPropertyNames(EventSource.prototype)
      const hidden = names.filter((name) => name !== 'constructor')
      expect(Object.keys(EventSource.prototype)).to.have.members(hidden)
    },
  },
  {
    says: '`for … in` shows its members and those of EventTarget, and nothing else',
    async run(subject) {
      const shown = new Set<string>()
      for (const name in subject.make((await HELD()).url)) shown.add(name)
      const own = [
        'url',
        'withCredentials',
        'readyState',
        'onopen',
        'onmessage',
        'onerror',
        'close',
      ]
      const inherited = ['addEventListener', 'removeEventListener', 'dispatchEvent']
      const constants = ['CONNECTING', 'OPEN', 'CLOSED']
      expect([...shown]).to.include.members([...own, ...inherited, ...constants])
      expect([...shown]).to.not.include('constructor')
    },
  },
  {
    says: 'CONNECTING is 0, OPEN is 1, CLOSED is 2, on class and instances, for good',
    async run(subject) {
      const source = subject.make((await HELD()).url)
      const { EventSource } = subject
      for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const)) {
        const constant = { value, writable: false, enumerable: true, configurable: false }
        for (const holder of [EventSource, EventSource.prototype]) {
          expect(Object.getOwnPropertyDescriptor(holder, name)).to.deep.equal(constant)
        }
        expect(source[name as 'OPEN']).to.equal(value)
      }
    },
  },
  {
    says: 'it is called [object EventSource]',
    async run(subject) {
      expect(String(subject.make((await HELD()).url))).to.equal('[object EventSource]')
    },
  },
  {
    says: 'its members work on nothing but an EventSource',
    run({ EventSource }) {
      expect(thrown(() => EventSource.prototype.url)).to.be.instanceOf(TypeError)
      expect(thrown(() => EventSource.prototype.close())).to.be.instanceOf(TypeError)
    },
  },
  {
    says: 'the constructor needs `new` and a URL',
    run({ EventSource }) {
      const loose = EventSource as unknown as { new (): unknown; (url: string): unknown }
      expect(thrown(() => new loose())).to.be.instanceOf(TypeError)
      expect(thrown(() => loose('/'))).to.be.instanceOf(TypeError)
    },
  },
  {
    says: 'the URL is a string, or becomes one',
    async run(subject) {
      const base = (await HELD()).url
      const made = (url: unknown) => subject.make(url as string).url
      expect(made(new URL(base))).to.equal(base)
      expect(made({ toString: () => base })).to.equal(base)
      expect(made(null)).to.equal(new URL('null', document.baseURI).href)
      expect(made(undefined)).to.equal(new URL('undefined', document.baseURI).href)
      expect(thrown(() => made(Symbol('no string')))).to.be.instanceOf(TypeError)
    },
  },
  {
    says: 'the URL is parsed relative to the document, its `base` element included',
    async run(subject) {
      const { url } = await HELD()
      const base = document.createElement('base')
      base.href = url
      document.head.append(base)
      try {
        expect(subject.make('?x#y').url).to.equal(`${url}?x#y`)
        expect(subject.make('').url).to.equal(url)
      } finally {
        base.remove()
      }
    },
  },
  {
    says: "queries are in the document's encoding, all else of a URL is UTF-8",
    async run(subject) {
      const source = await HELD()
      const scriptUrl = new URL('/site/source.js', location.origin)
      const page = await script([
        {
          headers: { 'content-type': 'text/html; charset=windows-1251' },
          steps: [{ send: `<script type="module" src="${scriptUrl}"></script>` }],
        },
      ])
      const stream = `${source.url}/ж?q=ж汉é%D0#ж`
      const expected = `${source.url}/%D0%B6?q=%E6%26%2327721%3B%26%23233%3B%D0#%D0%B6`
      const url = address(page.url, subject, stream, { url: '' })
      await inFrame(url, () => posted(subject, window, [`url ${expected}`, 'open 1', 'message a']))
      const [entry] = await source.requests(1)
      expect(location.origin + entry!.path).to.equal(expected.replace(/#.*/, ''))
    },
  },
  {
    says: 'a URL that does not parse is a SyntaxError DOMException',
    run(subject) {
      for (const url of ['http://[::1', 'http://a:b/', '//']) {
        const error = thrown(() => subject.make(url))
        expect(error, url).to.be.instanceOf(DOMException)
        expect(error, url).to.include({ name: 'SyntaxError' })
      }
    },
  },
  {
    says: 'the options are a dictionary',
    async run(subject) {
      const { url } = await HELD()
      const made = (init: unknown) => subject.make(url, init as EventSourceInit).withCredentials
      expect(made(null)).to.equal(false)
      expect(made({ withCredentials: 'yes' })).to.equal(true)
      expect(thrown(() => made(1))).to.be.instanceOf(TypeError)
    },
  },
  {
    says: 'withCredentials is false unless it was given',
    async run(subject) {
      const { url } = await HELD()
      expect(subject.make(url).withCredentials).to.equal(false)
      expect(subject.make(url, {}).withCredentials).to.equal(false)
      expect(subject.make(url, { withCredentials: true }).withCredentials).to.equal(true)
    },
  },
  {
    says: '`url` is serialized, and stays what it was when the request is redirected',
    async run(subject) {
      const target = await endable()
      const source = await script([{ status: 302, headers: { location: target.url } }])
      const host = location.host
      const open = subject.open(
        `${location.protocol}//${host.toUpperCase()}/x/..${new URL(source.url).pathname}`,
      )
      await open.sees('open 1', 'message a')
      expect(open.source.url).to.equal(source.url)
      open.source.close()
      await target.signal('end')
    },
  },
  {
    says: 'readyState is CONNECTING at first',
    async run(subject) {
      expect(subject.make((await HELD()).url).readyState).to.equal(0)
    },
  },
  {
    says: 'url, withCredentials and readyState can only be read',
    async run(subject) {
      const source = subject.make((await HELD()).url) as unknown as Record<string, unknown>
      for (const name of ['url', 'withCredentials', 'readyState']) {
        const before = source[name]
        expect(thrown(() => (source[name] = 'x'))).to.be.instanceOf(TypeError)
        expect(source[name]).to.equal(before)
      }
    },
  },
  {
    says: 'onopen, onmessage and onerror are null at first',
    async run(subject) {
      const { onopen, onmessage, onerror } = subject.make((await HELD()).url)
      expect([onopen, onmessage, onerror]).to.deep.equal([null, null, null])
    },
  },
  {
    says: 'onopen, onmessage and onerror take functions; other objects are kept, all else is null',
    async run(subject) {
      const source = subject.make((await HELD()).url) as unknown as Record<string, unknown>
      for (const name of ['onopen', 'onmessage', 'onerror']) {
        const [handler, object] = [() => {}, { handleEvent() {} }]
        for (const value of [handler, object]) {
          source[name] = value
          expect(source[name]).to.equal(value)
        }
        for (const value of [undefined, 1, 'x', true, null]) {
          source[name] = handler
          source[name] = value
          expect(source[name], `${name} = ${value}`).to.equal(null)
        }
      }
    },
  },
  {
    says: 'handlers are called with the source as `this`, and only if they are functions',
    async run(subject) {
      const { url } = await HELD()
      const source = subject.make(url)
      const seen: unknown[] = []
      source.onopen = { handleEvent: () => seen.push('an object') } as unknown as () => void
      source.onmessage = function (this: unknown, { type }) {
        seen.push(this, type)
      }
      await subject.until(() => expect(seen).to.have.length(2))
      expect(seen).to.deep.equal([source, 'message'])
    },
  },
  {
    says: 'a handler stands in line where it was first set; after null, at the end',
    async run(subject) {
      const source = await script([
        { steps: [{ send: event('a') }, { waitFor: 'go' }, { send: event('b') }, { stall: true }] },
      ])
      const subject1 = subject.make(source.url)
      const seen: string[] = []
      subject1.onmessage = () => seen.push('never')
      subject1.addEventListener('message', () => seen.push('listener'))
      subject1.onmessage = () => seen.push('handler')
      await subject.until(() => expect(seen).to.deep.equal(['handler', 'listener']))
      const handler = subject1.onmessage
      subject1.onmessage = null
      subject1.onmessage = handler
      await source.signal('go')
      await subject.until(() => expect(seen).to.have.length(4))
      expect(seen.slice(2)).to.deep.equal(['listener', 'handler'])
    },
  },
  {
    says: 'close() aborts the fetch and sets CLOSED, without an event',
    async run(subject) {
      const source = await HELD()
      const open = subject.open(source.url)
      await open.sees('open 1', 'message a')
      open.source.close()
      expect(open.source.readyState).to.equal(2)
      const [entry] = await source.over(1)
      expect(entry).to.include({ outcome: 'client-closed' })
      await open.seesOnly('open 1', 'message a')
    },
  },
  {
    says: 'close() ends a source that is still connecting',
    async run(subject) {
      const source = await script([{ headersDelay: 'never', steps: [{ stall: true }] }])
      const open = subject.open(source.url)
      await source.requests(1)
      open.source.close()
      expect(open.source.readyState).to.equal(2)
      const [entry] = await source.over(1)
      expect(entry).to.include({ outcome: 'client-closed' })
      await open.seesOnly()
    },
  },
]
