import { expect } from 'chai'
import { EventSource, installEventSource } from 'sluicegate/eventsource'
import { createApp } from 'vue'
import { eventually } from '../support/eventually.js'
import { event, script } from '../support/server.js'
import { TickerPage } from '../vueuse/TickerPage.js'

describe("a Vue page with vueuse's useEventSource", () => {
  for (const name of ['native', 'ours']) {
    // The page's own listeners go with it.
    it(`shows what comes, on the ${name} class`, async () => {
      const prices = event('1', { type: 'price', id: 'a' }) + event('2', { type: 'price', id: 'b' })
      const source = await script([
        { steps: [{ send: `retry: 1\n${prices}` }] },
        { steps: [{ send: event('3', { id: 'c' }) }, { stall: true }] },
      ])
      const uninstall = name === 'ours' ? installEventSource() : () => undefined
      expect(globalThis.EventSource === EventSource).to.equal(name === 'ours')
      const page = document.createElement('main')
      const app = createApp(TickerPage, { url: source.url })
      try {
        app.mount(page)
        expect(page.querySelector('#status')?.textContent).to.equal('CONNECTING')
        await eventually(() => {
          const lines = [...page.querySelectorAll('li')].map(({ textContent }) => textContent)
          // Of a `message`, vueuse tells no event.
          expect(lines).to.deep.equal(['price 1', 'price 2', 'null 3'])
          expect(page.querySelector('#status')?.textContent).to.equal('OPEN')
          expect(page.querySelector('#id')?.textContent).to.equal('c')
        })
        const [, second] = await source.requests(2)
        expect(second?.headers).to.include({ 'last-event-id': 'b' })
        page.querySelector('button')?.click()
        await eventually(() => {
          expect(page.querySelector('#status')?.textContent).to.equal('CLOSED')
        })
        await source.over(2)
      } finally {
        app.unmount()
        uninstall()
      }
      expect(globalThis.EventSource === EventSource).to.equal(false)
    })
  }
})
