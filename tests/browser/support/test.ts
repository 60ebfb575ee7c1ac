import { expect } from 'chai'
import { type EventStream, type OpenOptions, openStream } from 'sluicegate'
import { eventually } from './eventually.js'
import { leftovers } from './leftovers.js'
import { counters } from './server.js'

/** How long the end of everything may take after a test, in milliseconds. */
const PATIENCE = 15_000

let opened: EventStream[] = []

/** `openStream`, for tests: what a failing one leaves open must not be in the way of the next. */
export function open(url: string | URL | Request, options?: OpenOptions): EventStream {
  const stream = openStream(url, options)
  opened.push(stream)
  return stream
}

/**
 * A test after which nothing is left: no timer, no listener, no stream that the server has open. A test that is not
 * about the end of a stream ends it with `close()`.
 */
export function test(
  title: string,
  body: () => Promise<void>,
  options: { milliseconds?: number; skip?: boolean } = {},
): void {
  const define = options.skip ? it.skip : it
  const defined = define(title, async () => {
    const [before, { open }] = [leftovers(), await counters()]
    try {
      await body()
      await eventually(async () => {
        expect(leftovers(), 'timers and listeners').to.deep.equal(before)
        // What an earlier test has left is that one's failure.
        expect((await counters()).open, 'streams open at the server').to.be.at.most(open)
      }, PATIENCE)
    } finally {
      for (const stream of opened) stream.close()
      opened = []
    }
  })
  if (options.milliseconds !== undefined) defined.timeout(options.milliseconds)
}
