// Where `@microsoft/fetch-event-source` and ours differ: each row is a test, and a row of docs/eventsource.md.

import { expect } from 'chai'
import { eventually, pause } from '../support/eventually.js'
import { leftovers } from '../support/leftovers.js'
import { event, script, type Script, type Step, streaming } from '../support/server.js'
import type { Package } from './app.js'

export interface Difference {
  what: string
  theirs: string
  ours: string
  /** Returns what happens, in the words of `theirs` or `ours`. */
  observe(call: Package['fetchEventSource']): Promise<string>
}

/** Longer than the second after which theirs tries again. */
const RETRIED = 1_500

/** What a call comes to; `pending` if that takes longer than a new attempt. */
async function settled(call: Promise<void>): Promise<string> {
  const outcome = call.then(
    () => 'resolves',
    (error: unknown) => `rejects with ${error instanceof Error ? error.name : String(error)}`,
  )
  return Promise.race([outcome, pause(RETRIED).then(() => 'pending')])
}

const requests = async (source: Script) => (await source.log()).length

/** Runs a call until it is settled or has had the time to try again, and stops it. */
async function stopped(run: (signal: AbortSignal) => Promise<void>): Promise<string> {
  const controller = new AbortController()
  const call = run(controller.signal)
  call.catch(() => undefined)
  try {
    return await settled(call)
  } finally {
    controller.abort()
  }
}

async function received(
  call: Package['fetchEventSource'],
  ...steps: Step[]
): Promise<{ event: string; data: string; retry?: number | undefined }[]> {
  const source = await streaming(...steps)
  const seen: { event: string; data: string; retry?: number | undefined }[] = []
  await call(source.url, { openWhenHidden: true, onmessage: (message) => seen.push(message) })
  return seen
}

function setHidden(isHidden: boolean): void {
  Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true })
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
}

const POST = { method: 'POST', body: 'prompt', openWhenHidden: true }

