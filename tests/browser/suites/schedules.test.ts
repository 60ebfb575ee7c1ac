import { expect } from 'chai'
import { openStream } from 'sluicegate'
import { otherOrigin } from '../support/page.js'
import { note } from '../support/progress.js'
import { freshSeed } from '../support/random.js'
import { counters, freshKey } from '../support/server.js'
import { eventually } from '../support/eventually.js'
import { test } from '../support/test.js'

const SCHEDULES = 1_000
const EVENTS = 200

/** Browsers open six connections a host, and the server has two names. One each is left for questions. */
const AT_ONCE = 10

/** What the page is patient for, in milliseconds: about one attempt in a hundred stalls. */
const IDLE_TIMEOUT = 300

async function run(seed: number, host: string): Promise<void> {
  const key = freshKey()
  const url = `${host}/numbered/${key}?seed=${seed}&events=${EVENTS}`
  let next = 1
  try {
    const stream = openStream(url, {
      done: '[DONE]',
      idleTimeout: IDLE_TIMEOUT,
      retry: { minDelay: 0, initialDelay: 1, maxDelay: 20 },
    })
    for await (const { data, lastEventId } of stream) {
      if (data !== `event ${next} żółć 漢字 😀` || lastEventId !== String(next)) {
        throw new Error(`instead of event ${next} came ${JSON.stringify({ data, lastEventId })}`)
      }
      next++
    }
    const outcome = await stream.closed
    if (next !== EVENTS + 1) throw new Error(`it ended before event ${next}`)
    expect(outcome).to.deep.equal({ type: 'done', dropped: 0 })
  } catch (cause) {
    const log = await (await fetch(`/numbered/${key}/log`)).text()
    throw new Error(`seed ${seed}, at event ${next} of ${url}; its attempts: ${log}`, { cause })
  }
}

describe('random schedules of faults', () => {
  test(
    `${SCHEDULES} streams give every event exactly once and in order`,
    async () => {
      // Seeds of the server are small enough to be exact.
      const first = freshSeed()
      note(`seeds from ${first} on`)
      const before = await counters()
      let next = 0
      const worker = async (_: unknown, number: number) => {
        const host = number % 2 === 0 ? location.origin : otherOrigin
        while (next < SCHEDULES) await run(first + next++, host)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      await eventually(async () => {
        const after = await counters()
        expect(after.open).to.equal(before.open)
      })
      const { requests } = await counters()
      note(`${((requests - before.requests) / SCHEDULES).toFixed(1)} requests a stream`)
    },
    { milliseconds: 14 * 60_000 },
  )
})
