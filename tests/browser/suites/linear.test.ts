import { expect } from 'chai'
import { createDecoder } from 'sluicegate'
import { all } from '../support/consume.js'
import { note } from '../support/progress.js'
import { streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const MEGABYTE = 1024 * 1024

const LINE = 12

/** Milliseconds that each MiB of one line takes, in chunks of 1 KiB. */
async function times(): Promise<number[]> {
  const chunk = new Uint8Array(1024).fill(0x78)
  const decoder = await createDecoder()
  decoder.push(new TextEncoder().encode('data: '))
  const taken = []
  for (let megabyte = 0; megabyte < LINE; megabyte++) {
    const start = performance.now()
    for (let sent = 0; sent < MEGABYTE; sent += chunk.length) decoder.push(chunk)
    taken.push(performance.now() - start)
  }
  const [event] = decoder.push(new TextEncoder().encode('\n\n'))
  expect(event?.data.length).to.equal(LINE * MEGABYTE)
  decoder.free()
  return taken
}

describe('a long line', () => {
  test('in 1 KiB chunks takes time in proportion to its length', async () => {
    // The least of some runs: whatever else the machine does only adds to it.
    const runs = [await times(), await times(), await times(), await times(), await times()]
    const least = (megabyte: number) => Math.min(...runs.map((run) => run[megabyte] ?? Infinity))
    const [first, last] = [least(0), least(LINE - 1)]
    note(`the first MiB ${first.toFixed(1)} ms, the last ${last.toFixed(1)} ms`)
    // As long if linear; 23 times as long if each chunk looks at all before it. Some clocks have steps of 1 ms.
    expect(last / Math.max(first, 1)).to.be.below(8)
  })

  test('of 4 MB comes through a stream', async () => {
    const { url } = await streaming(
      { send: 'data: ' },
      { repeat: 4096, send: 'x'.repeat(1024) },
      { send: '\n\n' },
    )
    const events = await all(open(url, { retry: false }))
    expect(events.map(({ data }) => data.length)).to.deep.equal([4 * MEGABYTE])
  })
})