export const DIFFERENCES: Difference[] = [
  {
    what: 'a signal that is aborted already',
    theirs: 'sends the request and reads the answer',
    ours: 'sends nothing, rejects with the reason',
    async observe(call) {
      const source = await streaming({ send: event('a') })
      const signal = AbortSignal.abort()
      const outcome = await settled(call(source.url, { signal, openWhenHidden: true }))
      return (await requests(source)) === 1 && outcome === 'resolves'
        ? this.theirs
        : (await requests(source)) === 0 && outcome === 'rejects with AbortError'
          ? this.ours
          : outcome
    },
  },
  {
    what: 'aborting the signal',
    theirs: 'resolves, as if all had come',
    ours: 'rejects with the reason',
    async observe(call) {
      const source = await streaming({ send: event('a') }, { stall: true })
      const controller = new AbortController()
      const onmessage = () => controller.abort()
      const init = { signal: controller.signal, openWhenHidden: true, onmessage }
      const outcome = await settled(call(source.url, init))
      return outcome === 'resolves'
        ? this.theirs
        : outcome === 'rejects with AbortError'
          ? this.ours
          : outcome
    },
  },
  {
    what: '`onmessage` throws',
    theirs: 'sends the POST again after a second, and so on',
    ours: 'rejects with what it threw; nothing is sent again',
    async observe(call) {
      const source = await streaming({ send: event('a') })
      const onmessage = () => {
        throw new RangeError('of the app')
      }
      const outcome = await stopped((signal) => call(source.url, { ...POST, signal, onmessage }))
      const count = await requests(source)
      return outcome === 'rejects with RangeError' && count === 1
        ? this.ours
        : count > 1
          ? this.theirs
          : outcome
    },
  },
  {
    what: 'a POST whose connection breaks, ids or not',
    theirs: 'sends it again: the work is done twice',
    ours: 'rejects; `onerror` may ask for another attempt with a number',
    async observe(call) {
      const text = event('a', { id: 1 })
      const source = await streaming({ send: text }, { waitFor: 'read' }, { reset: true })
      const onmessage = () => void source.signal('read')
      const outcome = await stopped((signal) => call(source.url, { ...POST, signal, onmessage }))
      const count = await requests(source)
      return outcome === 'rejects with StreamError' && count === 1
        ? this.ours
        : count > 1
          ? this.theirs
          : outcome
    },
  },
  {
    what: 'a 404 that no callback handles',
    theirs: 'asks again every second, for ever',
    ours: 'rejects with a `StreamError`',
    async observe(call) {
      const source = await script([{ status: 404, headers: { 'content-type': 'text/html' } }])
      const outcome = await stopped((signal) => call(source.url, { signal, openWhenHidden: true }))
      const count = await requests(source)
      return outcome === 'rejects with StreamError' && count === 1
        ? this.ours
        : count > 1
          ? this.theirs
          : outcome
    },
  },
  {
    what: 'a tab is hidden and shown again',
    theirs: 'closes the connection and sends the POST again',
    ours: 'nothing happens',
    async observe(call) {
      const source = await streaming({ send: event('a') }, { stall: true })
      const controller = new AbortController()
      let messages = 0
      const { openWhenHidden: _, ...init } = { ...POST, signal: controller.signal }
      const done = call(source.url, { ...init, onmessage: () => messages++ })
      done.catch(() => undefined)
      try {
        await eventually(() => expect(messages).to.equal(1))
        setHidden(true)
        setHidden(false)
        await pause(RETRIED)
        return (await requests(source)) === 1 ? this.ours : this.theirs
      } finally {
        Reflect.deleteProperty(document, 'hidden')
        controller.abort()
      }
    },
  },
  {
    what: 'a block with an `id` and no `data`',
    theirs: 'a message without data',
    ours: 'no message; a new attempt resumes from it',
    async observe(call) {
      const seen = await received(call, { send: `id: 1\n\n${event('a')}` })
      const data = seen.map((message) => message.data)
      return data.join() === ',a' ? this.theirs : data.join() === 'a' ? this.ours : data.join()
    },
  },
  {
    what: 'comments, such as heartbeats',
    theirs: 'empty messages',
    ours: 'no messages',
    async observe(call) {
      const seen = await received(call, { send: `: beat\n\n${event('a')}: beat\n\n` })
      const data = seen.map((message) => message.data)
      return data.join() === ',a,' ? this.theirs : data.join() === 'a' ? this.ours : data.join()
    },
  },
  {
    what: 'an `event` without `data`',
    theirs: 'a message without data',
    ours: 'no message, as the standard says',
    async observe(call) {
      const seen = await received(call, { send: `event: x\n\n${event('a')}` })
      return seen[0]?.event === 'x' ? this.theirs : this.ours
    },
  },
  {
    what: 'its listener on the signal, after the end',
    theirs: 'stays',
    ours: 'is removed',
    async observe(call) {
      const source = await streaming({ send: event('a') })
      const { signal } = new AbortController()
      const before = leftovers().listeners
      await call(source.url, { signal, openWhenHidden: true })
      return leftovers().listeners === before ? this.ours : this.theirs
    },
  },
  {
    what: '`retry` of a message',
    theirs: 'the number',
    ours: 'absent; it is kept to all the same',
    async observe(call) {
      const seen = await received(call, { send: `retry: 5\n${event('a')}` })
      return seen[0]?.retry === 5 ? this.theirs : this.ours
    },
  },
  {
    what: 'a server that fails again and again',
    theirs: 'is asked again at the same pace',
    ours: 'is asked again after growing waits',
    async observe(call) {
      const source = await script([
        { steps: [{ send: 'retry: 400\n\n' }, { waitFor: 'read' }, { reset: true }] },
        { status: 503 },
        { status: 503 },
        { steps: [{ send: event('a') }] },
      ])
      const chance = Math.random
      // The seed of delays that are close to the greatest.
      Math.random = () => 0.105235
      try {
        const done = call(source.url, {
          openWhenHidden: true,
          async onopen(response) {
            if (!response.ok) throw new Error(`${response.status}`)
            await source.signal('read')
          },
        })
        await done
      } finally {
        Math.random = chance
      }
      const [, second, third, fourth] = await source.over(4)
      const waits = [third!.startedMs - second!.startedMs, fourth!.startedMs - third!.startedMs]
      return waits[1]! - waits[0]! > 500 ? this.ours : this.theirs
    },
  },
]
