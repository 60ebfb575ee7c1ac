import { expect } from 'chai'
import type htmxModule from 'htmx.org'
import { eventually } from '../support/eventually.js'
import { openFrame } from '../support/frame.js'
import { event, script } from '../support/server.js'
import { test } from '../support/test.js'

type HtmxWindow = Window & { htmx: typeof htmxModule.default }

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
    let frame: HTMLIFrameElement
    let page: HTMLElement

    /** Shows the page in a frame. Resolves to the names of the extension's own events, as they come. */
    async function show(url: string): Promise<string[]> {
      frame = await openFrame(`/site/htmx.html${name === 'ours' ? '?ours' : ''}`)
      const window = frame.contentWindow as HtmxWindow & typeof globalThis
      expect(/native code/.test(String(window.EventSource))).to.equal(name === 'native')
      page = frame.contentDocument!.createElement('div')
      page.innerHTML = html(url)
      const seen: string[] = []
      for (const one of ['htmx:sseOpen', 'htmx:sseError', 'htmx:sseClose']) {
        page.addEventListener(one, () => seen.push(one))
      }
      frame.contentDocument!.body.append(page)
      window.htmx.process(page)
      return seen
    }

    /** As a swap does it: what it takes away is closed. */
    function clear(): void {
      const { htmx } = frame.contentWindow as HtmxWindow
      htmx.swap(page, '', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 } as never)
    }

    const text = (selector: string) => page.querySelector(selector)?.textContent

    afterEach(() => frame?.remove())

    test(`swaps what comes, and resumes, on the ${name} class`, async () => {
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
      const seen = await show(source.url)
      await eventually(() => {
        expect(page.querySelector('[sse-swap=price]')?.innerHTML).to.equal('<b>1</b>')
        expect(text('[sse-swap=message]')).to.equal('zażółć 漢字')
        expect(text('ul')).to.equal('ab')
        expect(text('[hx-get]')).to.contain('/echo?fresh')
      })
      const [, second] = await source.requests(2)
      expect(second?.headers).to.include({ 'last-event-id': 'a' })
      // A swap that takes the element away takes the connection with it.
      clear()
      await source.over(2)
      expect(seen).to.deep.equal(['htmx:sseOpen', 'htmx:sseError', 'htmx:sseOpen', 'htmx:sseClose'])
    })

    test(`closes at the event that sse-close names, on the ${name} class`, async () => {
      const source = await script([
        {
          steps: [
            { send: event('1', { type: 'price' }) + event('x', { type: 'over' }) },
            { stall: true },
          ],
        },
      ])
      const seen = await show(source.url)
      await source.over(1)
      expect(text('[sse-swap=price]')).to.equal('1')
      expect(seen).to.deep.equal(['htmx:sseOpen', 'htmx:sseClose'])
    })

    test(`connects again after a refusal, on the ${name} class`, async () => {
      const source = await script([
        { status: 503 },
        { steps: [{ send: event('2', { type: 'price' }) }, { stall: true }] },
      ])
      const seen = await show(source.url)
      await eventually(() => expect(text('[sse-swap=price]')).to.equal('2'))
      expect(seen).to.deep.equal(['htmx:sseError', 'htmx:sseOpen'])
      clear()
      await source.over(2)
    })
  }
})
