import { FLOOR, measureClockOffset } from './latency'
import { load } from './impls'
import { quantile, race, type Runner } from './race'
import type { Result } from './report'
import { Sink } from './sink'
import { implementationsOf } from './suite'

/** Milliseconds that the server takes to answer. */
const DELAYS = [0, 50]

/** What a fresh page tells the page that made it. */
interface FirstEvent {
  /** From the import to the first event. */
  ms: number
  /** When the stream was asked for, by the page's monotonic clock, since the epoch. */
  askedAt: number
  /** When the server had the request: microseconds since the epoch. */
  data: string
}

/**
 * Times the first use of each implementation, from its import to the first event of a stream, every
 * run in a page of its own (a frame that is thrown away).
 */
export async function runStart(
  rounds: number,
  origin: string,
  onRound: (share: number) => void,
): Promise<Result[]> {
  const results: Result[] = []
  for (const [at, delay] of DELAYS.entries()) {
    const onPart = (share: number) => onRound((at + share) / DELAYS.length)
    results.push(...(await startAfter(delay, rounds, origin, onPart)))
  }
  return results
}

async function startAfter(
  delay: number,
  rounds: number,
  origin: string,
  onRound: (share: number) => void,
): Promise<Result[]> {
  const url = `${origin}/bench/start?delay=${delay}`
  const implementations = (await implementationsOf('start'))
    // A batch is as soon as an event, and the same code; of the floors only that of events counts.
    .filter(({ name, kind }) => name !== 'sluicegate batches' && kind !== 'floor')
  const requests = new Map<string, number[]>()
  const runners = [...implementations, FLOOR].map(({ name, kind }): Runner => {
    const delays: number[] = []
    requests.set(name, delays)
    return {
      impl: name,
      kind,
      async run(sink) {
        const offset = measureClockOffset()
        const { ms, askedAt, data } = await firstEvent(name, url)
        delays.push(Number(data) / 1000 - (askedAt - performance.timeOrigin + offset))
        // The same for all.
        sink.add('', '')
        return ms
      },
    }
  })
  const finishes = await race(`start after ${delay} ms`, runners, rounds, undefined, onRound)
  return finishes.map((finish) => ({
    bench: 'start',
    corpus: `${delay} ms`,
    chunk: 'event',
    ...finish,
    request_ms: quantile(requests.get(finish.impl)!.slice(-rounds), 0.5),
    events: 1,
  }))
}

function firstEvent(impl: string, url: string): Promise<FirstEvent> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe')
    frame.hidden = true
    frame.src = `?${new URLSearchParams({ start: impl, url })}`
    const onMessage = ({ source, data }: MessageEvent<FirstEvent | string>) => {
      if (source !== frame.contentWindow) return
      removeEventListener('message', onMessage)
      frame.remove()
      if (typeof data === 'string') reject(new Error(`${impl}: ${data}`))
      else resolve(data)
    }
    addEventListener('message', onMessage)
    document.body.append(frame)
  })
}

/** The fresh page's side: uses one implementation once and tells the parent page how long it took. */
export async function startHere(impl: string, url: string): Promise<void> {
  const start = performance.now()
  try {
    const { readUrl } = impl === FLOOR.name ? FLOOR : await load(impl)
    const asked = performance.now()
    await readUrl?.(url, new FirstEventSink(start, asked), 1)
  } catch (error) {
    parent.postMessage(String(error), location.origin)
  }
}

class FirstEventSink extends Sink {
  readonly #start: number
  readonly #asked: number

  constructor(start: number, asked: number) {
    super(false)
    this.#start = start
    this.#asked = asked
  }

  override add(data: string): void {
    this.events += 1
    const first: FirstEvent = {
      ms: performance.now() - this.#start,
      askedAt: performance.timeOrigin + this.#asked,
      data,
    }
    parent.postMessage(first, location.origin)
  }
}
