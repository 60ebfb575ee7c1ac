import { setTimeout as delay } from 'node:timers/promises'
import type { Engine } from '../webdriver/index.js'
import type { Browser } from './browser.js'

export interface Measure {
  about: string
  /** Those that it can be measured in; default: all. */
  engines?: Engine[]
  /** What was seen, a line each. */
  run(browser: Browser): Promise<string[]>
}

const FRAMES = 50
const TABS = 200

/** How long the last notifications may take, in milliseconds. */
const SETTLE = 3000

const event = (id: number) => `id: ${id}\ndata: ${id}\n\n`

interface Watched {
  events: number
  outcome: string
  lifecycle: string[]
}

const told = ({ events, outcome, lifecycle }: Watched) =>
  `${events} events, ${outcome}; the page saw: ${lifecycle.join(', ')}`

interface Cancelled {
  cancelled: number
  notified: number
  slowest: number
}

const notified = ({ cancelled, notified, slowest }: Cancelled) =>
  `${notified} of ${cancelled} notified, the slowest answer after ${slowest} ms`

export const MEASURES: Record<string, Measure> = {
  'frames-pagehide': removingFrames('pagehide', "with on: ['pagehide']"),
  'frames-cancel': removingFrames('cancel', 'right after cancel()'),
  'frames-nothing': removingFrames('nothing', 'that nobody is told of'),

  tabs: {
    about: `a tab with a stream is closed, ${TABS} times`,
    async run(browser) {
      const { driver } = browser
      const home = await driver.getWindowHandle()
      for (let tab = 0; tab < TABS; tab++) {
        // WebKitGTK opens a tab beside another one hidden.
        await driver.switchTo().newWindow(browser.engine === 'webkit' ? 'window' : 'tab')
        await browser.load('frame', '?sink=/sink/tabs&on=pagehide')
        await driver.wait(async () => (await driver.getTitle()) === 'open')
        await driver.close()
        await driver.switchTo().window(home)
      }
      await delay(SETTLE)
      return [`${await browser.received('/sink/tabs')} notifications arrived`]
    },
  },

  frozen: {
    about: 'a page is frozen for 6 s while a POST of 100 events comes in 5 s, idleTimeout 2 s',
    engines: ['chromium'],
    async run(browser) {
      const steps = Array.from({ length: 100 }, (_, id) => [{ send: event(id) }, { delay: 50 }])
      const id = await browser.script([{ steps: steps.flat() }])
      await browser.load('index')
      await browser.call('watch', `/s/${id}`, { method: 'POST', body: 'x', idleTimeout: 2000 })
      while ((await browser.call<Watched>('watched')).events < 10) await delay(10)
      await browser.devTools('Page.setWebLifecycleState', { state: 'frozen' })
      await delay(6000)
      await browser.devTools('Page.setWebLifecycleState', { state: 'active' })
      await delay(4000)
      return [told(await browser.call<Watched>('watched'))]
    },
  },

  bfcache: {
    about:
      'the page is left with an open stream, and returned to 2 s later; each event is sent once',
    async run(browser) {
      const attempts = [
        { steps: [{ send: event(1) }, { stall: true }] },
        { steps: [{ send: event(2) }, { stall: true }] },
      ]
      const id = await browser.script(attempts)
      await browser.load('index')
      await browser.call('watch', `/s/${id}`, {})
      while ((await browser.call<Watched>('watched')).events < 1) await delay(10)
      await browser.driver.get(`${browser.origin('http:')}/site/frame.html`)
      await delay(2000)
      await browser.driver.navigate().back()
      await delay(5000)
      const isKept = await browser.driver.executeScript<boolean>(
        'return measures.watched() != null',
      )
      const requests = (await browser.requests(id)).length
      if (!isKept) return [`the browser kept no page, ${requests} requests`]
      return [`${told(await browser.call<Watched>('watched'))}, ${requests} requests`]
    },
  },

  offline: {
    about: 'the network goes 1 s after an answer with Retry-After: 8, and is back 1 s later',
    engines: ['chromium'],
    async run(browser) {
      const id = await browser.script([
        { status: 503, headers: { 'retry-after': '8' } },
        { steps: [{ send: event(1) }, { stall: true }] },
      ])
      await browser.load('index')
      await browser.call('watch', `/s/${id}`, {})
      const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
      await delay(1000)
      await browser.devTools('Network.emulateNetworkConditions', { ...network, offline: true })
      await delay(1000)
      await browser.devTools('Network.emulateNetworkConditions', { ...network, offline: false })
      await delay(9000)
      const [first, second = Infinity] = await browser.requests(id)
      const after = Math.round(second - first!)
      return [`the second request after ${after} ms; ${told(await browser.call('watched'))}`]
    },
  },

  'queue-http1': queueing(9, 6, 'http:'),
  'queue-http2': queueing(150, 100, 'https:'),
}

/** Frames with streams are removed. */
function removingFrames(how: string, what: string): Measure {
  return {
    about: `a frame with a stream ${what} is removed, ${FRAMES} times`,
    async run(browser) {
      await browser.load('index')
      const ended = await browser.call<number>('removeFrames', FRAMES, '/sink/frames', how)
      const arrived = await browser.received('/sink/frames')
      return [`${arrived} notifications arrived, ${ended} streams ended`]
    },
  }
}

/** More streams are opened than there are connections, or streams on one. */
function queueing(count: number, atOnce: number, scheme: 'http:' | 'https:'): Measure {
  return {
    about: `of ${count} streams, ${atOnce} get through; one of these is cancelled, later all`,
    async run(browser) {
      await browser.load('index')
      const origin = browser.origin(scheme)
      const open = await browser.call<number>('openMany', count, atOnce, origin, '/sink/queue')
      const first = await browser.call<Cancelled>('cancelMany', 1)
      const all = await browser.call<Cancelled>('cancelMany')
      await delay(SETTLE)
      const arrived = await browser.received('/sink/queue')
      return [
        `${open} got through`,
        `one: ${notified(first)}`,
        `all: ${notified(all)}; in the end ${arrived} arrived`,
      ]
    },
  }
}
