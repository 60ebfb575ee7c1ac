import { expect } from 'chai'
import { createDecoder } from 'sluicegate'
import { all } from '../support/consume.js'
import { note } from '../support/progress.js'
import { streaming } from '../support/server.js'
import { open, test } from '../support/test.js'

const MEGABYTE = 1024 * 1024

/** Milliseconds that one line of so many bytes takes, in chunks of 1 KiB: the least of some runs. */
async function time(bytes: number): Promise<number> {
  const chunk = new Uint8Array(1024).fill(0x78)
  let least = Infinity
  for (let run = 0; run < 5; run++) {
    const decoder = await createDecoder()
    const start = performance.now()
    decoder.push(new TextEncoder().encode('data: '))
    for (let sent = 0; sent < bytes; sent += chunk.length) decoder.push(chunk)
    const [event] = decoder.push(new TextEncoder().encode('\n\n'))
    least = Math.min(least, performance.now() - start)
    expect(event?.data.length).to.equal(bytes)
    decoder.free()
  }
  return least
}

describe('a long line', () => {
  test('in 1 KiB chunks takes time in proportion to its length', async () => {
    // Eight times the length: eight times the time if linear, 64 times if each chunk looks at all before it.
    const [short, long] = [await time(MEGABYTE), await time(8 * MEGABYTE)]
    note(`1 MiB ${short.toFixed(1)} ms, 8 MiB ${long.toFixed(1)} ms`)
    // Clocks of some engines have steps of 1 ms.
    expect(long / Math.max(short, 2)).to.be.below(30)
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
