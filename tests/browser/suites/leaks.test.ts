import { expect } from 'chai'
import { openStream } from 'sluicegate'
import { eventually } from '../support/eventually.js'
import { leftovers } from '../support/leftovers.js'
import { engine } from '../support/page.js'
import { note } from '../support/progress.js'
import { Held } from '../support/server.js'
import { test } from '../support/test.js'
import { wasmSize } from '../support/wasm-memory.js'

const CYCLES = 10_000
const AT_ONCE = 5

/** What stays once: caches of the engine, compiled code, the memory that five streams at once need. */
const WARM_UP = 500

/** 1,000 bytes of each cycle's would be 10 MB; what is measured is some noise of the engine. */
const MAX_HEAP_GROWTH = 2 * 1024 * 1024

interface Collecting {
  gc?: () => void
  performance: Performance & { memory?: { usedJSHeapSize: number } }
}

/** Bytes in use after garbage collection, where it can be had: in Chromium. */
function heapSize(): number | undefined {
  const { gc, performance } = globalThis as Collecting
  if (!gc || !performance.memory) return undefined
  gc()
  return performance.memory.usedJSHeapSize
}

async function cycle(held: Held, signal: AbortSignal): Promise<void> {
  const stream = openStream(held.url, {
    signal,
    retry: { minDelay: 0 },
    connectTimeout: 60_000,
    idleTimeout: 60_000,
    cancel: { url: '/unused', on: ['pagehide'] },
  })
  const { value } = await stream.next()
  if (value?.data !== 'open') throw new Error('no first event')
  stream.close()
  const { type } = await stream.closed
  if (type !== 'closed') throw new Error(type)
}

async function cycles(count: number, held: Held, signal: AbortSignal): Promise<void> {
  let left = count
  const worker = async () => {
    while (left-- > 0) await cycle(held, signal)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await eventually(async () => {
    const { requests, open, clientClosed } = await held.counters()
    expect({ requests, open, clientClosed }).to.deep.equal({
      requests: count,
      open: 0,
      clientClosed: count,
    })
  })
}

describe('leaks', () => {
  test(
    `${CYCLES} streams opened and closed leave nothing`,
    async () => {
      // One signal for all, as that of a page: what a stream leaves on it stays.
      const { signal } = new AbortController()
      const start = leftovers()
      await cycles(WARM_UP, new Held(), signal)
      const [wasm, heap] = [wasmSize(), heapSize()]
      await cycles(CYCLES, new Held(), signal)
      expect(leftovers(), 'timers and listeners').to.deep.equal(start)
      expect(wasmSize(), 'the module').to.equal(wasm)
      note(`wasm: ${wasm} bytes`)
      if (heap === undefined) {
        expect(engine, 'the heap can be looked at').to.not.equal('chromium')
        return
      }
      await eventually(() => {
        const grown = (heapSize() ?? 0) - heap
        expect(grown, 'bytes that the heap has grown by').to.be.below(MAX_HEAP_GROWTH)
      })
      note(`heap: ${heap} bytes before, ${heapSize()} after`)
    },
    { milliseconds: 14 * 60_000 },
  )

  test('cancelled ones leave nothing either', async () => {
    const { signal } = new AbortController()
    const run = async (count: number) => {
      for (let round = 0; round < count; round++) {
        const stream = openStream('/open/cancelled', {
          signal,
          cancel: { url: '/sink/leaks', body: { round } },
        })
        await stream.next()
        const report = await stream.cancel()
        expect(report).to.deep.equal({ aborted: true, notified: true, status: 200 })
      }
    }
    await run(50)
    const wasm = wasmSize()
    await run(500)
    expect(wasmSize()).to.equal(wasm)
  })
})
