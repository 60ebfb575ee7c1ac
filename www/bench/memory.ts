import { load } from './impls'
import { streamUrl } from './suite'

/** Events between two rests of the slow consumer, and how long it rests, in ms. */
const STRIDE = 1000
const REST = 4

/**
 * Reads a stream and rests again and again, so that whoever reads ahead of its consumer shows it.
 * Memory is taken by whoever drives the page: no API that every page has counts wasm and buffers.
 * @returns how many events were read
 */
export async function readSlowly(impl: string, origin: string, events: number): Promise<number> {
  const { iterable } = await load(impl)
  if (!iterable) throw new Error(`${impl} can't be iterated slowly`)
  let read = 0
  let rested = 0
  for await (const item of await iterable(
    streamUrl(origin, { corpus: 'openai', events, chunk: 65_536 }),
  )) {
    read += Array.isArray(item) ? item.length : 1
    if (read === events) break
    if (read - rested >= STRIDE) {
      rested = read
      await new Promise((resolve) => setTimeout(resolve, REST))
    }
  }
  return read
}
