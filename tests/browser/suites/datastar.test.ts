import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { openFrame } from '../support/frame.js'
import { event, script } from '../support/server.js'
import { test } from '../support/test.js'

/** What `fetch` the page has, and its parameter. */
const FETCHES = { "the browser's own": '', 'that of createFetch': '&survives' }

const price = (value: string) =>
  event(`fragments <p id="price">${value}</p>`, { type: 'datastar-merge-fragments', id: value })
const count = (value: number) =>
  event(`signals {"count": ${value}}`, { type: 'datastar-merge-signals' })

describe('a page with Datastar', () => {
  for (const [name, parameter] of Object.entries(FETCHES)) {
    test(`merges what comes, and resumes, on a fetch that is ${name}`, async () => {
      const source = await script([
        {
          steps: [{ send: `retry: 1\n${price('1')}` }, { waitFor: 'read' }, { reset: true }],
        },
        { steps: [{ send: price('żółć') + count(3) }, { waitFor: 'read' }] },
      ])
      const frame = await openFrame(`/site/datastar.html?stream=${source.url}${parameter}`)
      const text = (selector: string) => frame.contentDocument!.querySelector(selector)?.textContent
      try {
        await eventually(() => expect(text('#count')).to.equal('0'))
        frame.contentDocument!.querySelector('button')?.click()
        await eventually(() => expect(text('#price')).to.equal('1'))
        await source.signal('read')
        await eventually(() => {
          expect(text('#price')).to.equal('żółć')
          expect(text('#count')).to.equal('3')
        })
        await source.signal('read')
        const [, second] = await source.over(2)
        expect(second?.headers).to.include({ 'last-event-id': '1' })
      } finally {
        frame.remove()
      }
    })
  }
})
