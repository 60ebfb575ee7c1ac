import { expect } from 'chai'
import htmxModule from 'htmx.org'
import 'htmx-ext-sse'
import { EventSource, installEventSource } from 'sluicegate/eventsource'
import { eventually } from '../support/eventually.js'
import { event, script } from '../support/server.js'

// TypeScript takes the file for CommonJS. It is not.
const htmx = htmxModule as unknown as typeof htmxModule.default

/** A part of a page as htmx's users write it. */
const html = (url: string) => `
  <main hx-ext="sse" sse-connect="${url}" sse-close="over">
    <p sse-swap="price"></p>
    <p sse-swap="message"></p>
    <ul sse-swap="row" hx-swap="beforeend"></ul>
    <p hx-get="/echo?fresh" hx-trigger="sse:stale"></p>
  </main>`

describe('a page with htmx and its extension sse', () => {
  for (const name of ['native', 'ours']) {
    const isOurs = name === 'ours'
    let uninstall = () => {}
    let page: HTMLElement

    /** Shows the page. Resolves to the names of the extension's own events, as they come. */
    function show(url: string): string[] {
      if (isOurs) uninstall = installEventSource()
      expect(globalThis.EventSource === EventSource).to.equal(isOurs)
      page = document.createElement('div')
      page.innerHTML = html(url)
      const seen: string[] = []
      for (const one of ['htmx:sseOpen', 'htmx:sseError', 'htmx:sseClose']) {
        page.addEventListener(one, () => seen.push(one))
      }
      document.body.append(page)
      htmx.process(page)
      return seen
    }

    const text = (selector: string) => page.querySelector(selector)?.textContent

    afterEach(() => {
      uninstall()
      page?.remove()
    })

    it(`swaps what comes, and resumes, on the ${name} class`, async () => {
      const row = (id: string) => event(`<li>${id}</li>`, { type: 'row', id })
      const source = await script([
        { steps: [{ send: `retry: 1\n${event('<b>1</b>', { type: 'price' })}${row('a')}` }] },
        {
          steps: [
            {
              send: `${row('b')}${event('zażółć 漢字')}${event('', { type: 'stale' })}${event('x', { type: 'stale' })}`,
            },
            { stall: true },
          ],
        },
      ])
      const seen = show(source.url)
      await eventually(() => {
        expect(page.querySelector('[sse-swap=price]')?.innerHTML).to.equal('<b>1</b>')
        expect(text('[sse-swap=message]')).to.equal('zażółć 漢字')
        expect(text('ul')).to.equal('ab')
        expect(text('[hx-get]')).to.contain('/echo?fresh')
      })
      const [, second] = await source.requests(2)
      expect(second?.headers).to.include({ 'last-event-id': 'a' })
      // A swap that takes the element away takes the connection with it.
      htmx.swap(page, '', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 } as never)
      await source.over(2)
      expect(seen).to.deep.equal(['htmx:sseOpen', 'htmx:sseError', 'htmx:sseOpen', 'htmx:sseClose'])
    })

    it(`closes at the event that sse-close names, on the ${name} class`, async () => {
      const source = await script([
        {
          steps: [
            { send: event('1', { type: 'price' }) + event('x', { type: 'over' }) },
            { stall: true },
          ],
        },
      ])
      const seen = show(source.url)
      await source.over(1)
      expect(text('[sse-swap=price]')).to.equal('1')
      expect(seen).to.deep.equal(['htmx:sseOpen', 'htmx:sseClose'])
    })

    it(`connects again after a refusal, on the ${name} class`, async () => {
      const source = await script([
        { status: 503 },
        { steps: [{ send: event('2', { type: 'price' }) }, { stall: true }] },
      ])
      const seen = show(source.url)
      await eventually(() => expect(text('[sse-swap=price]')).to.equal('2'))
      expect(seen).to.deep.equal(['htmx:sseError', 'htmx:sseOpen'])
      htmx.swap(page, '', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 } as never)
      await source.over(2)
    })
  }
})
