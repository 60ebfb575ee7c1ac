import { load } from './impls'
import { race, type Runner } from './race'
import type { Result } from './report'
import { Sink } from './sink'
import { implementationsOf, streamUrl } from './suite'

/** What a fresh page tells the page that made it. */
interface FirstEvent {
  ms: number
  data: string
  type: string
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
  // The server's last event is a bare `[DONE]`: two, so that the first is like any other.
  const url = streamUrl(origin, { corpus: 'openai', events: 2, chunk: 65_536 })
  const implementations = await implementationsOf('start')
  const runners = implementations
    // A batch is as soon as an event, and the same code; the floors have no events.
    .filter(({ name, kind }) => name !== 'sluicegate batches' && kind !== 'floor')
    .map(({ name, kind }): Runner => ({
      impl: name,
      kind,
      async run(sink) {
        const { ms, data, type } = await firstEvent(name, url)
        sink.add(data, type)
        return ms
      },
    }))
  const finishes = await race('start', runners, rounds, undefined, onRound)
  return finishes.map((finish) => ({
    bench: 'start',
    corpus: 'openai',
    chunk: 'event',
    ...finish,
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
    const { readUrl } = await load(impl)
    await readUrl?.(url, new FirstEventSink(start), 1)
  } catch (error) {
    parent.postMessage(String(error), location.origin)
  }
}

class FirstEventSink extends Sink {
  readonly #start: number

  constructor(start: number) {
    super(false)
    this.#start = start
  }

  override add(data: string, type: string | null | undefined): void {
    this.events += 1
    const first: FirstEvent = {
      ms: performance.now() - this.#start,
      data,
      type: type || 'message',
    }
    parent.postMessage(first, location.origin)
  }
}
