// A tab of share.test.ts.

import { openStream } from 'sluicegate'
import { EventSource } from 'sluicegate/eventsource'
import { type SharedStream, shareStream } from 'sluicegate/share'

const tab = new URL(location.href).searchParams.get('tab') ?? ''

interface Taken {
  ids: number[]
  /** How it ended. */
  type?: string
}

/** What came, by the stream's URL. */
const taken: Record<string, Taken> = {}
const streams = new Map<string, SharedStream>()
const sources = new Map<string, { source: EventSource; lines: string[] }>()

const pause = (milliseconds: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/** Lets so many tasks run. A timer would take a second in a hidden tab. */
async function tasks(count: number): Promise<void> {
  const { port1, port2 } = new MessageChannel()
  for (; count > 0; count--) {
    const run = new Promise((resolve) => {
      port1.addEventListener('message', resolve, { once: true })
    })
    port1.start()
    port2.postMessage(0)
    await run
  }
  port1.close()
}

/** Joins the stream of a URL, and leaves after so many events. */
async function join(url: string, count = Infinity, isSlow = false): Promise<void> {
  const stream = shareStream(url, ({ lastEventId }) =>
    openStream(`${url}?tab=${tab}`, { lastEventId, done: '[DONE]', retry: { minDelay: 0 } }),
  )
  streams.set(url, stream)
  const own: Taken = (taken[url] = { ids: [] })
  for await (const { data } of stream) {
    own.ids.push(Number(data))
    if (own.ids.length >= count) break
    if (isSlow) await tasks(20)
  }
  own.type = (await stream.closed).type
}

/** Joins each of these at some time, for some time, as a seed decides. */
function joinAll(urls: string[], seed: number): void {
  let state = seed
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  for (const url of urls) {
    if (random() < 0.2) continue
    const [delay, isLeaving, events] = [random() * 800, random() < 0.3, 1 + random() * 300]
    const isSlow = random() < 0.1
    void pause(delay).then(() => join(url, isLeaving ? Math.floor(events) : Infinity, isSlow))
  }
}

/** Opens an `EventSource` that shares its connection. */
function listen(url: string): void {
  const source = new EventSource(url, { share: true })
  const lines: string[] = []
  sources.set(url, { source, lines })
  source.addEventListener('open', () => lines.push(`open ${source.readyState}`))
  source.addEventListener('message', ({ data }) => lines.push(data))
  source.addEventListener('error', () => lines.push(`error ${source.readyState}`))
}

/** From the first answer on, nothing else runs in this page until there is another one. */
async function block(url: string): Promise<void> {
  await fetch(url)
  for (;;) {
    const request = new XMLHttpRequest()
    request.open('GET', url, false)
    try {
      return request.send()
    } catch {
      // WebKit waits 10 seconds.
    }
  }
}

/** Nothing else runs in this page for so long. */
function loop(milliseconds: number): void {
  setTimeout(() => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  })
}

Object.assign(globalThis, {
  tab: {
    join: (url: string) => void join(url),
    joinAll,
    listen,
    block: (url: string) => void block(url),
    loop,
    taken: () => taken,
    state: (url: string) => streams.get(url)?.state,
    lines: (url: string) => sources.get(url)?.lines,
  },
})
