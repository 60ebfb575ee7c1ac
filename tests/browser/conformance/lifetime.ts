// WHATWG HTML, 9.2.2 (where it is exposed) and 9.2.9 (how long it lives).

import { expect } from 'chai'
import { pause } from '../support/eventually.js'
import { event, Held, script } from '../support/server.js'
import { address, framed, posted } from './elsewhere.js'
import type { Case } from './subject.js'

const LINES = ['open 1', 'message open']

/** Lets the engine collect what nobody holds. */
async function collect(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await pause(20)
    ;(globalThis as unknown as { gc(): void }).gc()
  }
}

export const exposedCases: Case[] = [
  {
    says: 'it is exposed in windows',
    async run(subject) {
      const open = subject.open(new Held().url)
      await open.sees(...LINES)
    },
  },
  {
    says: 'it is exposed in dedicated workers',
    async run(subject) {
      const worker = new Worker(address('source-worker.js', subject, new Held().url), {
        type: 'module',
      })
      try {
        await posted(subject, worker, LINES)
      } finally {
        worker.terminate()
      }
    },
  },
  {
    says: 'it is exposed in shared workers',
    async run(subject) {
      const url = address('source-worker.js', subject, new Held().url)
      const { port } = new SharedWorker(url, { type: 'module' })
      port.start()
      try {
        await posted(subject, port, LINES)
      } finally {
        port.postMessage('close')
        port.close()
      }
    },
  },
  {
    says: 'it is exposed in service workers',
    async run(subject) {
      const url = address('source-service.js', subject, new Held().url)
      const registration = await navigator.serviceWorker.register(url)
      const channel = new MessageChannel()
      channel.port1.start()
      try {
        await subject.until(() => expect(registration.active).to.not.equal(null))
        registration.active?.postMessage('start', [channel.port2])
        await posted(subject, channel.port1, LINES)
      } finally {
        channel.port1.postMessage('close')
        await registration.unregister()
        channel.port1.close()
      }
    },
  },
]

export const lifetimeCases: Case[] = [
  {
    says: 'while it is CONNECTING and somebody listens, it is not collected',
    only: 'chromium',
    async run(subject) {
      const source = await script([
        { headersDelay: 200, steps: [{ send: event('a') }, { stall: true }] },
      ])
      const seen: string[] = []
      ;(() => {
        new subject.EventSource(source.url).onopen = (opened) => {
          seen.push('open')
          ;(opened.target as EventSource).close()
        }
      })()
      await collect()
      await subject.until(() => expect(seen).to.deep.equal(['open']))
    },
  },
  {
    says: 'while it is OPEN and somebody listens, it is not collected',
    only: 'chromium',
    async run(subject) {
      const source = await script([
        { steps: [{ send: event('1') }, { waitFor: 'go' }, { send: event('2') }, { stall: true }] },
      ])
      const seen: string[] = []
      ;(() => {
        new subject.EventSource(source.url).onmessage = ({ data, target }) => {
          seen.push(data)
          if (data === '2') (target as EventSource).close()
        }
      })()
      await subject.until(() => expect(seen).to.deep.equal(['1']))
      await collect()
      await source.signal('go')
      await subject.until(() => expect(seen).to.deep.equal(['1', '2']))
    },
  },
  {
    says: 'one that is collected while it is open aborts its request',
    only: 'chromium',
    async run(subject) {
      const held = new Held()
      const source = (() => new WeakRef(new subject.EventSource(held.url)))()
      try {
        await subject.until(async () => expect((await held.counters()).open).to.equal(1))
        await subject.until(async () => {
          await collect()
          expect((await held.counters()).clientClosed).to.equal(1)
        })
      } finally {
        source.deref()?.close()
      }
    },
  },
  {
    says: 'one whose document goes away for good aborts its request',
    async run(subject) {
      const held = new Held()
      await framed(subject, held.url, LINES)
      await subject.until(async () => expect((await held.counters()).clientClosed).to.equal(1))
    },
  },
]
